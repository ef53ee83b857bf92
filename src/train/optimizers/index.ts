/** Optimizers with Keras's names and rules, behind TF.js's interface. Importing this lets saved models find them. */
import { serialization } from '@tensorflow/tfjs-core';
import { LossScaleOptimizer } from './lossScale.ts';
import { fusedClasses } from './toFused.ts';

for (const fused of fusedClasses) serialization.registerClass(fused);
serialization.registerClass(LossScaleOptimizer);

export { Adadelta, type AdadeltaOptions } from './adadelta.ts';
export { Adagrad, type AdagradOptions } from './adagrad.ts';
export { Adam, type AdamOptions } from './adam.ts';
export { Adamax, type AdamaxOptions } from './adamax.ts';
export { AdamW } from './adamW.ts';
export { adadelta, adagrad, adam, adamax, adamw, lamb, lion, lossScale, momentum, rmsprop, sgd } from './factories.ts';
export { FusedOptimizer, type OptimizerVariable } from './fusedOptimizer.ts';
export { Lamb, type LambOptions } from './lamb.ts';
export { Lion, type LionOptions } from './lion.ts';
export { LossScaleOptimizer, type LossScaleOptions } from './lossScale.ts';
export { Momentum, type MomentumOptions } from './momentum.ts';
export type { OptimizerOptions } from './options.ts';
export { RMSprop, type RMSpropOptions } from './rmsprop.ts';
export * as schedules from './schedules/index.ts';
export { SGD, type SGDOptions } from './sgd.ts';
export { toFused } from './toFused.ts';
