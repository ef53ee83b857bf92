/** Puts the weights of a `.keras` file into the layers of a model. */
import { tensor, Variable } from '@tensorflow/tfjs-core';
import { LayersModel, type LayerVariable } from '@tensorflow/tfjs-layers';
import { InternalError } from '../../base/errors.ts';
import type { KerasObject } from './archive.ts';
import { labelOf, layersOf, nameOf } from './description.ts';
import { wrongWeights } from './errors.ts';
import type { StoredWeight, WeightsFile } from './weightsFile.ts';

/**
 * @param model - Made from `description`.
 * @param folder - Where the weights of `description` lie: '' or a path that ends with a slash.
 * @throws UserError `TFD_KERAS_WEIGHTS`
 */
export function setWeights(model: LayersModel, description: KerasObject, file: WeightsFile, folder = ''): void {
  const counts = new Map<string, number>();
  for (const layer of layersOf(description)) {
    // Keras counts the layers of each class, whatever their names are.
    const kind = snakeCase(layer.class_name);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const path = `${folder}layers/${kind}${count === 0 ? '' : `_${count}`}`;
    if (layer.class_name === 'InputLayer') continue;
    const target = model.getLayer(nameOf(layer.config));
    if (target instanceof LayersModel) {
      setWeights(target, layer, file, `${path}/`);
      continue;
    }
    const values = groupsOf(layer, path).flatMap((group) => file.read(group));
    check(labelOf(layer), values, target.weights);
    // Not by `setWeights`, which applies constraints: the file has the values that Python predicts with.
    for (const [index, weight] of target.weights.entries()) assign(weight, values[index] as StoredWeight);
  }
}

/** The groups of the file that hold a layer's weights, in TF.js's order. */
function groupsOf({ class_name, config }: KerasObject, path: string): string[] {
  switch (class_name) {
    case 'GRU':
    case 'LSTM':
    case 'SimpleRNN':
      return [`${path}/cell`];
    case 'Bidirectional':
      return ['forward_layer', 'backward_layer'].flatMap((direction) =>
        groupsOf(config['layer'] as KerasObject, `${path}/${direction}`),
      );
    case 'TimeDistributed':
      return groupsOf(config['layer'] as KerasObject, `${path}/layer`);
    default:
      return [path];
  }
}

function assign(weight: LayerVariable, { data, shape }: StoredWeight): void {
  const value = tensor(data, shape, 'float32');
  const variable = weight.read();
  if (!(variable instanceof Variable)) throw new InternalError(`The weight ${weight.name} has no variable.`);
  variable.assign(value);
  value.dispose();
}

function check(
  layer: string,
  stored: readonly StoredWeight[],
  expected: readonly { readonly shape: readonly (number | null)[] }[],
): void {
  const [found, wanted] = [stored, expected].map((list) => list.map(({ shape }) => `[${shape.join(', ')}]`).join(', '));
  if (found === wanted) return;
  throw wrongWeights(layer, `${wanted === '' ? 'no weights' : wanted} stated, ${found === '' ? 'none' : found} stored`);
}

/** As `keras.utils.naming.to_snake_case`. */
function snakeCase(className: string): string {
  return className
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
