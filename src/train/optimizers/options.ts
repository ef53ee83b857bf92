/** What every optimizer can be told, how it is checked, and how it is read from a saved model. */
import { inspect } from 'node:util';
import type { serialization } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';

/** Options that every optimizer takes; at most one of the three clippings. */
export interface OptimizerOptions {
  /** Size of a step. Can be changed later, also between the calls of a compiled step: `optimizer.learningRate = 1e-4`. */
  readonly learningRate?: number;
  /** Share of its value, times the learning rate, that each variable loses in each step (decoupled decay). Default: none. */
  readonly weightDecay?: number;
  /** Each gradient whose L2 norm is larger is scaled down to it. Default: no clipping. */
  readonly clipNorm?: number;
  /** Each element of a gradient is limited to ±this value. Default: no clipping. */
  readonly clipValue?: number;
  /** All gradients together are scaled down where their common L2 norm is larger. Default: no clipping. */
  readonly globalClipNorm?: number;
}

/** Numbers and truth values that an optimizer's rule needs, by name. */
export type Rule<S> = { readonly [K in keyof S]: number | boolean };

/** A full set of options: those of the rule, and those of every optimizer. */
export type Settings<S> = S & OptimizerOptions & { readonly learningRate: number };

const common = ['learningRate', 'weightDecay', 'clipNorm', 'clipValue', 'globalClipNorm'];
const clippings = ['clipNorm', 'clipValue', 'globalClipNorm'];
const shares = new Set(['beta1', 'beta2', 'rho', 'momentum']);

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
  const known: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    checkOption(optimizer, defaults, name, value);
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
    return name === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Options from the arguments of a factory: an options object, or TF.js's positional arguments by name. */
export function optionsFromArguments<O extends OptimizerOptions>(
  first: number | O | undefined,
  rest: Readonly<Record<string, number | boolean | null | undefined>>,
): O {
  return typeof first === 'object' ? first : ({ learningRate: first, ...rest } as unknown as O);
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
    throw wrongOption(`${name} of ${optimizer} is a number, not negative.`, received);
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
