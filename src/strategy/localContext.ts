/** The context of one of several replicas of a process: what they do together happens where the last one comes to it. */
import { engine, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import { op, resourceOf, toTensor, toValue } from '../backend/index.ts';
import { scalar } from '../backend/kernel.ts';
import { InternalError } from '../base/errors.ts';
import {
  currentDevice,
  executor,
  TracingGraph,
  withDevice,
  withVariableView,
  type ResourceVariable,
  type Value,
} from '../tensor/index.ts';
import type { Attendance } from './meetings.ts';
import { applyReduced, inReplica, replicaContext, type ReduceOp, type ReplicaContext } from './replica.ts';
import { insideBranch, type ReplicaView } from './replicaView.ts';

/** Where the work of the whole process is traced. */
interface Surroundings {
  readonly graph: TracingGraph;
  readonly context: ReplicaContext | undefined;
  /** Runs `fn` there, as part of no replica: on the process's device, with the variables as they are. */
  run(fn: () => void): void;
}

interface ContextParts {
  readonly replicaId: number;
  readonly numReplicas: number;
  readonly weight: number;
  readonly view: ReplicaView;
  readonly meetings: Attendance;
  readonly around: Surroundings;
}

export function localContext({ replicaId, numReplicas, weight, view, meetings, around }: ContextParts): ReplicaContext {
  const meet = <T>(topic: string, bring: T, conclude: (brought: readonly T[]) => void): void => {
    if (executor() !== around.graph) throw insideBranch(topic);
    meetings.meet(topic, bring, (brought: readonly T[]) => {
      around.run(() => {
        conclude(brought);
      });
    });
  };
  return {
    replicaId,
    numReplicas,
    lossScale: (around.context?.lossScale ?? 1) * numReplicas * weight,
    allReduce: (tensors, reduceOp) => {
      const values = tensors.map((tensor) => toValue(tensor));
      const results = values.map((value) => around.graph.later(value));
      meet(`allReduce of ${describe(values)}`, { values, results }, (all) => {
        const own = reduceValues(
          all.map((each) => each.values),
          reduceOp,
        );
        const reduced = around.context?.allReduce(own.map(toTensor), reduceOp).map((tensor) => toValue(tensor)) ?? own;
        for (const each of all) each.results.forEach((result, index) => result.become(reduced[index] as Value));
      });
      return results.map(({ value }) => toTensor(value));
    },
    applyReduced: (gradients, apply) => {
      const names = Object.keys(gradients);
      view.update(names.map(resourceNamed));
      const values = Object.values(gradients).map((gradient) => toValue(gradient));
      meet(`gradients of ${names.join(', ')}`, values, (all) => {
        const means = reduceValues(all, 'mean').map(toTensor);
        const reduced: NamedTensorMap = Object.fromEntries(names.map((name, index) => [name, means[index] as Tensor]));
        applyReduced(reduced, apply);
      });
    },
  };
}

/** The surroundings at this point of the program. */
export function surroundings(): Surroundings {
  const graph = executor();
  if (!(graph instanceof TracingGraph)) throw new InternalError('Replicas run in compiled functions.');
  const context = replicaContext();
  const device = currentDevice();
  return {
    graph,
    context,
    run: (fn) => {
      withDevice(device, () => {
        withVariableView(undefined, () => {
          inReplica(context, fn);
        });
      });
    },
  };
}

/** The sum or mean over the replicas, value by value. */
function reduceValues(replicas: readonly (readonly Value[])[], reduceOp: ReduceOp): Value[] {
  return (replicas[0] ?? []).map((_, index) => {
    const sum = op('AddN', [replicas.map((values) => values[index] as Value)]);
    return reduceOp === 'sum' ? sum : op('Div', [sum, scalar(replicas.length, sum.dtype)]);
  });
}

function resourceNamed(name: string): ResourceVariable {
  const variable = engine().registeredVariables[name];
  if (variable === undefined) throw new InternalError(`There are gradients of ${name}, which is no variable.`);
  return resourceOf(variable);
}

function describe(values: readonly Value[]): string {
  return values.map(({ dtype, shape }) => `${dtype}[${shape?.join(', ') ?? '?'}]`).join(', ');
}
