/** TF.js's `tf.train` functions that make optimizers: with TF.js's arguments, or with one options object. */
import { Adadelta, type AdadeltaOptions } from './adadelta.ts';
import { Adagrad, type AdagradOptions } from './adagrad.ts';
import { Adam, type AdamOptions } from './adam.ts';
import { Adamax, type AdamaxOptions } from './adamax.ts';
import { AdamW } from './adamW.ts';
import { Momentum, type MomentumOptions } from './momentum.ts';
import { optionsFromArguments } from './options.ts';
import { RMSprop, type RMSpropOptions } from './rmsprop.ts';
import { SGD, type SGDOptions } from './sgd.ts';

/** Stochastic gradient descent: `sgd(0.1)` or `sgd({ learningRate: 0.1, momentum: 0.9 })`. */
export function sgd(learningRate?: number | SGDOptions): SGD {
  return new SGD(optionsFromArguments(learningRate, {}));
}

/** TF.js's gradient descent with momentum: `momentum(0.1, 0.9)`. */
export function momentum(learningRate?: number | MomentumOptions, momentum?: number, useNesterov?: boolean): Momentum {
  return new Momentum(optionsFromArguments(learningRate, { momentum, useNesterov }));
}

/** Adam: `adam(0.001, 0.9, 0.999)` or `adam({ learningRate: 0.001, clipNorm: 1 })`. */
export function adam(
  learningRate?: number | AdamOptions,
  beta1?: number,
  beta2?: number,
  epsilon?: number | null,
): Adam {
  return new Adam(optionsFromArguments(learningRate, { beta1, beta2, epsilon }));
}

/** Adam with decoupled weight decay: `adamw(0.001, 0.01)` or `adamw({ weightDecay: 0.01 })`. */
export function adamw(learningRate?: number | AdamOptions, weightDecay?: number): AdamW {
  return new AdamW(optionsFromArguments(learningRate, { weightDecay }));
}

/** RMSprop: `rmsprop(0.001)`; the second argument is `rho`, which TF.js calls `decay`. */
export function rmsprop(
  learningRate?: number | RMSpropOptions,
  rho?: number,
  momentum?: number,
  epsilon?: number | null,
  centered?: boolean,
): RMSprop {
  return new RMSprop(optionsFromArguments(learningRate, { rho, momentum, epsilon, centered }));
}

/** Adagrad: `adagrad(0.01)`. */
export function adagrad(learningRate?: number | AdagradOptions, initialAccumulatorValue?: number): Adagrad {
  return new Adagrad(optionsFromArguments(learningRate, { initialAccumulatorValue }));
}

/** Adadelta: `adadelta(1, 0.95)`. */
export function adadelta(learningRate?: number | AdadeltaOptions, rho?: number, epsilon?: number | null): Adadelta {
  return new Adadelta(optionsFromArguments(learningRate, { rho, epsilon }));
}

/** Adamax: `adamax(0.002)`. The default learning rate is Keras's 0.001, where TF.js has 0.002. */
export function adamax(
  learningRate?: number | AdamaxOptions,
  beta1?: number,
  beta2?: number,
  epsilon?: number | null,
  decay?: number,
): Adamax {
  return new Adamax(optionsFromArguments(learningRate, { beta1, beta2, epsilon, decay }));
}
