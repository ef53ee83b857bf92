/** A strategy of one process: nobody to join, to agree with or to leave. */
import { Strategy } from './strategy.ts';
import type { ReplicaContext } from './replica.ts';

export abstract class LocalStrategy extends Strategy {
  override readonly rank = 0;

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
      applyReduced: (gradients, apply) => {
        apply(gradients);
      },
    };
  }
}
