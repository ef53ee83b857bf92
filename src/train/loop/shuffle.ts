/** The order of the samples in an epoch. */

/** The elements of `values` in an order that follows from `seed` and `epoch`, whatever epochs came before. */
export function shuffled(values: Int32Array, seed: number, epoch: number): Int32Array {
  const result = values.slice();
  const next = generator((Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) >>> 0);
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const value = result[last] as number;
    result[last] = result[other] as number;
    result[other] = value;
  }
  return result;
}

/** Numbers from 0 to 1 (exclusive): Tommy Ettinger's Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
