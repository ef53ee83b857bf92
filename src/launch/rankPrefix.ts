/** What stands before each line of a worker: its rank, in a colour of its own on a terminal. */
import { WriteStream } from 'node:tty';

/** Cyan, yellow, green, magenta, blue, and their bright kinds; red is left to errors. */
const colors = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

export function rankPrefix(rank: number, colorLevel: number): string {
  const text = `[${rank}]`;
  const color = colors[rank % colors.length] ?? 39;
  return colorLevel === 0 ? `${text} ` : `\u001b[${color}m${text}\u001b[39m `;
}

/** Colours of an output, as `FORCE_COLOR` counts them: 0 none, 1 sixteen, 2 256, 3 all; respects `NO_COLOR`. */
export function colorLevelOf(stream: NodeJS.WritableStream, env: NodeJS.ProcessEnv): 0 | 1 | 2 | 3 {
  const isTerminal = stream instanceof WriteStream;
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return 0;
  if (!isTerminal && (env['FORCE_COLOR'] === undefined || env['FORCE_COLOR'] === '0')) return 0;
  const depth = WriteStream.prototype.getColorDepth.call(stream, env);
  return depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
}
