/** Messages over a TCP socket: one JSON object a line, of bounded size, each checked against a schema. */
import type { Socket } from 'node:net';
import type { z } from 'zod';
import { maxValueSizeBytes } from './messages.ts';

/** The largest value as base64, and room for the rest of its message. */
const maxLineLength = Math.ceil(maxValueSizeBytes / 3) * 4 + 4096;

interface MessageHandlers<Message> {
  readonly onMessage: (message: Message) => void;
  /** The peer sent something that is no message. Nothing of it is used; the socket is closed after this call. */
  readonly onMalformed: (reason: string) => void;
}

/** Calls `onMessage` for each message that arrives, until the socket closes or something malformed arrives. */
export function readMessages<Message>(
  socket: Socket,
  schema: z.ZodType<Message>,
  { onMessage, onMalformed }: MessageHandlers<Message>,
): void {
  let rest = '';
  const refuse = (reason: string) => {
    rest = '';
    socket.removeListener('data', read);
    onMalformed(reason);
    socket.destroySoon();
  };
  const read = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = parse(line, schema);
      if (message === undefined) {
        refuse('a line is not a message of this protocol');
        return;
      }
      onMessage(message);
      if (socket.destroyed) return;
    }
    if (rest.length > maxLineLength) refuse(`a message is longer than ${maxLineLength} bytes`);
  };
  socket.setEncoding('utf8').on('data', read);
}

/** Sends one message; nothing happens when the socket is already closed. */
export function sendMessage(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

function parse<Message>(line: string, schema: z.ZodType<Message>): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
