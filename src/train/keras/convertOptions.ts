/** Rewrites the options of one layer of Keras into TF.js's, and refuses those that TF.js would leave out in silence. */
import { serialization } from '@tensorflow/tfjs-core';
import { isPolicyName } from '../mixedPrecision/policy.ts';
import { kerasObject, type KerasObject } from './archive.ts';
import type { LayerData } from './convert.ts';
import { camelCased, labelOf, nameOf } from './description.ts';
import { unknownLayer, unknownOption } from './errors.ts';
import { activations, ignoredOptions, type LayerRule } from './layerTable.ts';

/** TF.js's dtypes of inputs. What a layer computes in, its policy says. */
const inputDtypes: Readonly<Record<string, string>> = {
  bfloat16: 'float32',
  bool: 'bool',
  float16: 'float32',
  float32: 'float32',
  int32: 'int32',
  int64: 'int32',
  uint8: 'int32',
};
/**
 * @param convertLayer - For the layer inside of a wrapper.
 * @throws UserError `TFD_KERAS_OPTION`, `TFD_KERAS_LAYER`
 */
export function convertOptions(
  layer: KerasObject,
  { options, fixed = {}, renamed = {} }: LayerRule,
  convertLayer: (layer: KerasObject) => LayerData,
): serialization.ConfigDict {
  const converted: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(layer.config)) {
    if (option === 'name' || option === 'trainable') converted[option] = value;
    else if (option === 'dtype') Object.assign(converted, dtypeOf(layer, value));
    else if (options.includes(option)) {
      const result = convertOption(layer, option, value, convertLayer);
      if (result !== undefined) converted[renamed[option] ?? (camelCased(option) as string)] = result;
    } else if (!isHarmless(option, value, fixed, layer)) {
      throw unknownOption(labelOf(layer), option, value);
    }
  }
  return converted as serialization.ConfigDict;
}

function isHarmless(option: string, value: unknown, fixed: Record<string, unknown>, layer: KerasObject): boolean {
  if (option === 'backward_layer') return isMirrored(layer.config['layer'], value);
  if (value === null || value === false || ignoredOptions.has(option)) return true;
  // Keras switches it on inside of Bidirectional; without a mask it does nothing, and there TF.js refuses masks.
  if (option === 'zero_output_for_mask') return layer['isInBidirectional'] === true;
  return JSON.stringify(value) === JSON.stringify(fixed[option]);
}

function convertOption(
  layer: KerasObject,
  option: string,
  value: unknown,
  convertLayer: (layer: KerasObject) => LayerData,
): unknown {
  if (option === 'layer') return wrappedLayer(layer, kerasObject.parse(value), convertLayer);
  if (value === null) return null;
  if (option.endsWith('activation')) {
    const known = typeof value === 'string' ? activations[value] : undefined;
    if (known === undefined) throw unknownOption(labelOf(layer), option, value);
    return known;
  }
  if (!/_(initializer|regularizer|constraint)$/.test(option)) return camelCased(value);
  const { class_name: className, config } = kerasObject.parse(value);
  if (/^L(1|2|1L2)$/.test(className)) return { className: 'L1L2', config: { l1: 0, l2: 0, ...config } };
  if (className in serialization.SerializationMap.getMap().classNameMap) {
    return { className, config: camelCased(config) };
  }
  // The weights are there already.
  if (option.endsWith('_initializer')) return undefined;
  throw unknownOption(labelOf(layer), option, className);
}

function wrappedLayer(
  wrapper: KerasObject,
  inner: KerasObject,
  convertLayer: (layer: KerasObject) => LayerData,
): LayerData {
  if (wrapper.class_name !== 'Bidirectional') {
    if ('layers' in inner.config) throw unknownLayer(`${labelOf(wrapper)} around a model`);
    return convertLayer(inner);
  }
  // TF.js adds the word itself.
  const name = nameOf(inner.config).replace(/^forward_/, '');
  return convertLayer({ ...inner, isInBidirectional: true, config: { ...inner.config, name } });
}

/** Whether the second layer of Bidirectional is the first one in the other direction: TF.js makes it so. */
function isMirrored(forward: unknown, backward: unknown): boolean {
  const [first, second] = [forward, backward].map((layer) => {
    const { class_name, config } = kerasObject.parse(layer);
    const comparable = Object.entries(config).filter(([option]) => !/^(name|go_backwards|dtype)$/.test(option));
    const text = JSON.stringify(comparable, (key, value: unknown) => (key === 'shared_object_id' ? undefined : value));
    return { text: `${class_name} ${text}`, backwards: config['go_backwards'] };
  });
  return first?.text === second?.text && first?.backwards !== second?.backwards;
}

function dtypeOf(layer: KerasObject, dtype: unknown): Record<string, string> {
  const policy = policyOf(dtype);
  const known = typeof policy === 'string' ? inputDtypes[policy] : undefined;
  if (layer.class_name === 'InputLayer' && known !== undefined) return { dtype: known };
  if (layer.class_name !== 'InputLayer' && isPolicyName(policy)) return { dtypePolicy: policy };
  throw unknownOption(labelOf(layer), 'dtype', policy);
}

/** The name in Keras's description of a dtype or of a policy. */
export function policyOf(dtype: unknown): unknown {
  return kerasObject.safeParse(dtype).data?.config['name'] ?? dtype;
}
