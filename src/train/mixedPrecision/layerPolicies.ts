/** The policy of each layer: stated when it is made or later, read from a saved model, or the global one. */
import { serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { getGlobalPolicy, isPolicyName, policyNames, toPolicy, type Policy, type PolicyName } from './policy.ts';

type Layer = layers.Layer;
type Factory = (args?: { dtype?: unknown; dtypePolicy?: Policy | PolicyName }) => unknown;

const stated = new WeakMap<Layer, Policy>();

/** The layer that a wrapper such as `bidirectional` repeats or runs. */
interface Wrapper {
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly cell?: Layer;
}

/** The layer inside of `layer`, which then computes as that does. */
export function innerLayer(layer: Layer): Layer | undefined {
  const { layer: wrapped, forwardLayer, cell } = layer as Layer & Wrapper;
  return wrapped ?? forwardLayer ?? cell;
}

/** Called once. */
export function installLayerPolicies(): void {
  Object.defineProperty(layers.Layer.prototype, 'dtypePolicy', {
    get(this: Layer): Policy {
      let policy = stated.get(this) ?? innerLayer(this)?.dtypePolicy;
      if (policy === undefined) stated.set(this, (policy = getGlobalPolicy()));
      return policy;
    },
    set(this: Layer, policy: Policy | PolicyName) {
      stated.set(this, toPolicy(policy));
    },
    configurable: true,
  });
  installFactories();
  installConfigs();
}

/** `tf.layers.dense({ units: 10, dtypePolicy: 'float32' })`. A policy as `dtype`, as in Keras, TF.js would take for an input's. */
function installFactories(): void {
  const factories = layers as unknown as Record<string, Factory>;
  for (const [name, make] of Object.entries(factories)) {
    if (!/^[a-z]/.test(name) || name === 'input') continue;
    factories[name] = (args = {}) => {
      const { dtype, dtypePolicy, ...rest } = args;
      const policy = dtypePolicy ?? (isPolicyName(dtype) ? dtype : undefined);
      const layer = make(isPolicyName(dtype) || dtype === undefined ? rest : { ...rest, dtype });
      if (!(layer instanceof layers.Layer)) return layer;
      if (policy !== undefined || innerLayer(layer) === undefined) layer.dtypePolicy = policy ?? getGlobalPolicy();
      return layer;
    };
  }
}

/** Saved models state the policy of each layer that does not compute in float32. */
function installConfigs(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const { getConfig } = layers.Layer.prototype;
  layers.Layer.prototype.getConfig = function getConfigWithPolicy(this: Layer): serialization.ConfigDict {
    const { name } = this.dtypePolicy;
    return { ...getConfig.call(this), ...(name === 'float32' ? {} : { dtypePolicy: name }) };
  };
  for (const entry of Object.values(serialization.SerializationMap.getMap().classNameMap)) {
    const fromConfig = entry[1] as (cls: unknown, config: serialization.ConfigDict, ...rest: unknown[]) => unknown;
    entry[1] = ((cls, config, ...rest) => {
      const made = fromConfig(cls, config, ...rest);
      if (made instanceof layers.Layer) made.dtypePolicy = savedPolicy(config) ?? 'float32';
      return made;
    }) as (typeof entry)[1];
  }
}

/** TF.js turns the words of a saved model into camel case. */
function savedPolicy(config: serialization.ConfigDict | undefined): PolicyName | undefined {
  const saved = config?.['dtypePolicy'];
  return policyNames.find((name) => name === saved || name.replace('_b', 'B').replace('_f', 'F') === saved);
}
