/** One replica, on this process's own device: the strategy where none is chosen. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { LocalStrategy } from './localStrategy.ts';

export class OneDeviceStrategy extends LocalStrategy {
  override readonly numReplicas = 1;

  override run<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): Promise<R> {
    return this.runStep(fn, () => this.compileStep(fn), args);
  }

  override reduce(_op: 'sum' | 'mean', value: Tensor): Promise<Tensor> {
    return Promise.resolve(value.clone());
  }
}
