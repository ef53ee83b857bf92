/** Machines of a test: network namespaces with an address each, and a link of its own between every two. */
import { execFileSync, spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });

/** Why no namespaces can be made here; `false` where they can. Made for the option `skip` of a test. */
export function namespacesMissing(): string | false {
  const name = `tfd-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (made.error !== undefined) return 'iproute2 is not installed';
  if (made.status !== 0) return `no network namespace can be made: ${made.stderr.trim()}`;
  const shaped = spawnSync('ip', ['netns', 'exec', name, 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', ...limit(1)]);
  ip('netns', 'del', name);
  return shaped.status === 0 ? false : 'this kernel cannot slow links down';
}

const limit = (megabits: number) => ['tbf', 'rate', `${megabits}mbit`, 'burst', '64kb', 'latency', '50ms'];

export class Machines {
  readonly addresses: readonly string[];
  readonly #names: readonly string[];

  /** All links let 100 Mbit/s through: what they reach does not depend on the processors. */
  constructor(t: TestContext, count: number) {
    this.#names = Array.from({ length: count }, (_, index) => `tfd-${process.pid}-${index}`);
    this.addresses = this.#names.map((_, index) => `10.77.0.${index + 1}`);
    t.after(() => {
      for (const name of this.#names) spawnSync('ip', ['netns', 'del', name]);
    });
    for (const name of this.#names) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    this.#names.forEach((_, one) => {
      for (let other = 0; other < one; other++) this.#connect(one, other);
    });
  }

  /** The command that runs another one on this machine. */
  command(machine: number): [file: string, args: string[]] {
    return ['ip', ['netns', 'exec', this.#name(machine)]];
  }

  /** Cuts the link between two machines. */
  cut(one: number, other: number): void {
    ip('-n', this.#name(one), 'link', 'set', `to${other}`, 'down');
  }

  /** Lets so many Mbit/s through the link between two machines, each way. */
  limit(one: number, other: number, megabits: number): void {
    for (const [from, to] of [[one, other] as const, [other, one] as const]) {
      const [file, args] = this.command(from);
      execFileSync(file, [...args, 'tc', 'qdisc', 'replace', 'dev', `to${to}`, 'root', ...limit(megabits)]);
    }
  }

  #connect(one: number, other: number): void {
    ip(
      '-n',
      this.#name(one),
      'link',
      'add',
      `to${other}`,
      'type',
      'veth',
      'peer',
      `to${one}`,
      'netns',
      this.#name(other),
    );
    const ends = [[one, other] as const, [other, one] as const];
    for (const [from, to] of ends) {
      ip('-n', this.#name(from), 'addr', 'add', `${this.#address(from)}/32`, 'dev', `to${to}`);
      ip('-n', this.#name(from), 'link', 'set', `to${to}`, 'up');
    }
    this.limit(one, other, 100);
    for (const [from, to] of ends) {
      ip('-n', this.#name(from), 'route', 'add', this.#address(to), 'dev', `to${to}`, 'src', this.#address(from));
    }
  }

  #name(machine: number): string {
    return this.#names[machine] ?? '';
  }

  #address(machine: number): string {
    return this.addresses[machine] ?? '';
  }
}
