/** Means of named numbers over an epoch, each batch counting by its size. */
export class RunningMeans {
  readonly #names: readonly string[];
  readonly #sums: number[];
  #numSamples = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#sums = names.map(() => 0);
  }

  /** @param values - One for each name, over `numSamples` samples. */
  add(values: ArrayLike<number>, numSamples: number): void {
    this.#sums.forEach((sum, index) => {
      this.#sums[index] = sum + (values[index] ?? Number.NaN) * numSamples;
    });
    this.#numSamples += numSamples;
  }

  /** The means so far, by name. */
  get logs(): Record<string, number> {
    return Object.fromEntries(this.#names.map((name, index) => [name, (this.#sums[index] ?? 0) / this.#numSamples]));
  }
}
