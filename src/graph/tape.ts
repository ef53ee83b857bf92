/** What TF.js records for gradients, of a part of the program at a time: its types keep the tape to themselves. */
import { engine, scalar, Variable, type Tensor } from '@tensorflow/tfjs-core';

type Gradients = (dys: Tensor | Tensor[]) => Record<string, () => Tensor>;

/** Operations that TF.js has recorded, in order. */
export type Tape = TapeNode[];

interface TapeNode {
  id: number;
  kernelName: string;
  inputs: Record<string, Tensor>;
  outputs: Tensor[];
  saved?: Tensor[];
  gradient?: (dys: Tensor[]) => Record<string, () => Tensor>;
}

interface Recorder {
  readonly state: { activeTape: Tape | null; gradientDepth: number; kernelDepth: number; nextTapeNodeId: number };
  gradients(
    f: () => Tensor,
    xs: Tensor[],
    dy?: Tensor | null,
    allowNoGradients?: boolean,
  ): { value: Tensor; grads: (Tensor | undefined)[] };
  nextTensorId(): number;
  addTapeNode(
    name: string,
    inputs: Record<string, Tensor>,
    outputs: Tensor[],
    gradient: Gradients,
    saved: Tensor[],
    attributes: object,
  ): void;
}

const recorder = engine() as unknown as Recorder;

/** Ids of what the gradients that are being recorded are taken by, from the outermost to the innermost. */
const wanted: ReadonlySet<number>[] = [];

const gradients = recorder.gradients.bind(recorder);
recorder.gradients = (f, xs, ...rest) => {
  const recorded = (): Tensor => wanting(new Set(idsOf(xs)), f);
  return gradients(recorded, xs, ...rest);
};

/** Whether TF.js records operations at this point. */
export function isRecording(): boolean {
  return recorder.state.gradientDepth > 0 && recorder.state.kernelDepth === 0;
}

/** Ids of the tensors known so far through which a gradient that is being recorded may flow. */
export function activeIds(): Set<number> {
  return reached(recorder.state.activeTape ?? [], new Set(wanted.flatMap((ids) => [...ids])));
}

/** Ids of `from`, and of all tensors that the operations on `tape` compute from them. */
export function reached(tape: Tape, from: ReadonlySet<number>): Set<number> {
  const ids = new Set(from);
  for (const { inputs, outputs } of tape) {
    if (Object.values(inputs).some(({ id }) => ids.has(id))) for (const { id } of outputs) ids.add(id);
  }
  return ids;
}

/** A number above the ids of all tensors so far, and below those of all later ones. */
export function now(): number {
  return recorder.nextTensorId();
}

/** The tensors that `tape` or `results` use and that were there before `start`, which `now` gave. */
export function usedFromOutside(tape: Tape, results: readonly Tensor[], start: number): Tensor[] {
  const used = [...tape.flatMap(({ inputs }) => Object.values(inputs)), ...results];
  return [...new Map(used.map((tensor) => [tensor.id, tensor])).values()].filter(
    (tensor) => tensor.id < start || tensor instanceof Variable,
  );
}

/**
 * Runs `fn` and gives what TF.js records of it, which does not get onto the tape in force.
 *
 * @param from - Takes the place of what the gradients in force are taken by; undefined to record nothing.
 */
export function recordApart<T>(from: ReadonlySet<number> | undefined, fn: () => T): { result: T; tape: Tape } {
  const tape: Tape = [];
  const state = { activeTape: tape, gradientDepth: from === undefined ? 0 : 1, kernelDepth: 0 };
  try {
    return { result: withState(state, () => (from === undefined ? fn() : wanting(from, fn))), tape };
  } catch (error) {
    discardTape(tape);
    throw error;
  }
}

/**
 * The gradients of `ys`, which `tape` has recorded, by `xs`, as operations that are run now. The tape cannot be used
 * again.
 *
 * @param dys - The gradients by `ys` of what is differentiated.
 * @returns Undefined for those of `xs` that no result depends on.
 */
export function pullBack(
  tape: Tape,
  ys: readonly Tensor[],
  dys: readonly Tensor[],
  xs: readonly Tensor[],
): (Tensor | undefined)[] {
  return withState({ activeTape: null, gradientDepth: 0, kernelDepth: 0 }, () => {
    const { grads } = gradients(
      () => {
        const y = scalar(0);
        recorder.state.activeTape?.push(...tape);
        const gradient = (): Record<string, () => Tensor> => named(dys.map((dy) => () => dy.clone()));
        recorder.addTapeNode('Results', named(ys), [y], gradient, [], {});
        return y;
      },
      [...xs],
      null,
      true,
    );
    return grads;
  });
}

/** Gives back what `tape` has kept for gradients that nobody asks for. */
export function discardTape(tape: Tape): void {
  for (const { saved = [] } of tape.splice(0)) for (const tensor of saved) tensor.dispose();
}

/**
 * Puts an operation onto the tape in force.
 *
 * @param gradient - Takes the gradients by `outputs`, and gives those by `inputs`.
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  gradient: (dys: Tensor[]) => Tensor[],
): void {
  const byName: Gradients = (dys) => named(gradient([dys].flat()).map((dx) => () => dx));
  recorder.addTapeNode(name, named(inputs), [...outputs], byName, [], {});
}

function wanting<T>(ids: ReadonlySet<number>, fn: () => T): T {
  wanted.push(ids);
  try {
    return fn();
  } finally {
    wanted.pop();
  }
}

function withState<T>(replacement: Partial<Recorder['state']>, fn: () => T): T {
  const { activeTape, gradientDepth, kernelDepth } = recorder.state;
  Object.assign(recorder.state, replacement);
  try {
    return fn();
  } finally {
    Object.assign(recorder.state, { activeTape, gradientDepth, kernelDepth });
  }
}

function named<T>(values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value, index) => [String(index), value]));
}

function idsOf(tensors: readonly Tensor[]): number[] {
  return tensors.map(({ id }) => id);
}
