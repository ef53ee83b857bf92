/** Limits gradients in one of Keras's three ways. */
import { op, scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import type { OptimizerOptions } from './options.ts';

/** The gradients, limited as `options` says. */
export function clipGradients(gradients: readonly Value[], options: OptimizerOptions): readonly Value[] {
  const { clipNorm, clipValue, globalClipNorm } = options;
  if (clipNorm !== undefined) return gradients.map((gradient) => byNorm(gradient, clipNorm));
  if (clipValue !== undefined) {
    return gradients.map((gradient) => op('ClipByValue', [gradient, scalar(-clipValue), scalar(clipValue)]));
  }
  if (globalClipNorm !== undefined && gradients.length > 0) return byGlobalNorm(gradients, globalClipNorm);
  return gradients;
}

function byNorm(gradient: Value, limit: number): Value {
  const longest = op('Maximum', [norm([gradient]), scalar(limit)]);
  return op('RealDiv', [op('Mul', [gradient, scalar(limit)]), longest]);
}

/** An infinite norm makes every gradient NaN, so that it is seen. */
function byGlobalNorm(gradients: readonly Value[], limit: number): Value[] {
  const length = norm(gradients);
  const share = op('Minimum', [op('Reciprocal', [length]), scalar(1 / limit)]);
  const zeroOrNaN = op('Sub', [length, length]);
  const scale = op('AddV2', [op('Mul', [scalar(limit), share]), zeroOrNaN]);
  return gradients.map((gradient) => op('Mul', [gradient, scale]));
}

/** The L2 norm of all elements together. */
function norm(values: readonly Value[]): Value {
  const halves = values.map((value) => op('L2Loss', [value]));
  const half = op('AddN', [halves]);
  return op('Sqrt', [op('Mul', [half, scalar(2)])]);
}
