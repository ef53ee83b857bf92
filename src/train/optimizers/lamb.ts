/** LAMB: Adam's steps, each as long in relation to the variable as the learning rate says. For large batches. */
import { op, ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `Lamb` has beside the options of every optimizer. */
export interface LambSettings {
  /** Decay of the mean of the gradients, from 0 to 1. Default 0.9. */
  readonly beta1: number;
  /** Decay of the mean of their squares, from 0 to 1. Default 0.999. */
  readonly beta2: number;
  /** Added to the denominator. Default 1e-7. */
  readonly epsilon: number;
}

export type LambOptions = OptimizerOptions & Partial<LambSettings>;

/**
 * As `keras.optimizers.Lamb` (You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
 * 2020). The learning rate is 0.001 by default. TensorFlow has no fused kernel for it.
 */
export class Lamb extends FusedOptimizer<LambSettings> {
  static readonly className: string = 'Lamb';
  static readonly defaults: Settings<LambSettings> = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

  protected override slots(): Readonly<Record<string, number>> {
    return { momentum: 0, velocity: 0 };
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { beta1, beta2, epsilon } = this.settings;
    const [variable, momentum, velocity] = target as [Value, Value, Value];
    const mean = moveTowards(momentum, gradient, beta1);
    const meanSquare = moveTowards(velocity, op('Square', [gradient]), beta2);
    const root = op('Sqrt', [unbiased(meanSquare, step.power(beta2))]);
    const direction = op('RealDiv', [unbiased(mean, step.power(beta1)), op('AddV2', [root, scalar(epsilon)])]);
    const ratio = trustRatio(norm(read(variable)), norm(direction));
    const rate = op('Mul', [ratio, step.learningRate]);
    ops('AssignSubVariableOp', [variable, op('Mul', [direction, rate])]);
  }
}

/** Moves the running mean in `slot` towards `value`, and gives it. */
function moveTowards(slot: Value, value: Value, decay: number): Value {
  const distance = op('Sub', [value, read(slot)]);
  ops('AssignAddVariableOp', [slot, op('Mul', [distance, scalar(1 - decay)])]);
  return read(slot);
}

/** A running mean that began at 0, without that beginning. */
function unbiased(mean: Value, decayPower: Value): Value {
  return op('RealDiv', [mean, op('Sub', [scalar(1), decayPower])]);
}

/** The length of the variable over that of the step, or 1 where one of them is 0. */
function trustRatio(variableNorm: Value, stepNorm: Value): Value {
  const areBothLong = op('LogicalAnd', [isPositive(variableNorm), isPositive(stepNorm)]);
  return op('SelectV2', [areBothLong, op('RealDiv', [variableNorm, stepNorm]), scalar(1)]);
}

function isPositive(value: Value): Value {
  return op('Greater', [value, scalar(0)]);
}

function norm(value: Value): Value {
  return op('Sqrt', [op('Mul', [op('L2Loss', [value]), scalar(2)])]);
}

function read(resource: Value): Value {
  return op('ReadVariableOp', [resource], { dtype: { type: 'float32' } });
}
