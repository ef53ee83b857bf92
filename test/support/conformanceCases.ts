/** The cases of the collectives' conformance suite: the same for all transports, with the expected values. */
import * as tf from '../../src/index.ts';
import type { Reduction, Transport } from '../../src/collectives/index.ts';
import type { Collectives, EagerCollectives } from '../../src/strategy/index.ts';

export const dtypes = ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'int64', 'bool'] as const;
export type Dtype = (typeof dtypes)[number];

/** What is there in both forms, with the same arguments. */
type Either = Collectives | EagerCollectives;

export interface ValueCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly input: readonly number[];
  readonly isLarge: boolean;
  readonly expected: readonly number[];
  readonly resultShape: readonly number[];
  readonly traced: (collectives: Collectives, value: tf.Tensor) => tf.Tensor;
  readonly eager: (collectives: EagerCollectives, value: tf.Tensor) => Promise<tf.Tensor>;
}

/** More than 1 MB of float32, and no multiple of anything. */
const large = 270_001;

/**
 * Every collective and shape for one dtype. All values are whole numbers that every dtype holds exactly, and so are
 * their sums, means and products.
 */
export function valueCases(dtype: Dtype, rank: number, size: number, transport: Transport | undefined): ValueCase[] {
  const cases: ValueCase[] = [];
  const ranks = Array.from({ length: size }, (_, index) => index);
  const add = (
    what: string,
    shapeOf: (rank: number) => readonly number[],
    run: (collectives: Either, value: tf.Tensor) => tf.Tensor | Promise<tf.Tensor>,
    expect: (all: readonly number[][]) => { expected: readonly number[]; resultShape: readonly number[] },
    scale = 1,
  ): void => {
    const all = ranks.map((other) => fill(other, countOf(shapeOf(other)), dtype, scale));
    const input = all[rank] as number[];
    cases.push({
      name: `${what} of ${dtype} [${shapeOf(rank).join()}]`,
      shape: shapeOf(rank),
      input,
      isLarge: input.length > 10_000,
      ...expect(all),
      traced: (collectives, value) => run(collectives, value) as tf.Tensor,
      eager: async (collectives, value) => run(collectives, value),
    });
  };
  const reductions = (dtype === 'bool' ? ['min', 'max'] : ['sum', 'mean', 'min', 'max', 'product']) as Reduction[];
  // What is larger than one buffer differs by the size of an element only, which is 4, 2 and 1 here.
  const isWithLarge = dtype === 'float32' || dtype === 'bfloat16' || dtype === 'bool';

  const isFirstOf = (reduction: Reduction): boolean => reduction === reductions[0] || reduction === 'mean';

  for (const reduction of reductions) {
    for (const shape of [[], [0], [7], [2, 3, 5], ...(isWithLarge && isFirstOf(reduction) ? [[large]] : [])]) {
      add(
        `all-reduce (${reduction})`,
        () => shape,
        (c, value) => c.allReduce(value, reduction),
        (all) => ({ expected: reduceAll(all, reduction), resultShape: shape }),
        reduction === 'mean' ? size : 1,
      );
    }
    for (const shape of [
      [0, 3],
      [size],
      [3 * size, 5],
      ...(isWithLarge && isFirstOf(reduction) ? [[60_001 * size]] : []),
    ]) {
      const [rows = 0, ...rest] = shape;
      const part = countOf(shape) / size;
      add(
        `reduce-scatter (${reduction})`,
        () => shape,
        (c, value) => c.reduceScatter(value, reduction),
        (all) => ({
          expected: reduceAll(all, reduction).slice(part * rank, part * (rank + 1)),
          resultShape: [rows / size, ...rest],
        }),
        reduction === 'mean' ? size : 1,
      );
    }
  }
  for (const shape of [[], [0], [7], [2, 3, 5], ...(isWithLarge ? [[large]] : [])]) {
    for (const root of new Set([0, size - 1])) {
      add(
        `broadcast from ${root}`,
        () => shape,
        (c, value) => c.broadcast(value, root),
        (all) => ({ expected: all[root] as number[], resultShape: shape }),
      );
    }
  }
  for (const shape of [[0, 3], [1], [3, 5], ...(isWithLarge ? [[large]] : [])]) {
    const [rows = 0, ...rest] = shape;
    add(
      'all-gather',
      () => shape,
      (c, value) => c.allGather(value),
      (all) => ({ expected: all.flat(), resultShape: [rows * size, ...rest] }),
    );
  }
  if (transport === 'ring') return cases;
  for (const sizes of [
    ranks.map((other) => other * 2),
    ...(isWithLarge ? [ranks.map((other) => 50_000 + other)] : []),
  ]) {
    add(
      'uneven all-gather',
      (other) => [sizes[other] as number, 3],
      (c, value) => c.allGather(value, { sizes }),
      (all) => ({ expected: all.flat(), resultShape: [sizes.reduce((a, b) => a + b), 3] }),
    );
  }
  for (const shape of [[0, 3], [size], [3 * size, 5], ...(isWithLarge ? [[60_001 * size]] : [])]) {
    const part = countOf(shape) / size;
    add(
      'all-to-all',
      () => shape,
      (c, value) => c.allToAll(value),
      (all) => ({ expected: all.flatMap((row) => row.slice(part * rank, part * (rank + 1))), resultShape: shape }),
    );
  }
  return cases;
}

