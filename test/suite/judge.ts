/** Compares how the specs of TF.js's suite ended with the list of those that may fail. */
import type { Exclusion } from './exclusions.ts';
import type { SpecResult } from './runSuite.ts';

export interface Verdict {
  readonly numPassed: number;
  /** Specs that failed as the list says. */
  readonly numExcluded: number;
  /** Specs that TF.js itself has switched off. */
  readonly numPending: number;
  /** What is wrong, one line each: specs that failed, and entries of the list that did not. */
  readonly problems: readonly string[];
}

export function judge(results: readonly SpecResult[], exclusions: readonly Exclusion[]): Verdict {
  const excluded = new Map(exclusions.flatMap((entry) => entry.specs.map((spec) => [spec, entry] as const)));
  const failed = results.filter(({ status }) => status === 'failed');
  const asListed = failed.filter(({ name, messages }) => {
    const pattern = excluded.get(name)?.failsWith;
    return pattern !== undefined && messages.every((message) => pattern.test(message));
  });
  const failedNames = new Set(failed.map(({ name }) => name));
  return {
    numPassed: results.filter(({ status }) => status === 'passed').length,
    numExcluded: asListed.length,
    numPending: results.filter(({ status }) => status === 'pending').length,
    problems: [
      ...failed
        .filter((result) => !asListed.includes(result))
        .map(({ name, messages }) => `failed: ${name}: ${messages.join(' | ').slice(0, 500)}`),
      ...[...excluded.keys()]
        .filter((name) => !failedNames.has(name))
        .map((name) => `on the list, but it does not fail, or is not there: ${name}`),
    ],
  };
}
