/** Checkpoints in TensorFlow's own format: written as a whole, read by Python too. */
export { CheckpointManager, type CheckpointManagerOptions, type Saveable } from './checkpointManager.ts';
export { latestCheckpoint } from './checkpointState.ts';
export { wrongContents } from './errors.ts';
export { readManifest, type Entry, type Json, type Manifest } from './manifest.ts';
export { restoreCheckpoint, type RestoredCheckpoint, type RestoreTargets } from './restoreCheckpoint.ts';
export { saveCheckpoint } from './saveCheckpoint.ts';
export { writeCheckpoint, type CheckpointContents } from './writeCheckpoint.ts';