export interface GradientCase {
  readonly name: string;
  readonly shape: number[];
  /** The loss of this rank: what the collective gives, weighted differently on each rank and in each place. */
  readonly run: (collectives: Collectives, value: tf.Tensor) => tf.Tensor;
  readonly expected: readonly number[];
}

/** Gradients of the sum of all ranks' losses. */
export function gradientCases(rank: number, size: number, transport: Transport | undefined): GradientCase[] {
  const ranks = Array.from({ length: size }, (_, index) => index);
  const weightsOf = (other: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => 10 * other + i + 1);
  const loss = (value: tf.Tensor): tf.Tensor =>
    value
      .flatten()
      .mul(tf.tensor1d(weightsOf(rank, value.size)))
      .sum();
  const sumOfWeights = (count: number): number[] =>
    reduceAll(
      ranks.map((other) => weightsOf(other, count)),
      'sum',
    );
  const own = (values: readonly number[], part: number): number[] => values.slice(part * rank, part * (rank + 1));
  const sizes = ranks.map((other) => other + 1);
  const begin = (rank * (rank + 1)) / 2;
  const cases: GradientCase[] = [
    { name: 'sum', shape: [3], run: (c, x) => loss(c.allReduce(x, 'sum')), expected: sumOfWeights(3) },
    {
      name: 'mean',
      shape: [3],
      // Times the number of ranks, so that the expected values are whole numbers.
      run: (c, x) => loss(c.allReduce(x.mul(size), 'mean')),
      expected: sumOfWeights(3),
    },
    { name: 'all-gather', shape: [2], run: (c, x) => loss(c.allGather(x)), expected: own(sumOfWeights(2 * size), 2) },
    {
      name: 'reduce-scatter',
      shape: [2 * size],
      run: (c, x) => loss(c.reduceScatter(x, 'sum')),
      expected: ranks.flatMap((other) => weightsOf(other, 2)),
    },
    {
      name: 'broadcast',
      shape: [3],
      run: (c, x) => loss(c.broadcast(x, 1)),
      expected: rank === 1 ? sumOfWeights(3) : [0, 0, 0],
    },
    {
      name: 'two collectives, one after the other',
      shape: [2],
      run: (c, x) => loss(c.reduceScatter(c.allGather(x), 'sum')),
      // Every rank's part comes back `size` times.
      expected: weightsOf(rank, 2).map((weight) => weight * size),
    },
  ];
  if (transport === 'ring') return cases;
  return [
    ...cases,
    {
      name: 'uneven all-gather',
      shape: [rank + 1],
      run: (c, x) => loss(c.allGather(x, { sizes })),
      expected: sumOfWeights((size * (size + 1)) / 2).slice(begin, begin + rank + 1),
    },
    {
      name: 'all-to-all',
      shape: [2 * size],
      run: (c, x) => loss(c.allToAll(x)),
      expected: ranks.flatMap((other) => own(weightsOf(other, 2 * size), 2)),
    },
  ];
}

