/** Samples a second over some steps. Steps that had to be compiled first count only where there are no others. */
export class Speed {
  readonly #warm = { numSamples: 0, ms: 0 };
  readonly #cold = { numSamples: 0, ms: 0 };

  /** @param numSamples - In this step, over all replicas. */
  add(numSamples: number, ms: number, wasCompiled: boolean): void {
    const sums = wasCompiled ? this.#cold : this.#warm;
    sums.numSamples += numSamples;
    sums.ms += ms;
  }

  get samplesPerSecond(): number {
    const { numSamples, ms } = this.#warm.numSamples > 0 ? this.#warm : this.#cold;
    return ms === 0 ? 0 : (numSamples / ms) * 1000;
  }
}
