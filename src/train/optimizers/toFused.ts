/** Gives the optimizer of ours that a name or an optimizer of TF.js stands for. */
import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  MomentumOptimizer,
  RMSPropOptimizer,
  SGDOptimizer,
  type Optimizer,
  type serialization,
} from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import { Adadelta } from './adadelta.ts';
import { Adagrad } from './adagrad.ts';
import { Adam } from './adam.ts';
import { Adamax } from './adamax.ts';
import { AdamW } from './adamW.ts';
import type { FusedOptimizer } from './fusedOptimizer.ts';
import { Lamb } from './lamb.ts';
import { Lion } from './lion.ts';
import { Momentum } from './momentum.ts';
import { RMSprop } from './rmsprop.ts';
import { SGD } from './sgd.ts';

type FusedClass = serialization.SerializableConstructor<FusedOptimizer>;

const byName: Readonly<Record<string, FusedClass>> = {
  sgd: SGD,
  momentum: Momentum,
  adam: Adam,
  adamw: AdamW,
  rmsprop: RMSprop,
  adagrad: Adagrad,
  adadelta: Adadelta,
  adamax: Adamax,
  lamb: Lamb,
  lion: Lion,
};

/** By class, since TF.js's `instanceof` lets every optimizer pass as any other. */
const byClass = new Map<unknown, FusedClass>([
  [SGDOptimizer, SGD],
  [MomentumOptimizer, Momentum],
  [AdamOptimizer, Adam],
  [RMSPropOptimizer, RMSprop],
  [AdagradOptimizer, Adagrad],
  [AdadeltaOptimizer, Adadelta],
  [AdamaxOptimizer, Adamax],
]);

/** All classes of ours. */
export const fusedClasses: readonly FusedClass[] = Object.values(byName);

/**
 * The optimizer to train with.
 *
 * @param optimizer - Keras's name, such as `adam`, in capitals or not; one of TF.js's own optimizers, whose settings
 *   are taken over, but not what it has learnt; or any other one, which is given back as it is.
 * @throws UserError `TFD_OPTIMIZER_UNKNOWN` for another name.
 */
export function toFused(optimizer: string | Optimizer): Optimizer {
  if (typeof optimizer !== 'string') {
    const fused = byClass.get(optimizer.constructor);
    return fused === undefined ? optimizer : fused.fromConfig(fused, optimizer.getConfig());
  }
  return fusedByName(optimizer);
}

/** A new optimizer with the settings that are the default. @throws UserError `TFD_OPTIMIZER_UNKNOWN` */
export function fusedByName(name: string): FusedOptimizer {
  const fused = byName[name.toLowerCase()];
  if (fused !== undefined) return new fused();
  throw new UserError({
    code: 'TFD_OPTIMIZER_UNKNOWN',
    rule: `The names of optimizers are ${Object.keys(byName).join(', ')}.`,
    received: `"${name}"`,
    remedy: 'Use one of these names, or pass an optimizer such as tf.train.adam({ learningRate: 1e-3 }).',
  });
}
