/**
 * Lets tensors of dtypes that TF.js lacks pass through TF.js's own code, which knows five dtypes and refuses any other:
 * there, and only there, their `dtype` says `float32` or `int32`. Kernels see what they are, and gradients get the dtype
 * of what they belong to. So every operation of TF.js takes such tensors, composed ones and their gradients too.
 */
import { engine, type NamedTensorMap, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { dataOf } from '../backend.ts';
import { asCore, asUser, coreScope } from './coreScope.ts';
import {
  elementBytes,
  isFraction,
  isMore,
  moreDtypesInUse,
  standInFor,
  useMoreDtypes,
  type MoreDtype,
} from './moreDtypes.ts';

type Gradients = Record<string, () => Tensor>;

/** A step of the tape. */
interface TapeNode {
  gradient?: (dys: (Tensor | null)[]) => Gradients;
}

/** The parts of TF.js's engine that are replaced; its types keep some to themselves. */
interface Internals {
  state: { numBytes: number; activeTape: TapeNode[] };
  makeTensorFromTensorInfo: (info: TensorInfo, ...rest: unknown[]) => Tensor;
  trackTensor: (tensor: Tensor, ...rest: unknown[]) => void;
  disposeTensor: (tensor: Tensor, ...rest: unknown[]) => void;
  addTapeNode: (name: string, inputs: NamedTensorMap, outputs: Tensor[], ...rest: unknown[]) => void;
  gradients: (f: () => Tensor, xs: Tensor[], dy?: Tensor, ...rest: unknown[]) => unknown;
  customGrad: (f: CustomGradient) => (...args: Tensor[]) => Tensor;
}

type CustomGradient = (...args: unknown[]) => {
  value: Tensor;
  gradFunc: (...given: unknown[]) => Tensor | Tensor[];
};

const disguised = new WeakMap<object, MoreDtype>();
/** Whether TF.js counts the memory of tensors at the moment. */
let isCounting = false;

/** Makes the `dtype` of `tensor`, which TF.js has made as one of the stand-in's dtype, say `dtype` in the user's code. */
export function disguise<T extends Tensor>(tensor: T, dtype: MoreDtype): T {
  disguised.set(tensor, dtype);
  (engine() as unknown as Internals).state.numBytes += tensor.size * (elementBytes(dtype) - standInBytes);
  return Object.defineProperty(tensor, 'dtype', {
    get: () => (isCounting || coreScope() !== undefined ? standInFor(dtype) : dtype),
    enumerable: true,
    configurable: true,
  });
}

/** Bytes of an element of float32 and of int32. */
const standInBytes = 4;

/** A copy of `tensor` with this dtype; `tensor` itself where it has it. */
export function withDtype<T extends Tensor>(tensor: T, dtype: string): T {
  if (dataOf(tensor.dataId).dtype === dtype) return tensor;
  return engine().runKernel('Cast', { x: tensor }, { dtype, isStated: true });
}

/** To be called before the first tensor of such a dtype is made: until then, TF.js's code stays as it is. */
export function installDisguise(): void {
  if (moreDtypesInUse()) return;
  useMoreDtypes();
  const tracker = engine();
  installTracking(tracker as unknown as Internals);
  installTape(tracker as unknown as Internals);
  installUserCode(tracker as unknown as Internals);
}

function installTracking(tracker: Internals): void {
  const make = tracker.makeTensorFromTensorInfo.bind(tracker);
  tracker.makeTensorFromTensorInfo = (info, ...rest) => {
    const { dtype } = info;
    return isMore(dtype) ? disguise(make({ ...info, dtype: standInFor(dtype) }, ...rest), dtype) : make(info, ...rest);
  };
  for (const method of ['trackTensor', 'disposeTensor'] as const) {
    const count = tracker[method].bind(tracker);
    tracker[method] = (tensor, ...rest) => {
      const dtype = disguised.get(tensor);
      if (dtype === undefined) count(tensor, ...rest);
      else countAs(dtype, tracker, () => count(tensor, ...rest));
    };
  }
}

/** Runs `count`, which changes the number of bytes by what the stand-in takes. */
function countAs(dtype: MoreDtype, { state }: Internals, count: () => void): void {
  const before = state.numBytes;
  isCounting = true;
  try {
    count();
  } finally {
    isCounting = false;
  }
  state.numBytes = before + ((state.numBytes - before) / standInBytes) * elementBytes(dtype);
}

/** Gradients have the dtype of what they belong to, whatever constants the gradient's function made on the way. */
function installTape(tracker: Internals): void {
  const addTapeNode = tracker.addTapeNode.bind(tracker);
  tracker.addTapeNode = (name, inputs, outputs, ...rest) => {
    addTapeNode(name, inputs, outputs, ...rest);
    const node = tracker.state.activeTape.at(-1);
    const { gradient } = node ?? {};
    if (node === undefined || gradient === undefined) return;
    const tensors = [...Object.values(inputs), ...outputs];
    if (!tensors.some((tensor) => disguised.has(tensor))) return;
    const inputDtypes = new Map(Object.entries(inputs).map(([input, tensor]) => [input, gradientDtype(tensor)]));
    const outputDtypes = outputs.map(gradientDtype);
    node.gradient = (dys) => {
      const typed = dys.map((dy, index) => dy && withDtype(dy, outputDtypes[index] ?? 'float32'));
      const entries = Object.entries(gradient(typed)).map(([input, compute]) => {
        const dtype = inputDtypes.get(input);
        return [input, dtype === undefined ? compute : () => withDtype(compute(), dtype)] as const;
      });
      return Object.fromEntries(entries);
    };
  };
}

/** TF.js has gradients of float32 for whole numbers and truth values. */
function gradientDtype(tensor: Tensor): string {
  const dtype = disguised.get(tensor) ?? tensor.dtype;
  return isFraction(dtype) ? dtype : 'float32';
}

/** TF.js refuses some arguments before it is in a scope of its own, and calls the user's gradients from within one. */
function installUserCode(tracker: Internals): void {
  const gradients = tracker.gradients.bind(tracker);
  tracker.gradients = (f, xs, dy, ...rest) =>
    dy != null && disguised.has(dy)
      ? asCore('gradients', () => gradients(f, xs, dy, ...rest))
      : gradients(f, xs, dy, ...rest);

  const customGrad = tracker.customGrad.bind(tracker);
  tracker.customGrad = (f) => {
    const run = customGrad((...args) => {
      const { value, gradFunc } = f(...args);
      return { value, gradFunc: (...given) => asUser(() => gradFunc(...given)) };
    });
    const runOfCore = customGrad(f);
    return (...args) => (coreScope() === undefined ? run(...args) : runOfCore(...args));
  };
}
