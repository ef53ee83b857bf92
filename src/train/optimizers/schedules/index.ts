/** `tf.train.schedules`: learning rates that change from step to step, with Keras's names and formulas. */
import { serialization } from '@tensorflow/tfjs-core';
import { CosineDecay, type CosineDecayOptions } from './cosineDecay.ts';
import { CosineDecayRestarts, type CosineDecayRestartsOptions } from './cosineDecayRestarts.ts';
import { ExponentialDecay, type ExponentialDecayOptions } from './exponentialDecay.ts';
import { InverseTimeDecay, type InverseTimeDecayOptions } from './inverseTimeDecay.ts';
import { LinearScaling, type LinearScalingOptions } from './linearScaling.ts';
import { PiecewiseConstantDecay, type PiecewiseConstantDecaySettings } from './piecewiseConstantDecay.ts';
import { PolynomialDecay, type PolynomialDecayOptions } from './polynomialDecay.ts';

serialization.registerClass(CosineDecay);
serialization.registerClass(CosineDecayRestarts);
serialization.registerClass(ExponentialDecay);
serialization.registerClass(InverseTimeDecay);
serialization.registerClass(LinearScaling);
serialization.registerClass(PiecewiseConstantDecay);
serialization.registerClass(PolynomialDecay);

export { LearningRateSchedule } from './learningRateSchedule.ts';
export { CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay };
export { LinearScaling, PiecewiseConstantDecay, PolynomialDecay };

/** Half a cosine wave, after a linear warm-up where asked for. */
export function cosineDecay(options: CosineDecayOptions): CosineDecay {
  return new CosineDecay(options);
}

/** Half a cosine wave again and again (SGDR). */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): CosineDecayRestarts {
  return new CosineDecayRestarts(options);
}

/** `initialLearningRate * decayRate ** (step / decaySteps)`. */
export function exponentialDecay(options: ExponentialDecayOptions): ExponentialDecay {
  return new ExponentialDecay(options);
}

/** `initialLearningRate / (1 + decayRate * step / decaySteps)`. */
export function inverseTimeDecay(options: InverseTimeDecayOptions): InverseTimeDecay {
  return new InverseTimeDecay(options);
}

/** The rate of a large batch from that of a small one, with warm-up: "ImageNet in 1 Hour". */
export function linearScaling(options: LinearScalingOptions): LinearScaling {
  return new LinearScaling(options);
}

/** One rate until each boundary, and one after the last. */
export function piecewiseConstantDecay(options: PiecewiseConstantDecaySettings): PiecewiseConstantDecay {
  return new PiecewiseConstantDecay(options);
}

/** Along a polynomial, or a line, to `endLearningRate`. */
export function polynomialDecay(options: PolynomialDecayOptions): PolynomialDecay {
  return new PolynomialDecay(options);
}
