/** What every optimizer can be told, how it is checked, and how it is read from a saved model. */
import { inspect } from 'node:util';
import type { serialization } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import { LearningRateSchedule, scheduleFromConfig } from './schedules/learningRateSchedule.ts';

/** Options that every optimizer takes; at most one of the three clippings. */
export interface OptimizerOptions {
  /**
   * Size of a step: a number, which can be changed later, also between the calls of a compiled step
   * (`optimizer.learningRate = 1e-4`), or a schedule of `tf.train.schedules`.
   */
  readonly learningRate?: number | LearningRateSchedule;
  /** Share of its value, times the learning rate, that each variable loses in each step (decoupled decay). Default: none. */
  readonly weightDecay?: number;
  /** Each gradient whose L2 norm is larger is scaled down to it. Default: no clipping. */
  readonly clipNorm?: number;
  /** Each element of a gradient is limited to ±this value. Default: no clipping. */
  readonly clipValue?: number;
  /** All gradients together are scaled down where their common L2 norm is larger. Default: no clipping. */
  readonly globalClipNorm?: number;
  /**
   * Whether to keep an exponential moving average of the weights, in a slot called `average`. Default false. The
   * weights become their averages by `emaOverwriteFrequency`, or by `optimizer.finalizeVariableValues()` after training.
   */
  readonly useEma?: boolean;
  /** Share of the average that stays in each step, from 0 to 1. Default 0.99. */
  readonly emaMomentum?: number;
  /** Number of steps after which the weights become their averages, again and again. Default: never. */
  readonly emaOverwriteFrequency?: number;
  /**
   * Number of calls, at least 2, that make up one step: it takes the mean of their gradients. The calls between only
   * add to it. `iterations` counts whole steps, and a schedule sees the calls. Default: each call is a step.
   */
  readonly gradientAccumulationSteps?: number;
}

/** Numbers and truth values that an optimizer's rule needs, by name. */
export type Rule<S> = { readonly [K in keyof S]: number | boolean };

/** A full set of options: those of the rule, and those of every optimizer. */
export type Settings<S> = S & OptimizerOptions & { readonly learningRate: number | LearningRateSchedule };

const clippings = ['clipNorm', 'clipValue', 'globalClipNorm'];
const commonDefaults = { useEma: false, emaMomentum: 0.99 };
/** The smallest value of each option that counts something. */
const counts = new Map([
  ['emaOverwriteFrequency', 1],
  ['gradientAccumulationSteps', 2],
]);
const common = ['learningRate', 'weightDecay', ...clippings, ...Object.keys(commonDefaults), ...counts.keys()];
const shares = new Set(['beta1', 'beta2', 'rho', 'momentum', 'emaMomentum']);

/**
 * `defaults`, overridden by `options`; undefined and null stand for the default.
 *
 * @throws UserError `TFD_OPTIMIZER_OPTION` for an unknown option or a value out of range.
 */
export function resolveOptions<S extends Rule<S>>(
  optimizer: string,
  defaults: Settings<S>,
  options: object,
): Settings<S> {
  const known: Record<string, unknown> = { ...commonDefaults, ...defaults };
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    if (name !== 'learningRate' || !(value instanceof LearningRateSchedule)) {
      checkOption(optimizer, { ...commonDefaults, ...defaults }, name, value);
    }
    known[name] = value;
  }
  const clips = clippings.filter((name) => known[name] !== undefined);
  if (clips.length > 1) {
    throw wrongOption(`${optimizer} clips gradients in one way: ${clippings.join(', ')}.`, clips.join(' and '));
  }
  return known as Settings<S>;
}

/** Options from the configuration in a saved model: unknown ones are left out, and Keras's `clipnorm` is `clipNorm`. */
export function optionsFromConfig(defaults: object, config: serialization.ConfigDict): Record<string, unknown> {
  const names = new Map([...common, ...Object.keys(defaults)].map((name) => [name.toLowerCase(), name]));
  const entries = Object.entries(config).flatMap(([key, value]) => {
    const name = names.get(key.toLowerCase());
    return name === undefined ? [] : [[name, scheduleFromConfig(value) ?? value] as const];
  });
  return Object.fromEntries(entries);
}

/** Options from the arguments of a factory: an options object, or TF.js's positional arguments by name. */
export function optionsFromArguments<O extends OptimizerOptions>(
  first: number | LearningRateSchedule | O | undefined,
  rest: Readonly<Record<string, number | boolean | null | undefined>>,
): O {
  if (typeof first === 'object' && !(first instanceof LearningRateSchedule)) return first;
  return { learningRate: first, ...rest } as unknown as O;
}

/** @throws UserError `TFD_OPTIMIZER_OPTION` where `value` is no size of a step. */
export function checkLearningRate(optimizer: string, value: unknown): asserts value is number {
  checkOption(optimizer, {}, 'learningRate', value);
}

function checkOption(optimizer: string, defaults: object, name: string, value: unknown): void {
  const names = [...new Set([...common, ...Object.keys(defaults)])];
  if (!names.includes(name)) throw wrongOption(`The options of ${optimizer} are ${names.join(', ')}.`, name);
  const received = `${name}: ${inspect(value)}`;
  if (typeof (defaults as Record<string, unknown>)[name] === 'boolean') {
    if (typeof value !== 'boolean') throw wrongOption(`${name} of ${optimizer} is true or false.`, received);
  } else if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    const orSchedule = name === 'learningRate' ? ', or a schedule of tf.train.schedules' : '';
    throw wrongOption(`${name} of ${optimizer} is a number, not negative${orSchedule}.`, received);
  } else if (value < (counts.get(name) ?? 0) || (counts.has(name) && !Number.isInteger(value))) {
    throw wrongOption(`${name} of ${optimizer} is a whole number, at least ${counts.get(name) ?? 0}.`, received);
  } else if (shares.has(name) && value > 1) {
    throw wrongOption(`${name} of ${optimizer} is a number from 0 to 1.`, received);
  } else if (clippings.includes(name) && value === 0) {
    throw wrongOption(`${name} of ${optimizer} is larger than 0; leave it out for no clipping.`, received);
  }
}

function wrongOption(rule: string, received: string): UserError {
  return new UserError({
    code: 'TFD_OPTIMIZER_OPTION',
    rule,
    received,
    remedy: 'Correct the option, or leave it out for the default.',
  });
}
