/** Shows how far a long task is: one redrawn line on a terminal, a plain line now and then elsewhere. */

export interface ProgressOptions {
  /** What is going on, for example `Fetching TensorFlow 2.21.0`. */
  title: string;
  /** In `unit`; without it only the amount is shown. */
  total?: number;
  /** `bytes` is shown in MB and with its speed; any other unit as a plain number, for example `steps`. */
  unit: string;
  /** Default: stderr. */
  stream?: NodeJS.WriteStream | NodeJS.WritableStream;
  /** Writes nothing. Default: false. */
  quiet?: boolean;
  /** Milliseconds on a steady clock; for tests. */
  now?: () => number;
}

export interface Progress {
  /** @param done amount so far, in the unit; @param suffix shown behind, for example `loss 0.31` */
  update(done: number, suffix?: string): void;
  /** Ends the line. @param message shown in its place; default: the last state */
  done(message?: string): void;
}

const redrawMs = 100;
const lineMs = 3000;

export function createProgress(options: ProgressOptions): Progress {
  const { quiet = false, stream = process.stderr, now = () => performance.now() } = options;
  if (quiet) return { update: () => undefined, done: () => undefined };
  const meter = new Meter(options, now);
  return isTerminal(stream) ? terminalProgress(meter, stream, now) : lineProgress(meter, stream, now);
}

function terminalProgress(meter: Meter, stream: NodeJS.WriteStream, now: () => number): Progress {
  let drawnMs = -Infinity;
  let ended = false;
  const draw = (text: string): void => {
    stream.write(`\r${text}\u001B[K`);
  };
  return {
    update(done, suffix) {
      meter.set(done, suffix);
      if (ended || now() - drawnMs < redrawMs) return;
      drawnMs = now();
      draw(meter.line(stream.columns || 80, stream.hasColors()));
    },
    done(message) {
      if (ended) return;
      ended = true;
      draw(message ?? meter.line(stream.columns || 80, stream.hasColors()));
      stream.write('\n');
    },
  };
}

function lineProgress(meter: Meter, stream: NodeJS.WritableStream, now: () => number): Progress {
  let writtenMs = -Infinity;
  let nextTenth = 0;
  let ended = false;
  let isShown = false;
  return {
    update(done, suffix) {
      meter.set(done, suffix);
      isShown = false;
      const tenth = meter.share === undefined ? Infinity : Math.floor(meter.share * 10 + 1e-9);
      if (ended || tenth < nextTenth || now() - writtenMs < lineMs) return;
      writtenMs = now();
      nextTenth = meter.share === undefined ? 0 : tenth + 1;
      isShown = true;
      stream.write(`${meter.text()}\n`);
    },
    done(message) {
      if (!ended && !(isShown && message === undefined)) stream.write(`${message ?? meter.text()}\n`);
      ended = true;
    },
  };
}

/** The numbers behind the line, and the line itself. */
class Meter {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  #done = 0;
  #suffix = '';
  #first: { done: number; ms: number } | undefined;

  constructor(options: ProgressOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  set(done: number, suffix = ''): void {
    // What was there before the first report (a resumed download) says nothing about the speed.
    this.#first ??= { done, ms: this.#now() };
    this.#done = done;
    this.#suffix = suffix;
  }

  /** Between 0 and 1, where the total is known. */
  get share(): number | undefined {
    const { total } = this.#options;
    return total === undefined || total <= 0 ? undefined : Math.min(1, Math.max(0, this.#done / total));
  }

  text(): string {
    return [this.#options.title, ...this.#facts()].join('  ');
  }

  line(columns: number, colored: boolean): string {
    const [head, tail] = [this.#options.title, this.#facts().join('  ')];
    const room = Math.min(30, columns - 1 - head.length - tail.length - 4);
    const text = `${head}  ${tail}`.slice(0, columns - 1);
    if (this.share === undefined || room < 5) return text;
    const filled = Math.round(this.share * room);
    const [full, rest] = ['━'.repeat(filled), '─'.repeat(room - filled)];
    const bar = colored ? `\u001B[36m${full}\u001B[2m${rest}\u001B[0m` : `${full}${rest}`;
    return `${head}  ${bar}  ${tail}`;
  }

  #facts(): string[] {
    const { total, unit } = this.#options;
    const share = this.share === undefined ? [] : [`${String(Math.floor(this.share * 100 + 1e-9)).padStart(3)} %`];
    const amount = unit === 'bytes' ? bytesText(this.#done, total) : countText(this.#done, total, unit);
    return [...share, amount, ...this.#speed(), ...(this.#suffix === '' ? [] : [this.#suffix])];
  }

  #speed(): string[] {
    const seconds = this.#first === undefined ? 0 : (this.#now() - this.#first.ms) / 1000;
    const since = this.#done - (this.#first?.done ?? 0);
    if (seconds < 1 || since <= 0) return [];
    const { total, unit } = this.#options;
    const left =
      total === undefined || this.#done >= total ? [] : [`${duration(((total - this.#done) * seconds) / since)} left`];
    return [...(unit === 'bytes' ? [`${(since / 1e6 / seconds).toFixed(1)} MB/s`] : []), ...left];
  }
}

function bytesText(done: number, total: number | undefined): string {
  const amount = (done / 1e6).toFixed(total === undefined || total >= 10e6 ? 0 : 1);
  return total === undefined ? `${amount} MB` : `${amount}/${(total / 1e6).toFixed(total >= 10e6 ? 0 : 1)} MB`;
}

function countText(done: number, total: number | undefined, unit: string): string {
  return total === undefined ? `${done} ${unit}` : `${done}/${total} ${unit}`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** NO_COLOR and TERM are respected by `hasColors`; a dumb terminal cannot redraw a line. */
function isTerminal(stream: NodeJS.WriteStream | NodeJS.WritableStream): stream is NodeJS.WriteStream {
  return 'isTTY' in stream && stream.isTTY && process.env['TERM'] !== 'dumb';
}
