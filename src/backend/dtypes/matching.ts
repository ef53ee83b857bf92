/** Which dtype the operands of an operation are brought to where they differ; see `moreDtypes.ts` for the rule. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DTypeName } from '../../tensor/index.ts';
import { dataOf } from '../backend.ts';
import { coreScope } from './coreScope.ts';
import { commonFraction, isFraction, isMore } from './moreDtypes.ts';

type Inputs = Readonly<Record<string, TensorInfo | TensorInfo[] | null | undefined>> | readonly TensorInfo[];

/** Inputs whose dtype does not follow from that of the others. */
const independent = new Set(['boxes', 'transforms']);

/** How the operands of one operation are brought together. */
export interface Matching {
  /** The dtype that the value of this name, or of a list, is cast to: its own where nothing has to be done. */
  dtypeFor(name: string, dtype: DTypeName): DTypeName;
  /** Takes note of a result, which is made of plain numbers alone where the operands are. */
  note(result: TensorInfo): void;
}

export function match(inputs: Inputs): Matching {
  const scope = coreScope();
  const operands = Object.entries(inputs).flatMap(([name, value]) =>
    independent.has(name) ? [] : listOf(value).map(({ dataId }) => dataOf(dataId)),
  );
  const isPlain = ({ plainIn }: { plainIn: object | undefined }): boolean => scope !== undefined && plainIn === scope;
  const fractions = operands.filter(({ dtype }) => isFraction(dtype));
  const stated = fractions.filter((operand) => !isPlain(operand)).map(({ dtype }) => dtype);
  const fraction = stated.length === 0 ? undefined : stated.reduce(commonFraction);
  const differs = fraction !== undefined && fractions.some(({ dtype }) => dtype !== fraction);
  const isWide = operands.some(({ dtype }) => dtype === 'int64');
  return {
    dtypeFor: (name, dtype) => {
      if (differs && isFraction(dtype) && !independent.has(name)) return fraction;
      return isWide && dtype === 'int32' && isPeer(name) ? 'int64' : dtype;
    },
    note: ({ dataId, dtype }) => {
      const data = dataOf(dataId);
      if (stated.length === 0 && data.plainIn === undefined && !isMore(dtype)) data.plainIn = scope;
    },
  };
}

function listOf(value: TensorInfo | TensorInfo[] | null | undefined): TensorInfo[] {
  if (value == null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Whether the inputs of this name have the same meaning as the others: not positions in them, for example. */
function isPeer(name: string): boolean {
  return /^([abte]|\d+)$/.test(name);
}
