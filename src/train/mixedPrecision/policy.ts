/** Dtype policies, as in Keras: in which dtype a layer computes, and in which it keeps its variables. */
import type { DataType } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';

/** A name of a policy. */
export type PolicyName = 'float32' | 'mixed_bfloat16' | 'mixed_float16';

/** As `keras.DTypePolicy`. */
export interface Policy {
  readonly name: PolicyName;
  /** Of a layer's inputs, computations and outputs. */
  readonly computeDtype: DataType & ('float32' | 'bfloat16' | 'float16');
  /** Of a layer's weights, and of their gradients. */
  readonly variableDtype: 'float32';
}

declare module '@tensorflow/tfjs-layers/dist/engine/topology.js' {
  interface Layer {
    /** In which dtype the layer computes, and in which it keeps its weights. It can be set until the layer is first used. */
    get dtypePolicy(): Policy;
    set dtypePolicy(policy: Policy | PolicyName);
  }

  interface LayerArgs {
    /** In which dtype the layer computes; the global policy by default. `dtype: 'float32'` says the same, as in Keras. */
    dtypePolicy?: Policy | PolicyName;
  }
}

const policies: Readonly<Record<PolicyName, Policy>> = {
  float32: { name: 'float32', computeDtype: 'float32', variableDtype: 'float32' },
  mixed_bfloat16: { name: 'mixed_bfloat16', computeDtype: 'bfloat16', variableDtype: 'float32' },
  mixed_float16: { name: 'mixed_float16', computeDtype: 'float16', variableDtype: 'float32' },
};

export const policyNames = Object.keys(policies) as readonly PolicyName[];

let globalPolicy: Policy = policies.float32;

/** The policy of layers that state none. */
export function getGlobalPolicy(): Policy {
  return globalPolicy;
}

/**
 * Sets the policy of the layers and models that are made from now on and state none: `mixed_bfloat16` and `mixed_float16`
 * compute in 16 bits with weights of float32. The default is `float32`.
 *
 * Give the last layer `dtype: 'float32'`, so that a softmax and what follows are precise. With `mixed_float16`,
 * `model.compile` scales the loss; a training loop of your own needs `tf.train.lossScale`.
 *
 * @throws UserError `TFD_DTYPE_POLICY` for another name.
 */
export function setGlobalPolicy(policy: PolicyName | Policy): void {
  globalPolicy = toPolicy(policy);
}

/** @throws UserError `TFD_DTYPE_POLICY` */
export function toPolicy(policy: string | Policy): Policy {
  const name = typeof policy === 'string' ? policy : policy.name;
  if (isPolicyName(name)) return policies[name];
  throw new UserError({
    code: 'TFD_DTYPE_POLICY',
    rule: `The policies for the dtypes of layers are ${policyNames.join(', ')}.`,
    received: `"${name}"`,
    remedy: 'Use one of these names, or leave the dtype of the layer out for the global policy.',
  });
}

export function isPolicyName(name: unknown): name is PolicyName {
  return typeof name === 'string' && Object.hasOwn(policies, name);
}
