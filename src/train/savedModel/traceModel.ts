/** Traces a model's predictions as one TensorFlow function. */
import { engine, type DataType as TfjsDtype, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { scoped, toTensor, toValue } from '../../backend/index.ts';
import type { FunctionDef } from '../../native/protos/index.ts';
import { functionDefinitions } from '../../tensor/functionDefinitions.ts';
import { TracingGraph, withExecutor, type ResourceVariable, type TracedFunction } from '../../tensor/index.ts';
import { foreignTensors, unknownShape } from './errors.ts';

/** The function takes the model's inputs and then the variables, and gives the model's outputs. */
export interface TracedModel {
  readonly functions: [FunctionDef, ...FunctionDef[]];
  readonly outputs: readonly { readonly dtype: TfjsDtype; readonly shape: readonly number[] }[];
}

/**
 * @param variables - All that the model reads, in the order in which the function shall take them.
 * @throws UserError `TFD_SAVED_MODEL_SHAPE`, `TFD_SAVED_MODEL_TENSORS`
 */
export function traceModel(model: LayersModel, variables: readonly ResourceVariable[], batchSize: number): TracedModel {
  const graph = new TracingGraph();
  engine().startScope('saved_model');
  let outputs: Tensor[] = [];
  let fn: TracedFunction;
  try {
    fn = withExecutor(graph, () =>
      scoped(() => {
        // The graph takes them in the order of their first use.
        for (const variable of variables) variable.read();
        const inputs = model.inputs.map((input) =>
          toTensor(graph.argument(input.dtype, [batchSize, ...featureShape(input)])),
        );
        outputs = [model.apply(inputs, { training: false }) as Tensor | Tensor[]].flat();
        return graph.finish(
          'saved_model',
          outputs.map((tensor) => toValue(tensor)),
        );
      }),
    );
  } catch (error) {
    graph.discard();
    throw error;
  } finally {
    engine().endScope();
  }
  const functions = functionDefinitions(fn.name);
  fn.dispose();
  const numOthers = (functions[0].signature?.inputArg.length ?? 0) - model.inputs.length - variables.length;
  if (numOthers > 0) throw foreignTensors(numOthers);
  return { functions, outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape })) };
}

/** Shape of one sample. */
export function featureShape({ name, shape }: SymbolicTensor): number[] {
  const [, ...features] = shape;
  if (features.includes(null)) throw unknownShape(name, shape);
  return features as number[];
}
