/** Into how many groups of rows a recurrent layer takes the batch apart, so that they run at the same time. */
import { eagerExecutor, executor, numThreads } from '../../tensor/index.ts';

/** With fewer rows, reading the weights takes longer than computing with them. */
const minRows = 16;
/** More operations than that take longer to trace and to optimize than groups gain. */
const maxSteps = 512;

/** TensorFlow runs the small products of one step on one core, so each core gets a group. Operations that run now wait. */
export function numGroups(batch: number, numSteps: number): number {
  if (executor() === eagerExecutor()) return 1;
  let groups = Math.min(numThreads(), Math.floor(batch / minRows), Math.floor(maxSteps / numSteps));
  while (groups > 1 && batch % groups !== 0) groups--;
  return Math.max(1, groups);
}
