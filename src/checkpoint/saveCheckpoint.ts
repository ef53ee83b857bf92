/** Saves tensors under a name, or as the next checkpoint of a directory. */
import { existsSync, statSync } from 'node:fs';
import { CheckpointManager } from './checkpointManager.ts';
import { restoreCheckpoint } from './restoreCheckpoint.ts';
import { writeCheckpoint, type CheckpointContents } from './writeCheckpoint.ts';

/**
 * Writes a checkpoint that Python reads with `tf.train.load_checkpoint`. It appears when it is complete: a process that
 * is killed while it saves leaves the earlier ones as they are.
 *
 * @param prefixOrDirectory - Path of the files without `.index`; a checkpoint of that name is replaced. Or a directory
 *   (one that exists, or a path that ends with a slash), for the next number in it.
 * @returns Path of the files without `.index`.
 * @throws EnvironmentError `TFD_CHECKPOINT_WRITE`
 */
export async function saveCheckpoint(prefixOrDirectory: string, contents: CheckpointContents): Promise<string> {
  if (!isDirectory(prefixOrDirectory)) {
    await writeCheckpoint(prefixOrDirectory, contents);
    return prefixOrDirectory;
  }
  const saveable = {
    write: (prefix: string) => writeCheckpoint(prefix, contents),
    restore: (prefix: string) => restoreCheckpoint(prefix, { tensors: {} }),
  };
  return new CheckpointManager(saveable, { directory: prefixOrDirectory, maxToKeep: Infinity }).save();
}

function isDirectory(path: string): boolean {
  return path.endsWith('/') || (existsSync(path) && statSync(path).isDirectory());
}
