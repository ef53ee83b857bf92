/** The command `doctor`: says what this machine has for training, and what to do about what is missing. */

import type { Runtime } from '../native/runtime/index.ts';
import { collectFacts } from './doctor/facts.ts';
import type { DeviceFact } from './doctor/facts.ts';
import { isReady, judge } from './doctor/judge.ts';
import type { Finding } from './doctor/judge.ts';

export interface DoctorOptions {
  /** Print one JSON object: `ready`, `findings` and `facts`. Default: false. */
  json?: boolean;
  /** Fetch the library where it is missing. Default: false. */
  fetch?: boolean;
  /** Loads the library and lists its devices. Default: the devices are not asked for. */
  listDevices?: (runtime: Runtime) => Promise<DeviceFact[]>;
  /** Where to print. Default: stdout. */
  stream?: NodeJS.WriteStream | NodeJS.WritableStream;
}

/** @returns the exit code: 0 where one can train here, else 1 */
export async function doctor(options: DoctorOptions = {}): Promise<number> {
  const { json = false, fetch = false, listDevices, stream = process.stdout } = options;
  const facts = await collectFacts({ fetch, listDevices });
  const findings = judge(facts);
  const ready = isReady(findings);
  stream.write(
    json ? `${JSON.stringify({ ready, findings, facts }, undefined, 2)}\n` : report(findings, ready, stream),
  );
  return ready ? 0 : 1;
}

function report(
  findings: readonly Finding[],
  ready: boolean,
  stream: NodeJS.WriteStream | NodeJS.WritableStream,
): string {
  const colored = 'hasColors' in stream && stream.isTTY && stream.hasColors();
  const width = Math.max(...findings.map(({ topic }) => topic.length));
  const lines = findings.flatMap(({ topic, state, text, remedy }) => [
    `${mark(state, colored)} ${topic.padEnd(width)}  ${text}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(width + 4)}What to do: ${remedy}`]),
  ]);
  const end = ready ? 'This machine is ready to train.' : 'This machine cannot train yet: see the lines marked with ✗.';
  return `${[...lines, '', end].join('\n')}\n`;
}

function mark(state: Finding['state'], colored: boolean): string {
  const [sign, color] = { ok: ['✓', 32], note: ['!', 33], missing: ['✗', 31] }[state] as [string, number];
  return colored ? `\u001B[${color}m${sign}\u001B[0m` : sign;
}
