/** Weights in the dtype in which their layer computes: while a layer runs, reading a weight gives it cast. */
import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { LayerVariable } from '@tensorflow/tfjs-layers';
import { cast } from '../../backend/frontend/index.ts';
import type { Policy } from './policy.ts';

/** What the layer that runs computes in, and its weights as far as they have been read. */
interface Scope {
  readonly dtype: Policy['computeDtype'];
  readonly weights: Map<LayerVariable, Tensor>;
}

let scope: Scope | undefined;

/** The dtype in which the layer that runs computes; undefined where none runs. */
export function autocastDtype(): Policy['computeDtype'] | undefined {
  return scope?.dtype;
}

/** Runs `fn`, the body of a layer, with its weights read as `dtype`. */
export function withAutocast<T>(dtype: Policy['computeDtype'], fn: () => T): T {
  const before = scope;
  scope = { dtype, weights: new Map() };
  try {
    return fn();
  } finally {
    dispose([...scope.weights.values()]);
    scope = before;
  }
}

/** Called once. */
export function installAutocast(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const { read } = LayerVariable.prototype;
  LayerVariable.prototype.read = function readWeight(this: LayerVariable): Tensor {
    const value = read.call(this);
    if (scope === undefined || scope.dtype === 'float32' || value.dtype !== 'float32') return value;
    let weight = scope.weights.get(this);
    if (weight === undefined) {
      // A layer reads in scopes of its own, and some read the same weight again: at each step of a sequence.
      weight = keep(cast(value, scope.dtype));
      scope.weights.set(this, weight);
    }
    return weight;
  };
}
