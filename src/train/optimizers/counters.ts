/** The two scalars that every optimizer owns: how often it was called, and how large a step is. Made on first use. */
import { keep, scalar, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import { userFrame } from '../../base/userFrame.ts';
import { adopt, scoped, toTensor } from '../../backend/index.ts';
import {
  eagerExecutor,
  EagerTensor,
  executor,
  ResourceVariable,
  toEagerTensor,
  toHostArray,
  type DTypeName,
  type HostArray,
} from '../../tensor/index.ts';
import { LearningRateSchedule } from './schedules/learningRateSchedule.ts';

export class Counters {
  /** What the learning rate follows; undefined where it is a variable. */
  readonly schedule: LearningRateSchedule | undefined;
  /** As it was given: the variable holds it in 32 bits. */
  #givenLearningRate: number;
  #learningRate: ResourceVariable | undefined;
  #iterations: ResourceVariable | undefined;
  #iterationsTensor: Tensor | undefined;

  constructor(learningRate: number | LearningRateSchedule) {
    this.schedule = learningRate instanceof LearningRateSchedule ? learningRate : undefined;
    this.#givenLearningRate = learningRate instanceof LearningRateSchedule ? 0 : learningRate;
  }

  /** Scalar of float32, where there is no schedule. */
  get learningRate(): ResourceVariable {
    return (this.#learningRate ??= makeScalar(Float32Array.of(this.#givenLearningRate), 'float32'));
  }

  /** Scalar of int64. */
  get iterations(): ResourceVariable {
    return (this.#iterations ??= makeScalar(BigInt64Array.of(0n), 'int64'));
  }

  readLearningRate(): number {
    const { schedule } = this;
    if (schedule !== undefined) {
      const step = this.readIterations();
      return tidy(() => schedule.call(scalar(step, 'int32')).dataSync()[0] as number);
    }
    const value = this.#learningRate === undefined ? this.#givenLearningRate : readScalar(this.#learningRate);
    return value === Math.fround(this.#givenLearningRate) ? this.#givenLearningRate : value;
  }

  /** @throws UserError `TFD_OPTIMIZER_SCHEDULE` where the learning rate follows a schedule. */
  assignLearningRate(value: number): void {
    if (this.schedule !== undefined) throw followsSchedule(this.schedule.getClassName(), value);
    this.#givenLearningRate = value;
    assignScalar(this.learningRate, Float32Array.of(value));
  }

  readIterations(): number {
    return this.#iterations === undefined ? 0 : readScalar(this.#iterations);
  }

  assignIterations(value: number): void {
    assignScalar(this.iterations, BigInt64Array.of(BigInt(value)));
  }

  /** The number of steps as a tensor of int32, which lives until the next call. */
  iterationsTensor(): Tensor {
    this.#iterationsTensor?.dispose();
    return (this.#iterationsTensor = keep(scalar(this.readIterations(), 'int32')));
  }

  dispose(): void {
    if (this.schedule === undefined) this.#givenLearningRate = this.readLearningRate();
    this.#learningRate?.dispose();
    this.#iterations?.dispose();
    this.#iterationsTensor?.dispose();
    this.#learningRate = this.#iterations = this.#iterationsTensor = undefined;
  }
}

/** A variable in TensorFlow, also while a function is traced. */
export function makeScalar(value: HostArray, dtype: DTypeName): ResourceVariable {
  const initial = toEagerTensor(value, [], dtype);
  try {
    return new ResourceVariable(initial);
  } finally {
    initial.dispose();
  }
}

/** Inside a compiled function this becomes a part of it. */
export function assignScalar(variable: ResourceVariable, value: HostArray): void {
  const constant = executor().constant(value, [], variable.dtype);
  variable.assign(constant);
  if (constant instanceof EagerTensor) constant.dispose();
}

/** @throws UserError `TFD_TRACE_READ` while a function is traced. */
export function readScalar(variable: ResourceVariable): number {
  if (executor() !== eagerExecutor()) throw readWhileTracing();
  const value = variable.read() as EagerTensor;
  try {
    return Number(toHostArray(value)[0]);
  } finally {
    value.dispose();
  }
}

/** The value of `variable` at this point of the program, as a tensor. */
export function scalarTensor(variable: ResourceVariable): Tensor {
  return scoped(() => {
    const value = variable.read();
    return value instanceof EagerTensor ? adopt(value) : toTensor(value);
  });
}

function readWhileTracing(): UserError {
  return new UserError({
    code: 'TFD_TRACE_READ',
    rule: 'A value cannot be read inside a function that tf.function() compiles: it exists only when the function runs.',
    received: `a read of an optimizer's iterations or learning rate at ${userFrame() ?? 'an unknown line'}`,
    remedy: 'Read it before or after the call of the compiled function.',
  });
}

function followsSchedule(schedule: string, value: number): UserError {
  return new UserError({
    code: 'TFD_OPTIMIZER_SCHEDULE',
    rule: 'The learning rate of an optimizer that was made with a schedule cannot be set: each step takes it from there.',
    received: `${value}, where the schedule is ${schedule}`,
    remedy: 'Make the optimizer with a number as its learning rate, or put the change into the schedule.',
  });
}
