/**
 * Makes TF.js's recurrent layers fast: where a layer's cell and activations are known here, its call is one recurrence
 * instead of TF.js's loop of small operations. The results are the same.
 */
import {
  add,
  cast,
  expandDims,
  matMul,
  mul,
  ones,
  reshape,
  slice,
  split,
  squeeze,
  tidy,
  transpose,
  zeros,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { RNN, type layers } from '@tensorflow/tfjs-layers';
import { activations, type Activation } from '../recurrent/activations.ts';
import type { Cell } from '../recurrent/cell.ts';
import { gru } from '../recurrent/gru.ts';
import { lstm } from '../recurrent/lstm.ts';
import { recur } from '../recurrent/recurrence.ts';
import { simpleRnn } from '../recurrent/simpleRnn.ts';
import { dropout } from './random/dropout.ts';
import { registeredClass } from './registeredClass.ts';

type Call = RNN['call'];
type LstmCell = ReturnType<typeof layers.lstmCell>;
type RnnCell = RNN['cell'];

/** What the cells of all kinds have. */
type LayerCell = Pick<
  LstmCell,
  'activation' | 'dropout' | 'kernel' | 'recurrentDropout' | 'recurrentKernel' | 'units'
> &
  Pick<LstmCell, 'useBias' | 'bias'> & {
    /** A plain recurrent network has none. */
    readonly recurrentActivation?: LstmCell['activation'];
    readonly dropoutFunc?: typeof dropout | null;
    /** Dropout that the layer has drawn already. */
    readonly masks?: Masks | undefined;
  };

/** Factors of the inputs and of the state, the same at all steps. */
interface Masks {
  readonly inputs?: Tensor;
  readonly state?: Tensor;
}

/** A class of cells. */
export interface RecurrentKind {
  readonly cell: (activation: Activation, recurrent: Activation) => Cell;
  readonly numStates: number;
  /** The weights that act on the state, of the cell's recurrent kernel, `[units, gates * units]`. */
  readonly kernels?: (recurrentKernel: Tensor, units: number) => Tensor[];
  /** Whether the bias has a second row, for the product of the state. */
  readonly hasStateBias?: boolean;
}

/** By class: one that inherits from it may compute something else. */
const kinds = new Map<unknown, RecurrentKind>();

/** Makes layers with cells of this class fast. */
export function registerRecurrentKind(cellClass: new (...args: never[]) => RnnCell, kind: RecurrentKind): void {
  kinds.set(cellClass, kind);
}

const kindsOfTfjs: Readonly<Record<string, RecurrentKind>> = {
  LSTMCell: { cell: lstm, numStates: 2 },
  GRUCell: { cell: gru, numStates: 1, kernels: (kernel, units) => split(kernel, [2 * units, units], 1) },
  SimpleRNNCell: { cell: simpleRnn, numStates: 1 },
};

/** Puts it in the place of TF.js's call, which does what is not known here. */
export function installRecurrentLayers(): void {
  for (const [name, kind] of Object.entries(kindsOfTfjs)) kinds.set(registeredClass(name), kind);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const loop: Call = RNN.prototype.call;
  RNN.prototype.call = function call(this: RNN, inputs, kwargs) {
    const fast = planFor(this, inputs, kwargs);
    return fast === undefined ? loop.call(this, inputs, kwargs) : tidy(fast);
  };
}

/** Computes the layer, or is undefined where TF.js has to. */
function planFor(
  layer: RNN,
  inputs: Tensor | Tensor[],
  kwargs: Parameters<Call>[1] | null,
): (() => Tensor | Tensor[]) | undefined {
  const kind = kinds.get(layer.cell.constructor);
  const [x, ...more] = [inputs].flat();
  if (kind === undefined || layer.unroll || x === undefined || more.length > 0) return undefined;
  const mask = (kwargs?.['mask'] ?? undefined) as Tensor | undefined;
  const initial = (kwargs?.['initialState'] ?? undefined) as Tensor[] | undefined;
  const cell = layer.cell as unknown as LayerCell;
  const makeCell = cellOf(cell, kind);
  const isKnown = x.rank === 3 && x.dtype === 'float32' && (x.shape[1] ?? 0) > 0 && (mask?.rank ?? 2) === 2;
  if (!isKnown || makeCell === undefined || (initial?.length ?? kind.numStates) !== kind.numStates) return undefined;
  return () => compute(layer, cell, kind, makeCell, { x, mask, initial, isTraining: kwargs?.['training'] === true });
}

interface Arguments {
  readonly x: Tensor;
  readonly mask: Tensor | undefined;
  readonly initial: Tensor[] | undefined;
  readonly isTraining: boolean;
}

function compute(layer: RNN, cell: LayerCell, kind: RecurrentKind, makeCell: Cell, args: Arguments): Tensor | Tensor[] {
  const { x, mask, initial, isTraining } = args;
  const { units } = cell;
  const [batch, numSteps, numFeatures] = x.shape as [number, number, number];
  const masks = dropoutMasks(cell, isTraining, [batch, numFeatures]);
  const [inputBias, stateBias] = biases(cell, kind);
  const isStateful = layer.stateful;
  const zero = (): Tensor[] => Array.from({ length: kind.numStates }, () => zeros([batch, units]));
  const states = initial ?? (isStateful ? layer.states : zero());

  const sequence = masks.inputs === undefined ? x : mul(x, expandDims(masks.inputs, 1));
  const rows = reshape(transpose(sequence, [1, 0, 2]), [numSteps * batch, numFeatures]);
  const product = matMul(rows, cell.kernel.read());
  const biased = inputBias === undefined ? product : add(product, inputBias);
  const recurrentKernel = cell.recurrentKernel.read();
  const returnStates = layer.returnState || isStateful;
  const result = recur({
    cell: makeCell,
    gates: reshape(biased, [numSteps, batch, product.shape[1] ?? 0]),
    states,
    kernels: kind.kernels?.(recurrentKernel, units) ?? [recurrentKernel],
    bias: stateBias,
    dropout: masks.state,
    mask: mask === undefined ? undefined : expandDims(cast(mask, 'bool'), -1),
    goBackwards: layer.goBackwards,
    returnSequences: layer.returnSequences,
    returnStates,
  });

  const numOutputs = layer.returnSequences ? numSteps : 1;
  const row = (index: number): Tensor => squeeze(slice(result, index, 1), [0]);
  const last = row(numOutputs - 1);
  const after = returnStates ? [last, ...states.slice(1).map((_, which) => row(numOutputs + which))] : [];
  if (isStateful) layer.resetStates(after, isTraining);
  const output = layer.returnSequences ? transpose(slice(result, 0, numSteps), [1, 0, 2]) : last;
  return layer.returnState ? [output, ...after] : output;
}

function cellOf({ activation, recurrentActivation }: LayerCell, kind: RecurrentKind): Cell | undefined {
  const known = (name: string | undefined): Activation | undefined => activations.get(name ?? 'linear');
  const first = known(activation.getClassName());
  const second = known(recurrentActivation?.getClassName());
  return first === undefined || second === undefined ? undefined : kind.cell(first, second);
}

function biases(cell: LayerCell, { hasStateBias = false }: RecurrentKind): (Tensor | undefined)[] {
  if (!cell.useBias) return [];
  const bias = cell.bias.read();
  return hasStateBias ? split(bias, 2).map((row) => squeeze(row, [0])) : [bias];
}

function dropoutMasks(cell: LayerCell, isTraining: boolean, inputShape: [number, number]): Masks {
  if (cell.masks !== undefined) return cell.masks;
  const draw = cell.dropoutFunc ?? dropout;
  const isOn = (rate: number): boolean => isTraining && rate > 0 && rate < 1;
  return {
    ...(isOn(cell.dropout) ? { inputs: draw(ones(inputShape), cell.dropout) } : {}),
    ...(isOn(cell.recurrentDropout) ? { state: draw(ones([inputShape[0], cell.units]), cell.recurrentDropout) } : {}),
  };
}
