/** TF.js's `tf.train` functions that make optimizers: with TF.js's arguments, or with one options object. */
import { Adadelta, type AdadeltaOptions } from './adadelta.ts';
import { Adagrad, type AdagradOptions } from './adagrad.ts';
import { Adam, type AdamOptions } from './adam.ts';
import { Adamax, type AdamaxOptions } from './adamax.ts';
import { AdamW } from './adamW.ts';
import type { FusedOptimizer } from './fusedOptimizer.ts';
import { Lamb, type LambOptions } from './lamb.ts';
import { Lion, type LionOptions } from './lion.ts';
import { LossScaleOptimizer, type LossScaleOptions } from './lossScale.ts';
import { Momentum, type MomentumOptions } from './momentum.ts';
import { optionsFromArguments } from './options.ts';
import { RMSprop, type RMSpropOptions } from './rmsprop.ts';
import type { LearningRateSchedule } from './schedules/learningRateSchedule.ts';
import { SGD, type SGDOptions } from './sgd.ts';
import { fusedByName } from './toFused.ts';

/** Stochastic gradient descent: `sgd(0.1)` or `sgd({ learningRate: 0.1, momentum: 0.9 })`. */
export function sgd(learningRate?: number | LearningRateSchedule | SGDOptions): SGD {
  return new SGD(optionsFromArguments(learningRate, {}));
}

/** TF.js's gradient descent with momentum: `momentum(0.1, 0.9)`. */
export function momentum(
  learningRate?: number | LearningRateSchedule | MomentumOptions,
  momentum?: number,
  useNesterov?: boolean,
): Momentum {
  return new Momentum(optionsFromArguments(learningRate, { momentum, useNesterov }));
}

/** Adam: `adam(0.001, 0.9, 0.999)` or `adam({ learningRate: 0.001, clipNorm: 1 })`. */
export function adam(
  learningRate?: number | LearningRateSchedule | AdamOptions,
  beta1?: number,
  beta2?: number,
  epsilon?: number | null,
): Adam {
  return new Adam(optionsFromArguments(learningRate, { beta1, beta2, epsilon }));
}

/** Adam with decoupled weight decay: `adamw(0.001, 0.01)` or `adamw({ weightDecay: 0.01 })`. */
export function adamw(learningRate?: number | LearningRateSchedule | AdamOptions, weightDecay?: number): AdamW {
  return new AdamW(optionsFromArguments(learningRate, { weightDecay }));
}

/** RMSprop: `rmsprop(0.001)`; the second argument is `rho`, which TF.js calls `decay`. */
export function rmsprop(
  learningRate?: number | LearningRateSchedule | RMSpropOptions,
  rho?: number,
  momentum?: number,
  epsilon?: number | null,
  centered?: boolean,
): RMSprop {
  return new RMSprop(optionsFromArguments(learningRate, { rho, momentum, epsilon, centered }));
}

/** Adagrad: `adagrad(0.01)`. */
export function adagrad(
  learningRate?: number | LearningRateSchedule | AdagradOptions,
  initialAccumulatorValue?: number,
): Adagrad {
  return new Adagrad(optionsFromArguments(learningRate, { initialAccumulatorValue }));
}

/** Adadelta: `adadelta(1, 0.95)`. */
export function adadelta(
  learningRate?: number | LearningRateSchedule | AdadeltaOptions,
  rho?: number,
  epsilon?: number | null,
): Adadelta {
  return new Adadelta(optionsFromArguments(learningRate, { rho, epsilon }));
}

/** Adamax: `adamax(0.002)`. The default learning rate is Keras's 0.001, where TF.js has 0.002. */
export function adamax(
  learningRate?: number | LearningRateSchedule | AdamaxOptions,
  beta1?: number,
  beta2?: number,
  epsilon?: number | null,
  decay?: number,
): Adamax {
  return new Adamax(optionsFromArguments(learningRate, { beta1, beta2, epsilon, decay }));
}

/** LAMB, for large batches: `lamb({ learningRate: 0.01, weightDecay: 0.01 })`. */
export function lamb(learningRate?: number | LearningRateSchedule | LambOptions): Lamb {
  return new Lamb(optionsFromArguments(learningRate, {}));
}

/** Lion: `lion(1e-4)`. */
export function lion(learningRate?: number | LearningRateSchedule | LionOptions): Lion {
  return new Lion(optionsFromArguments(learningRate, {}));
}

/**
 * Scales the loss for `optimizer`, so that gradients of float16 do not vanish: `lossScale('adam')`. `model.compile` does so
 * by itself with the policy `mixed_float16`.
 *
 * @param optimizer - One of this package, which must not be used by itself any more, or the name of one.
 */
export function lossScale(optimizer: string | FusedOptimizer, options?: LossScaleOptions): LossScaleOptimizer {
  return new LossScaleOptimizer(typeof optimizer === 'string' ? fusedByName(optimizer) : optimizer, options);
}
