/** Copies a worker's output to the supervisor's, whole lines only, each with the worker's prefix. */
import type { Readable } from 'node:stream';
import type { OutputSink } from './outputSink.ts';

/** A line that grows beyond this length is written in parts, so that memory stays bounded. */
const maxLineLength = 1024 * 1024;

interface RelayOptions {
  readonly prefix: string;
  /** Called for each line, without prefix and line end. */
  readonly onLine?: (line: string) => void;
}

/** Resolves when the source has ended and all of it is written; a last line without an end gets one. */
export async function relayLines(source: Readable, sink: OutputSink, { prefix, onLine }: RelayOptions): Promise<void> {
  const write = (lines: readonly string[]) => {
    const visible = lines.map(lastRedraw);
    if (onLine !== undefined) visible.forEach(onLine);
    return sink.write(visible.map((line) => `${prefix}${line}\n`).join(''));
  };
  let rest = '';
  try {
    for await (const text of source.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLineLength) {
        lines.push(rest);
        rest = '';
      }
      if (lines.length > 0) await write(lines);
    }
  } finally {
    if (rest !== '') await write([rest]);
  }
}

/** A line that was redrawn with carriage returns, as a terminal would show it in the end. */
function lastRedraw(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf('\r') + 1);
}
