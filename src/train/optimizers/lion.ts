/** Lion: steps of one size, in the direction that the sign of a running mean gives. */
import { op, ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `Lion` has beside the options of every optimizer. */
export interface LionSettings {
  /** Share of the mean in the direction of a step; the gradient has the rest. From 0 to 1, default 0.9. */
  readonly beta1: number;
  /** Decay of the mean of the gradients, from 0 to 1. Default 0.99. */
  readonly beta2: number;
}

export type LionOptions = OptimizerOptions & Partial<LionSettings>;

/**
 * As `keras.optimizers.Lion` (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023). The learning rate is
 * 0.001 by default; one 3 to 10 times smaller than for AdamW suits it. TensorFlow has no fused kernel for it.
 */
export class Lion extends FusedOptimizer<LionSettings> {
  static readonly className: string = 'Lion';
  static readonly defaults: Settings<LionSettings> = { learningRate: 0.001, beta1: 0.9, beta2: 0.99 };

  protected override slots(): Readonly<Record<string, number>> {
    return { momentum: 0 };
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { beta1, beta2 } = this.settings;
    const [variable, momentum] = target as [Value, Value];
    const mean = op('ReadVariableOp', [momentum], { dtype: { type: 'float32' } });
    const direction = op('Sign', [blend(mean, gradient, beta1)]);
    ops('AssignSubVariableOp', [variable, op('Mul', [step.learningRate, direction])]);
    ops('AssignVariableOp', [momentum, blend(mean, gradient, beta2)]);
  }
}

/** `share` of the mean and the rest of the gradient; the rest is taken in 32 bits, as in Keras: the sign hangs on it. */
function blend(mean: Value, gradient: Value, share: number): Value {
  const rest = scalar(1 - Math.fround(share));
  return op('AddV2', [op('Mul', [mean, scalar(share)]), op('Mul', [gradient, rest])]);
}
