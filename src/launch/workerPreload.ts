/**
 * Runs in each worker before the user's script: tells the supervisor of an uncaught error, and ends the worker when
 * the supervisor is gone, however that happened.
 *
 * Both go over a pipe that the supervisor holds open as file descriptor 3.
 */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { detectModules } from './moduleFormat.ts';
import type { ReportedFailure } from './reportedFailure.ts';

detectModules();

const pipe = 3;
const graceMs = 5000;

process.on('uncaughtExceptionMonitor', (error: unknown) => {
  const known = error instanceof Error ? error : new Error(String(error));
  const failure: ReportedFailure = { name: known.name, message: known.message, timeMs: Date.now() };
  const firstFrame = known.stack?.split('\n').find((line) => line.startsWith('    at '));
  if (firstFrame !== undefined) failure.at = firstFrame.trim();
  try {
    writeSync(pipe, `${JSON.stringify(failure)}\n`);
  } catch {
    // The supervisor is gone: nobody is left to tell.
  }
});

/** A thread of its own, so that a script which blocks the event loop does not outlive the supervisor either. */
const watch = `
  const { Socket } = require('node:net');
  const endGroup = (signal) => process.kill(-process.pid, signal);
  new Socket({ fd: ${pipe}, readable: true, writable: false }).resume().on('error', () => {}).on('close', () => {
    setTimeout(endGroup, ${graceMs}, 'SIGKILL');
    endGroup('SIGTERM');
  });`;
new Worker(watch, { eval: true, env: {}, execArgv: [], name: 'supervisor watch' }).unref();
