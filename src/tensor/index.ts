/** Tensors, variables and the two ways to run an operation: now, or into a graph. */
export type { Attribute, Attributes } from './attributes.ts';
export { abortCollectives, enableCollectives, numThreads } from './context.ts';
export { currentDevice, device, listDevices, setLogicalDevices, withDevice } from './devices.ts';
export type { DTypeName } from './dtype.ts';
export { eagerExecutor, executor, withExecutor, type Executor } from './executor.ts';
export { toEagerTensor, toHostArray, type HostArray } from './hostArray.ts';
export type { TracedOperation } from './operationLog.ts';
export { placed } from './placed.ts';
export { ResourceVariable } from './resourceVariable.ts';
export { lineOfOperation, TracedFunction } from './tracedFunction.ts';
export type { Forward } from './surroundings.ts';
export { TracingGraph, type LateValue } from './tracingGraph.ts';
export { withVariableView, type VariableView } from './variableView.ts';
export { disposedTensor, EagerTensor, GraphTensor, numLiveTensors, type Input, type Value } from './value.ts';
