/** Traces the work of several replicas of one process into one function, each on its device. */
import { setReplicaSeedOffset } from '../backend/frontend/index.ts';
import { op } from '../backend/index.ts';
import { scalar } from '../backend/kernel.ts';
import { withDevice, withVariableView, type ResourceVariable, type Value } from '../tensor/index.ts';
import { localContext, surroundings } from './localContext.ts';
import { Meetings } from './meetings.ts';
import { inReplica } from './replica.ts';
import { ReplicaView } from './replicaView.ts';

/** A replica of this process. */
export interface LocalReplica {
  /** As `currentDevice` names it. */
  readonly device: string;
  /** Its share of the samples of this process, from 0 to 1. */
  readonly weight: number;
}

/**
 * Runs `work` once for each replica, with its number, inside a function that is being traced; the context in force is
 * that of the process. TensorFlow runs their parts side by side.
 *
 * All replicas use the same variables, and each sees its own assignments only. In the end a variable of floats that some
 * have assigned becomes the mean of what the replicas see, weighted as their samples; another one the first value.
 */
export function traceReplicas<T>(replicas: readonly LocalReplica[], work: (index: number) => T): T[] {
  const around = surroundings();
  const meetings = new Meetings(replicas.length);
  const views = replicas.map(() => new ReplicaView());
  const results = replicas.map(({ device, weight }, replicaId) => {
    const view = views[replicaId] as ReplicaView;
    const context = localContext({
      replicaId,
      numReplicas: replicas.length,
      weight,
      view,
      meetings: meetings.replica(),
      around,
    });
    return withDevice(device, () =>
      withVariableView(view, () => withSeedOffset(replicaId, () => inReplica(context, () => work(replicaId)))),
    );
  });
  meetings.close();
  for (const variable of new Set(views.flatMap(({ assigned }) => [...assigned.keys()]))) {
    variable.assign(joined(variable, views, replicas));
  }
  return results;
}

/** What a variable becomes that some of the replicas have assigned. */
function joined(variable: ResourceVariable, views: readonly ReplicaView[], replicas: readonly LocalReplica[]): Value {
  const own = views.map(({ assigned }) => assigned.get(variable));
  if (!variable.dtype.includes('float')) return own.find((value) => value !== undefined) ?? variable.read();
  const weighted = own.map((value, index) => {
    const weight = scalar(replicas[index]?.weight ?? 0, variable.dtype);
    return op('Mul', [value ?? variable.read(), weight]);
  });
  return op('AddN', [weighted]);
}

function withSeedOffset<T>(offset: number, fn: () => T): T {
  const before = setReplicaSeedOffset(offset);
  try {
    return fn();
  } finally {
    setReplicaSeedOffset(before);
  }
}
