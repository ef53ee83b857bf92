/** One output of the supervisor, shared by all workers: waits while its reader is slow, and notices when it is gone. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

export class OutputSink {
  readonly #stream: Writable;
  #drained: Promise<unknown> | undefined;
  #broken = false;
  readonly #onError = () => {
    if (!this.#broken) this.#onBroken();
    this.#broken = true;
  };
  readonly #onBroken: () => void;

  /** @param onBroken called once when nobody reads this output any more, as after `| head` */
  constructor(stream: Writable, onBroken: () => void) {
    this.#stream = stream;
    this.#onBroken = onBroken;
    stream.on('error', this.#onError);
  }

  /** Writes, and resolves when more may be written; after the reader is gone, text is dropped. */
  async write(text: string): Promise<void> {
    if (this.#broken || this.#stream.write(text)) return;
    this.#drained ??= once(this.#stream, 'drain')
      .catch(this.#onError)
      .finally(() => (this.#drained = undefined));
    await this.#drained;
  }

  /** Whether its reader is behind. */
  get isWaiting(): boolean {
    return this.#drained !== undefined;
  }

  /** Lets go of the stream, which stays open. */
  release(): void {
    this.#stream.off('error', this.#onError);
  }
}
