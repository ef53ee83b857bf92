/** Trains until it is interrupted, and prints how many steps it took. */
import { fitForEver } from './fitForEver.ts';

let numSteps = 0;
await fitForEver((numSoFar) => {
  numSteps = numSoFar;
  if (numSteps === 20) console.log('training');
});
console.log(`RESULT ${JSON.stringify({ numSteps })}`);
