/** Trains; one worker dies in the way that its arguments say, after some steps. */
import { fitForEver } from './fitForEver.ts';

const [way, atStep = '5'] = process.argv.slice(2);

await fitForEver((numSteps, rank) => {
  if (numSteps !== Number(atStep) || rank !== 1) return;
  if (way === 'kill') process.kill(process.pid, 'SIGKILL');
  if (way === 'exit') process.exit(3);
  throw new RangeError('this worker gives up');
});
