/** Which dtype the operands of an operation are brought to where they differ; see `moreDtypes.ts` for the rule. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DTypeName } from '../../tensor/index.ts';
type Inputs = Readonly<Record<string, TensorInfo | TensorInfo[] | null | undefined>> | readonly TensorInfo[];
/** How the operands of one operation are brought together. */
export interface Matching {
    /** The dtype that the value of this name, or of a list, is cast to: its own where nothing has to be done. */
    dtypeFor(name: string, dtype: DTypeName): DTypeName;
    /** Takes note of a result, which is made of plain numbers alone where the operands are. */
    note(result: TensorInfo): void;
}
export declare function match(inputs: Inputs): Matching;
export {};
