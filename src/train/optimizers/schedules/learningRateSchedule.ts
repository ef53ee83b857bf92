/** The parent of all schedules: the learning rate as a function of the number of steps taken. */
import { serialization, type Scalar } from '@tensorflow/tfjs-core';

/**
 * As `keras.optimizers.schedules.LearningRateSchedule`. Pass one as an optimizer's `learningRate`.
 *
 * The optimizer asks for the rate inside its step, as operations on its own count of steps: a compiled step is traced
 * once, all workers take the same rate, and a restored optimizer goes on where it was.
 *
 * For a schedule of your own, extend this class, give it a static `className`, and register it with
 * `tf.serialization.registerClass` where saved models shall find it.
 */
export abstract class LearningRateSchedule extends serialization.Serializable {
  /**
   * The rate of one step, in operations of TF.js; no value can be read.
   *
   * @param step - Number of earlier calls of the optimizer, a scalar of int32.
   * @returns A scalar of float32.
   */
  abstract call(step: Scalar): Scalar;
}

/** The schedule that `getConfig` of an optimizer describes, in Keras's form, or undefined where it is none. */
export function scheduleFromConfig(value: unknown): LearningRateSchedule | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { className, config } = value as { className?: unknown; config?: unknown };
  const [Class] = serialization.SerializationMap.getMap().classNameMap[String(className)] ?? [];
  if (Class === undefined) return undefined;
  const schedule: unknown = Class.fromConfig(Class, (config ?? {}) as serialization.ConfigDict);
  return schedule instanceof LearningRateSchedule ? schedule : undefined;
}

/** What `scheduleFromConfig` takes. */
export function scheduleToConfig(schedule: LearningRateSchedule): serialization.ConfigDict {
  return { className: schedule.getClassName(), config: schedule.getConfig() };
}
