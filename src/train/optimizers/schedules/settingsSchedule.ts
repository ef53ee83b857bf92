/** The parent of our own schedules: settings by name, checked, and read from saved models. */
import { inspect } from 'node:util';
import type { serialization } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/errors.ts';
import { LearningRateSchedule } from './learningRateSchedule.ts';

/** Default of each setting by its name; undefined where it must be given, null where it may be left out. */
type Defaults<S> = { readonly [K in keyof S]: S[K] | undefined };

/** Those that must be larger than 0, and not just not negative. */
const positive = new Set(['decaySteps', 'firstDecaySteps', 'tMul', 'batchSize', 'baseBatchSize']);

export abstract class SettingsSchedule<S extends object> extends LearningRateSchedule {
  /** The settings in force, defaults included. */
  readonly settings: S;

  /** @throws UserError `TFD_SCHEDULE_OPTION` for a missing or unknown option, or a value out of range. */
  constructor(options: Partial<S>) {
    super();
    const { className, defaults } = new.target as unknown as { className: string; defaults: Defaults<S> };
    const unknown = Object.keys(options).find((name) => !(name in defaults));
    if (unknown !== undefined) {
      throw wrongSchedule(`The options of ${className} are ${Object.keys(defaults).join(', ')}.`, unknown);
    }
    const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
    this.settings = { ...defaults, ...Object.fromEntries(given) } as S;
    for (const [name, value] of Object.entries(this.settings)) {
      this.check(name, value, (defaults as Readonly<Record<string, unknown>>)[name]);
    }
  }

  override getConfig(): serialization.ConfigDict {
    return { ...(this.settings as serialization.ConfigDict) };
  }

  /** Keras's `name`, and what else is not known here, is left out. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { defaults } = cls as unknown as { defaults: object };
    return new cls(Object.fromEntries(Object.entries(config).filter(([name]) => name in defaults)));
  }

  /** Throws where `value` does not suit the setting `name`. Numbers and truth values are checked here. */
  protected check(name: string, value: unknown, initial: unknown): void {
    const of = `${name} of ${this.getClassName()}`;
    if (typeof initial === 'boolean') {
      if (typeof value !== 'boolean') throw wrongSchedule(`${of} is true or false.`, inspect(value));
    } else if (value !== null || initial !== null) {
      const isNumber = typeof value === 'number' && Number.isFinite(value);
      if (!isNumber || value < 0) throw wrongSchedule(`${of} is a number, not negative.`, inspect(value));
      if (positive.has(name) && value === 0) throw wrongSchedule(`${of} is larger than 0.`, inspect(value));
    }
  }
}

export function wrongSchedule(rule: string, received: string): UserError {
  return new UserError({
    code: 'TFD_SCHEDULE_OPTION',
    rule,
    received,
    remedy: "Correct the option; see Keras's schedule of the same name.",
  });
}
