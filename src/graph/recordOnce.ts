/** Puts control flow onto TF.js's tape, for first derivatives. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { asUser } from '../backend/index.ts';
import { userFrame } from '../base/userFrame.ts';
import { secondDerivative } from './controlErrors.ts';
import { isRecording, record } from './tape.ts';

/**
 * @param what - What people call it, for example `tf.cond()`.
 * @param gradient - Takes the gradients by `outputs`, and gives those by `inputs`. These have no gradients themselves:
 *   to ask for them is an error.
 */
export function recordOnce(
  what: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  gradient: (dys: readonly Tensor[]) => Tensor[],
): void {
  const line = userFrame();
  record(what, inputs, outputs, (dys) => {
    // Not as code of TF.js, to which some dtypes look like others.
    const dxs = asUser(() => gradient(dys));
    if (isRecording()) {
      record(`gradient of ${what}`, [...dys, ...inputs], dxs, () => {
        throw secondDerivative(what, line);
      });
    }
    return dxs;
  });
}
