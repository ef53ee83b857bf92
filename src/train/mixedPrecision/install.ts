/** Makes TF.js's layers compute in the dtype of their policy. */
import { Tensor } from '@tensorflow/tfjs-core';
import { layers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { moreDtypesInUse } from '../../backend/dtypes/moreDtypes.ts';
import { cast } from '../../backend/frontend/index.ts';
import { autocastDtype, installAutocast, withAutocast } from './autocast.ts';
import { innerLayer, installLayerPolicies } from './layerPolicies.ts';

type Layer = layers.Layer;
type Apply = Layer['apply'];
type Inputs = Parameters<Apply>[0];
type Keywords = Parameters<Apply>[1];

/** Layers that compute in float32 and give what their policy says, as in Keras: sums of many values, and positions. */
const precise = new Set(['BatchNormalization', 'LayerNormalization', 'Embedding']);

const fractions: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64']);

installLayerPolicies();
installAutocast();
installApply();
installInitialStates();

function installApply(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const { apply } = layers.Layer.prototype;
  layers.Layer.prototype.apply = function applyWithPolicy(this: Layer, inputs: Inputs, keywords?: Keywords) {
    // The layers of a model have policies of their own.
    if (this instanceof LayersModel || isSymbolic(inputs)) return apply.call(this, inputs, keywords);
    const { computeDtype } = this.dtypePolicy;
    if (computeDtype === 'float32' && !moreDtypesInUse()) return apply.call(this, inputs, keywords);
    const inside = isPrecise(this) ? 'float32' : computeDtype;
    const outputs = withAutocast(inside, () =>
      apply.call(this, castAll(inputs, inside), castAll(keywords ?? {}, inside) as Keywords),
    );
    return castAll(outputs, computeDtype);
  };
}

function isSymbolic(inputs: Inputs): boolean {
  return [inputs].flat().some((input) => input instanceof SymbolicTensor);
}

function isPrecise(layer: Layer): boolean {
  const inner = innerLayer(layer);
  return precise.has(layer.getClassName()) || (inner !== undefined && isPrecise(inner));
}

/** Tensors with fractions as `dtype`, in arrays and plain objects too; anything else as it is. */
function castAll<T>(value: T, dtype: 'float16' | 'bfloat16' | 'float32'): T {
  if (value instanceof Tensor) {
    const needsCast = value.dtype !== dtype && fractions.has(value.dtype);
    return needsCast ? (cast(value as Tensor, dtype) as T) : value;
  }
  if (Array.isArray(value)) return value.map((part: unknown) => castAll(part, dtype)) as T;
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value;
  const entries = Object.entries(value as object).map(
    ([name, part]) => [name, castAll(part as unknown, dtype)] as const,
  );
  return Object.fromEntries(entries) as T;
}

/** TF.js starts a sequence with zeros of float32. */
function installInitialStates(): void {
  const prototype = layers.RNN.prototype as { getInitialState: (inputs: Tensor) => Tensor | Tensor[] };
  const { getInitialState } = prototype;
  prototype.getInitialState = function getInitialStateOfPolicy(this: unknown, inputs) {
    return castAll(getInitialState.call(this, inputs), autocastDtype() ?? 'float32');
  };
}
