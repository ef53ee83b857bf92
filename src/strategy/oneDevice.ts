/** One replica, on this process's own device: the strategy where none is chosen. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ReplicaContext } from './replica.ts';
import { Strategy } from './strategy.ts';

export class OneDeviceStrategy extends Strategy {
  override readonly rank = 0;
  override readonly numReplicas = 1;

  override reduce(_op: 'sum' | 'mean', value: Tensor): Promise<Tensor> {
    return Promise.resolve(value.clone());
  }

  override broadcast(): Promise<void> {
    return Promise.resolve();
  }

  override shareText(text: string): Promise<string> {
    return Promise.resolve(text);
  }

  override start(): Promise<void> {
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  protected override replicaContext(lossScale: number): ReplicaContext {
    return {
      replicaId: 0,
      numReplicas: 1,
      lossScale,
      allReduce: (values) => [...values],
      reduceGradients: (gradients) => gradients,
    };
  }
}