/** Calls that differ between rank 0 and the others. */
export function mistakes(
  rank: number,
  size: number,
): { name: string; run: (collectives: EagerCollectives) => Promise<unknown> }[] {
  const isFirst = rank === 0;
  const two = isFirst ? 2 : 3;
  return [
    { name: 'shape', run: (c) => c.allReduce(tf.ones([two]), 'sum') },
    { name: 'layout', run: (c) => c.allReduce(tf.ones(isFirst ? [2, 3] : [3, 2]), 'sum') },
    { name: 'empty', run: (c) => c.allReduce(tf.ones([isFirst ? 0 : 3]), 'sum') },
    { name: 'small and large', run: (c) => c.allReduce(tf.ones([isFirst ? 3 : large]), 'sum') },
    { name: 'large', run: (c) => c.allReduce(tf.ones([isFirst ? large + 1 : large]), 'sum') },
    { name: 'dtype', run: (c) => c.allReduce(tf.ones([3], isFirst ? 'float32' : 'int32'), 'sum') },
    { name: 'reduction', run: (c) => c.allReduce(tf.ones([3]), isFirst ? 'sum' : 'mean') },
    { name: 'root', run: (c) => c.broadcast(tf.ones([3]), isFirst ? 0 : 1) },
    { name: 'operation', run: (c) => (isFirst ? c.allReduce(tf.ones([3]), 'sum') : c.broadcast(tf.ones([3]))) },
    { name: 'barrier', run: (c) => (isFirst ? c.barrier() : c.allReduce(tf.ones([large]), 'sum')) },
    { name: 'all-gather', run: (c) => c.allGather(tf.ones([3, two])) },
    { name: 'rows', run: (c) => c.allGather(tf.ones([two])) },
    {
      name: 'sizes',
      run: (c) => c.allGather(tf.ones([2]), { sizes: Array.from({ length: size }, (_, i) => (i === rank ? 2 : 1)) }),
    },
    { name: 'reduce-scatter', run: (c) => c.reduceScatter(tf.ones([size * two]), 'sum') },
    { name: 'all-to-all', run: (c) => c.allToAll(tf.ones([size * two])) },
    { name: 'broadcast', run: (c) => c.broadcast(tf.ones([two])) },
  ];
}

/** Whole numbers from -2 to 2, times `scale`; truth values as 0 and 1. */
function fill(rank: number, count: number, dtype: Dtype, scale: number): number[] {
  if (dtype === 'bool') return Array.from({ length: count }, (_, i) => ((i >> (rank % 3)) + rank) & 1);
  return Array.from({ length: count }, (_, i) => (((i * 7 + rank * 3 + (i >> 4)) % 5) - 2) * scale);
}

function reduceAll(all: readonly number[][], reduction: Reduction): number[] {
  const combine: Record<Reduction, (a: number, b: number) => number> = {
    sum: (a, b) => a + b,
    mean: (a, b) => a + b,
    min: Math.min,
    max: Math.max,
    product: (a, b) => a * b,
  };
  const divisor = reduction === 'mean' ? all.length : 1;
  const [first = [], ...others] = all;
  // Adding 0 makes 0 of -0.
  return first.map(
    (value, i) => others.reduce((sum, row) => combine[reduction](sum, row[i] as number), value) / divisor + 0,
  );
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
