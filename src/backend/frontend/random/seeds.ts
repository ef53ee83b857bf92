/** Which stream random numbers come from: the program's, a replica's, or that of a seed given to one operation. */
import { createHash, randomBytes } from 'node:crypto';
import { UserError } from '../../../base/errors.ts';
import { userFrame } from '../../../base/userFrame.ts';
import { RandomGenerator, type Position } from './generator.ts';

/** A seed: a number, whole or not, or a text. Zero is a seed as any other. */
export type Seed = number | string;

let programSeed: Seed | undefined;
let mustBeSeeded = false;
let replica = 0;
/** Random numbers that JavaScript uses, the same on all replicas. */
let next = Math.random;
/** By replica; made when first drawn from. */
const generators = new Map<number, RandomGenerator>();

/**
 * Makes the random numbers of this process reproducible: the same program draws the same numbers again after it, eagerly
 * and in compiled functions, those compiled before included, and TF.js's `fit` shuffles alike. A call that is given a
 * seed of its own does not depend on this one. As `keras.utils.set_random_seed` and Python's `tf.random.set_seed`.
 *
 * Without it, the numbers differ from run to run. Await pending calls of compiled functions before it.
 *
 * @throws UserError `TFD_RANDOM_SEED` where `seed` is neither a finite number nor a text.
 */
export function setRandomSeed(seed: Seed): void {
  checkSeed(seed);
  programSeed = seed;
  next = javascriptStream(digest(`${seed}/javascript`));
  for (const [rank, generator] of generators) generator.reset(streamKey(seed, rank));
}

/** From now on, random numbers without a seed are an error. */
export function requireSeeds(): void {
  mustBeSeeded = true;
}

/** A random number in [0, 1) for use in JavaScript: by the program's seed where there is one, the same on all replicas. */
export function randomNumber(): number {
  checkSeeded();
  return next();
}

/**
 * Sets which replica draws random numbers from now on, or is being traced: each has a stream of its own, so that
 * dropout differs between them. Replica 0, the default, draws what a program without replicas draws.
 *
 * @returns The replica before, to go back to.
 */
export function setReplicaSeedOffset(rank: number): number {
  const before = replica;
  replica = rank;
  return before;
}

/** Takes numbers for `numValues` values from the stream of `seed`, or from the replica's where there is none. */
export function takePosition(numValues: number, seed: Seed | null | undefined): Position {
  if (seed == null) return replicaGenerator().take(numValues);
  checkSeed(seed);
  const generator = new RandomGenerator(streamKey(seed, replica));
  // A function that is being traced has captured the generator's state: it goes on at each call.
  const position = generator.take(numValues);
  generator.dispose();
  return position;
}

function replicaGenerator(): RandomGenerator {
  checkSeeded();
  let generator = generators.get(replica);
  if (generator === undefined) {
    const key = programSeed === undefined ? randomBytes(8).readBigInt64LE() : streamKey(programSeed, replica);
    generator = new RandomGenerator(key);
    generators.set(replica, generator);
  }
  return generator;
}

/** Small Fast Counting generator, `sfc32` (Doty-Humphrey, PractRand, 2010). */
function javascriptStream(key: Buffer): () => number {
  let [a = 0, b = 0, c = 0, counter = 1] = new Int32Array(Uint8Array.from(key).buffer);
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** Streams of seeds or replicas that are close to each other have nothing in common. */
function streamKey(seed: Seed, rank: number): bigint {
  return digest(`${seed}/${rank}`).readBigInt64LE();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checkSeeded(): void {
  if (!mustBeSeeded || programSeed !== undefined) return;
  throw new UserError({
    code: 'TFD_RANDOM_UNSEEDED',
    rule: 'After tf.enableDeterminism(), random numbers need a seed.',
    received: `random numbers without one at ${userFrame() ?? 'an unknown line'}`,
    remedy: 'Call tf.setRandomSeed(1) at the start of the program, or give this operation a seed of its own.',
  });
}

function checkSeed(seed: unknown): asserts seed is Seed {
  if (typeof seed === 'string' || (typeof seed === 'number' && Number.isFinite(seed))) return;
  throw new UserError({
    code: 'TFD_RANDOM_SEED',
    rule: 'A random seed is a finite number or a text.',
    received: String(seed),
    remedy: 'Pass a number, for example tf.setRandomSeed(42).',
  });
}
