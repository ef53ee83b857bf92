/** Rewrites Keras 3's description of a model into the one that TF.js reads. */
import { serialization } from '@tensorflow/tfjs-core';
import type { KerasObject } from './archive.ts';
import { convertOptions } from './convertOptions.ts';
import { camelCased, isFunctional, isModel, labelOf, layersOf, nameOf } from './description.ts';
import { unknownLayer, unknownOption, wrongWeights } from './errors.ts';
import { layerTable } from './layerTable.ts';

/** A layer or model as TF.js deserializes it. */
export interface LayerData {
  readonly className: string;
  readonly config: serialization.ConfigDict;
}

/** One output of a layer: its name, which call of the layer, and which output of that. */
type TensorKey = readonly [layer: string, node: number, tensor: number];

const registered = serialization.SerializationMap.getMap().classNameMap;
/** The classes of TF.js and of this package; what is registered later is the user's own. */
const builtIn = { ...registered };

/** @throws UserError `TFD_KERAS_LAYER`, `TFD_KERAS_OPTION`, `TFD_KERAS_WEIGHTS` */
export function convertLayer(layer: KerasObject): LayerData {
  const { class_name: className, config, module } = layer;
  if (isFunctional(layer)) return { className, config: functionalConfig(layer) };
  if (isModel(layer)) return { className, config: sequentialConfig(layer) };
  if (registered[className] !== builtIn[className]) return { className, config: camelCased(config) as never };
  const rule = layerTable.get(className);
  if (rule === undefined || !isOfKeras(module)) {
    throw unknownLayer(`${labelOf(layer)}${typeof module === 'string' ? ` of ${module}` : ''}`);
  }
  return {
    className: className === 'GRU' && config['reset_after'] === true ? 'ResetAfterGRU' : className,
    config: convertOptions(layer, rule, convertLayer),
  };
}

/** Keras's operations such as `x + y` have classes of the same names as layers, in other modules. */
function isOfKeras(module: unknown): boolean {
  return module === undefined || (typeof module === 'string' && /^keras(\.src)?\.layers\b/.test(module));
}

function sequentialConfig(model: KerasObject): serialization.ConfigDict {
  const layers = layersOf(model);
  const shape = model.config['build_input_shape'];
  if (layers[0]?.class_name !== 'InputLayer') {
    if (!Array.isArray(shape)) throw wrongWeights(labelOf(model), 'a model that has not been built');
    layers.unshift({
      class_name: 'InputLayer',
      config: { name: `${nameOf(model.config)}_input`, batch_shape: shape, dtype: 'float32' },
    });
  }
  return { name: nameOf(model.config), layers: layers.map(convertLayer) as never };
}

function functionalConfig(model: KerasObject): serialization.ConfigDict {
  const layers = layersOf(model);
  const models = new Map(layers.filter(isModel).map((layer) => [nameOf(layer.config), layer]));
  // In TF.js the first node of a model inside a model is its own; Keras counts such a node for some outputs only.
  const withOwnNode = ([name, node, tensor]: TensorKey): TensorKey => [
    name,
    models.has(name) ? node + 1 : node,
    tensor,
  ];
  const outputKey = (key: TensorKey): TensorKey => {
    const inner = models.get(key[0]);
    return inner !== undefined && isFunctional(inner) ? key : withOwnNode(key);
  };
  const converted = layers.map((layer) => ({
    ...convertLayer(layer),
    name: nameOf(layer.config),
    inboundNodes: nodesOf(layer).map((keys) => keys.map((key) => [...withOwnNode(key), {}])),
  }));
  return {
    name: nameOf(model.config),
    layers: converted,
    inputLayers: tensorKeys(model.config['input_layers']) as never,
    outputLayers: tensorKeys(model.config['output_layers']).map(outputKey) as never,
  };
}

/** The tensors that each call of the layer takes. */
function nodesOf(layer: KerasObject): TensorKey[][] {
  const nodes = layer['inbound_nodes'] as { args: unknown[]; kwargs: Record<string, unknown> }[];
  return nodes.map(({ args, kwargs }) => {
    for (const [name, value] of Object.entries(kwargs)) {
      if (value !== null && value !== false) throw unknownOption(labelOf(layer), `call(${name})`, value);
    }
    return args.flat(2).map((value) => {
      const history = (value as { config?: { keras_history?: TensorKey } } | null)?.config?.keras_history;
      if (history === undefined) throw unknownOption(labelOf(layer), 'call()', value);
      return history;
    });
  });
}

/** One key, a list of them, or a dictionary, whose order is that of its sorted names. */
function tensorKeys(structure: unknown): TensorKey[] {
  if (Array.isArray(structure)) {
    return typeof structure[0] === 'string' ? [structure as unknown as TensorKey] : structure.flatMap(tensorKeys);
  }
  const named = Object.entries(structure as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
  return named.flatMap(([, inner]) => tensorKeys(inner));
}
