#!/usr/bin/env node
/**
 * Runs the tests, and fails when a process of theirs is still there afterwards.
 *
 *   node tools/test.mjs                      every test
 *   node tools/test.mjs --unit               those that need no TensorFlow library
 *   node tools/test.mjs test/unit/a.test.ts  these files; options such as --test-name-pattern=ring go to node
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const args = process.argv.slice(2);
const unit = args.includes('--unit');
const options = args.filter((arg) => arg.startsWith('-') && arg !== '--unit');
const named = args.filter((arg) => !arg.startsWith('-'));
const files = named.length > 0 ? named : testFiles(unit ? 'test/unit' : 'test');

/** Marks every process that a test starts, in whatever group or session it runs. */
const marker = { name: 'TFJS_DISTRIBUTE_TEST_RUN', value: randomUUID() };

const runner = spawn(
  process.execPath,
  [
    ...['--import', 'tsx', '--test', '--test-reporter=spec', `--test-timeout=${unit ? 120_000 : 600_000}`],
    ...[`--test-concurrency=${unit ? 2 : 1}`, ...options, ...files],
  ],
  { stdio: 'inherit', detached: true, env: { ...process.env, [marker.name]: marker.value } },
);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => runner.kill(signal));
}
/** @type {[number | null, NodeJS.Signals | null]} */
const [code, signal] = await new Promise((resolve) => {
  runner.on('exit', (code, signal) => {
    resolve([code, signal]);
  });
});
const leftBehind = await waitUntilGone(2000);
for (const { pid, command } of leftBehind) {
  console.error(`A test left process ${pid} behind: ${command}`);
  process.kill(pid, 'SIGKILL');
}
if (signal !== null) process.exitCode = 128 + constants.signals[signal];
else process.exitCode = code === 0 && leftBehind.length > 0 ? 1 : (code ?? 1);

/** @param {string} folder */
function testFiles(folder) {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return found
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

/** @param {number} timeoutMs */
async function waitUntilGone(timeoutMs) {
  const deadlineMs = Date.now() + timeoutMs;
  while (ourProcesses().length > 0 && Date.now() < deadlineMs) await sleep(50);
  return ourProcesses();
}

/**
 * Processes that the tests started and that still run; a dead one that nobody has collected does not count.
 * @returns {{ pid: number, command: string }[]}
 */
function ourProcesses() {
  return process.platform === 'linux' ? processesWithMarker() : processesOfGroup();
}

function processesWithMarker() {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0');
      if (!environment.includes(`${marker.name}=${marker.value}`)) return [];
      return [{ pid: Number(entry), command: readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
    } catch {
      return []; // It ended while we looked, or belongs to another user.
    }
  });
}

/** Sees less: a process that started a group of its own is not found. */
function processesOfGroup() {
  const lines = execFileSync('ps', ['-Ao', 'pid=,pgid=,stat=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [pid, group, state = '', ...command] = line.trim().split(/\s+/);
    return Number(group) === runner.pid && !state.startsWith('Z')
      ? [{ pid: Number(pid), command: command.join(' ') }]
      : [];
  });
}
