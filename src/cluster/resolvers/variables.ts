/** Reads facts from environment variables; a mistake names the variable, its value and the rule. */
import { UserError } from '../../base/errors.ts';

/** Environment variables of one kind of cluster, and what to do where they are wrong. */
export class Variables {
  readonly #env: NodeJS.ProcessEnv;
  readonly #remedy: string;

  constructor(env: NodeJS.ProcessEnv, remedy: string) {
    this.#env = env;
    this.#remedy = remedy;
  }

  has(name: string): boolean {
    return this.#env[name] !== undefined;
  }

  /** The first of the names that is set, else the first: where one fact goes by several names. */
  firstOf(...names: readonly [string, ...string[]]): string {
    return names.find((name) => this.has(name)) ?? names[0];
  }

  text(name: string): string {
    const value = this.#env[name];
    if (value === undefined || value === '') throw this.malformed(name, 'must not be empty');
    return value;
  }

  wholeNumber(name: string, minimum: number): number {
    const value = this.text(name);
    if (!/^\d+$/.test(value)) throw this.malformed(name, 'must be a whole number');
    if (Number(value) < minimum) throw this.malformed(name, `must be ${minimum} or more`);
    return Number(value);
  }

  /** A number from 0 that is smaller than `count`, which `nameOfCount` says. */
  position(name: string, count: number, nameOfCount: string): number {
    const value = this.wholeNumber(name, 0);
    if (value >= count) throw this.malformed(name, `must be smaller than ${nameOfCount}, which is ${count}`);
    return value;
  }

  address(name: string): { host: string; port: number } {
    const address = parseAddress(this.text(name));
    if (address === undefined) throw this.malformed(name, 'must be host:port, with a port from 1 to 65535');
    return address;
  }

  malformed(name: string, rule: string): UserError {
    const value = this.#env[name];
    return new UserError({
      code: 'TFD_CLUSTER_VARIABLE',
      rule: `The environment variable ${name} ${value === undefined ? 'must be set' : rule}.`,
      received: value === undefined ? 'nothing' : JSON.stringify(value),
      remedy: this.#remedy,
    });
  }
}

/** Splits `host:port`; an IPv6 address may stand in brackets. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const groups = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>.+)):(?<port>\d{1,5})$/.exec(text)?.groups;
  const host = groups?.['bracketed'] ?? groups?.['plain'];
  const port = Number(groups?.['port']);
  return host === undefined || port < 1 || port > 65535 ? undefined : { host, port };
}
