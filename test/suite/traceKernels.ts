/** Lets kernels run inside of compiled functions: each is traced once a signature into a graph, which then runs. */
import {
  getKernelsForBackend,
  registerKernel,
  unregisterKernel,
  type KernelConfig,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { serialize } from 'node:v8';
import { DistributeError } from '../../src/base/errors.ts';
import { backendName, dataOf } from '../../src/backend/index.ts';
import { ops, run, scoped, toTensorInfo, toValue } from '../../src/backend/kernel.ts';
import { eagerExecutor, executor, TracingGraph, withExecutor } from '../../src/tensor/index.ts';

/** The first runs no operation; the second keeps the state of the random numbers, which a call would have to pass. */
const untraced: ReadonlySet<string> = new Set(['Identity', 'Multinomial']);

type Call = Parameters<KernelConfig['kernelFunc']>[0];

/** A kernel for one signature. */
interface Traced {
  /** Name of TensorFlow's function; undefined where the shape of a result depends on values. */
  readonly fn: string | undefined;
  readonly givesList: boolean;
}

/** From now on the kernels do so. */
export function traceKernels(): void {
  for (const config of getKernelsForBackend(backendName)) {
    if (untraced.has(config.kernelName)) continue;
    unregisterKernel(config.kernelName, backendName);
    registerKernel({ ...config, kernelFunc: tracing(config) });
  }
}

function tracing(config: KernelConfig): KernelConfig['kernelFunc'] {
  const known = new Map<string, Traced>();
  return (call) => {
    if (executor() !== eagerExecutor()) return config.kernelFunc(call);
    const inputs = tensorsOf(call.inputs);
    const key = signature(call, inputs);
    let traced = known.get(key);
    if (traced === undefined) known.set(key, (traced = trace(config, call, inputs)));
    const { fn, givesList } = traced;
    if (fn === undefined) return config.kernelFunc(call);
    const outputs = run(() => ops(fn, inputs.map(toValue), { config_proto: '' })) as TensorInfo[];
    return givesList ? outputs : (outputs[0] as TensorInfo);
  };
}

function trace({ kernelName, kernelFunc }: KernelConfig, call: Call, inputs: readonly TensorInfo[]): Traced {
  const graph = new TracingGraph();
  const made: TensorInfo[] = [];
  try {
    return withExecutor(graph, () =>
      scoped(() => {
        for (const { dtype, shape } of inputs) made.push(toTensorInfo(graph.argument(dtype, shape)));
        const outputs = kernelFunc({ ...call, inputs: replaced(call.inputs, new Map(zip(inputs, made))) });
        const list = [outputs].flat();
        made.push(...list);
        return { fn: graph.finish(kernelName, list.map(toValue)).name, givesList: Array.isArray(outputs) };
      }),
    );
  } catch (error) {
    graph.discard();
    if (!(error instanceof DistributeError) || error.code !== 'TFD_TRACE_DYNAMIC_SHAPE') throw error;
    return { fn: undefined, givesList: false };
  } finally {
    for (const { dataId } of made) dataOf(dataId).dispose();
  }
}

/** Equal for calls that the same function computes. */
function signature({ inputs, attrs }: Call, tensors: readonly TensorInfo[]): string {
  const places = new Map(tensors.map((tensor, index) => [tensor, index] as [TensorInfo, unknown]));
  const parts = [attrs, replaced(inputs, places as never), tensors.map(({ dtype, shape }) => [dtype, shape])];
  return serialize(parts).toString('latin1');
}

/** The tensors of a call, each once. */
function tensorsOf(inputs: Call['inputs']): TensorInfo[] {
  const all = Object.values(inputs).flat() as (TensorInfo | null | undefined)[];
  return [...new Set(all.filter((input) => input != null))];
}

/** The inputs of a call, with what stands for them. */
function replaced(inputs: Call['inputs'], symbols: ReadonlyMap<TensorInfo, TensorInfo>): Call['inputs'] {
  const replace = (input: unknown): unknown =>
    Array.isArray(input) ? input.map(replace) : (symbols.get(input as TensorInfo) ?? input);
  if (Array.isArray(inputs)) return replace(inputs) as Call['inputs'];
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, replace(input)]),
  ) as NamedTensorInfoMap;
}

function zip<A, B>(first: readonly A[], second: readonly B[]): [A, B][] {
  return first.map((value, index) => [value, second[index] as B]);
}
