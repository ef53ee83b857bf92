/** Mixes the order of an array: TF.js's `fit` does so with the samples of each epoch. */
import { randomNumber } from './seeds.ts';

/** Shuffles `array` in place, by the seed of the program where there is one (Fisher and Yates; Durstenfeld 1964). */
export function shuffle(array: unknown[] | Uint32Array | Int32Array | Float32Array): void {
  for (let last = array.length - 1; last > 0; last--) {
    const other = Math.floor(randomNumber() * (last + 1));
    [array[last], array[other]] = [array[other], array[last]];
  }
}
