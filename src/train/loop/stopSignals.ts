/** Ctrl-C and SIGTERM while training: the first asks for an orderly stop, the second ends the process at once. */
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Listens from its creation until `dispose`; between them the process does not end by the first signal. */
export class StopSignals {
  #received: (typeof signals)[number] | undefined;

  constructor() {
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** The signal that was received, if any. */
  get received(): (typeof signals)[number] | undefined {
    return this.#received;
  }

  dispose(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: (typeof signals)[number]): void => {
    if (this.#received !== undefined) process.exit(128 + constants.signals[signal]);
    this.#received = signal;
  };
}
