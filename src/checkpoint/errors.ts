/** What can be wrong with a checkpoint. */
import { EnvironmentError, UserError } from '../base/errors.ts';
import { reasonOf } from '../base/reasonOf.ts';

/** There is no checkpoint at `where`. */
export function missingCheckpoint(where: string): UserError {
  return new UserError({
    code: 'TFD_CHECKPOINT_MISSING',
    rule: 'A checkpoint is named by the path of its files without ".index", or by a directory that holds checkpoints.',
    received: where,
    remedy: 'Check the path; latestCheckpoint(directory) gives the newest one, or undefined.',
  });
}

/** The checkpoint `prefix` lacks tensors. */
export function missingEntries(prefix: string, names: readonly string[], cause?: unknown): UserError {
  return new UserError({
    code: 'TFD_CHECKPOINT_ENTRY_MISSING',
    rule: 'A checkpoint is restored only where it holds every tensor that is asked for.',
    received: `${prefix}, which lacks ${names.join(', ')}`,
    remedy: 'Restore into the same model and optimizer that were saved. Give layers names where the order changed.',
    cause,
  });
}

/** Tensors of the checkpoint `prefix` do not fit; each difference names the tensor and both shapes. */
export function mismatch(prefix: string, differences: readonly string[], cause?: unknown): UserError {
  return new UserError({
    code: 'TFD_CHECKPOINT_MISMATCH',
    rule: 'A tensor is restored only into a variable of the same dtype and shape. Nothing was restored.',
    received: `${prefix}:\n    ${differences.join('\n    ')}`,
    remedy: 'Build the model with the sizes that it had when it was saved.',
    cause,
  });
}

/** TensorFlow could not read the files of `prefix`. */
export function corrupt(prefix: string, cause: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_CHECKPOINT_CORRUPT',
    rule: 'The files of a checkpoint must be complete and unchanged. Nothing was restored.',
    received: `${prefix}: ${reasonOf(cause)}`,
    remedy: 'Restore an older checkpoint of the same directory, or copy the files again.',
    cause,
  });
}

/** The checkpoint `prefix` could not be written. */
export function notWritten(prefix: string, cause: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_CHECKPOINT_WRITE',
    rule: 'A checkpoint needs a directory that can be written to, with room for all tensors. Older ones are untouched.',
    received: `${prefix}: ${reasonOf(cause)}`,
    remedy: 'Free space or rights on that disk, or choose another directory.',
    cause,
  });
}

/** Something cannot be part of a checkpoint. */
export function wrongContents(rule: string, received: string): UserError {
  return new UserError({
    code: 'TFD_CHECKPOINT_CONTENTS',
    rule,
    received,
    remedy: 'Save models, optimizers and variables by name, and plain JSON values as metadata.',
  });
}
