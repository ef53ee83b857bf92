/**
 * The dtypes that TensorFlow has and TF.js lacks. Everywhere that TF.js takes a dtype, these can stand too.
 *
 * Where two dtypes meet in an operation, the result is the smallest that holds both, as in NumPy and Keras: float16 or
 * bfloat16 with float32 is float32, float16 with bfloat16 is float32, anything with float64 is float64, whole numbers
 * with fractions have the dtype of the fractions, int64 with int32 or bool is int64. A plain number takes the dtype of the
 * tensor that it meets.
 */
import type { DTypeName } from '../../tensor/index.ts';
declare module '@tensorflow/tfjs-core/dist/types.js' {
    interface DataTypeMap {
        /** Half precision (IEEE 754): 11 bits of precision, up to 65504. `data()` gives its values as Float32Array. */
        float16: Float32Array;
        /** The upper half of a float32: 8 bits of precision, and its range. `data()` gives its values as Float32Array. */
        bfloat16: Float32Array;
        float64: Float64Array;
        int64: BigInt64Array;
    }
    interface SingleValueMap {
        float16: number;
        bfloat16: number;
        float64: number;
        int64: bigint;
    }
}
/** Name of a dtype that TF.js lacks. */
export type MoreDtype = 'float16' | 'bfloat16' | 'float64' | 'int64';
/** Whether any tensor of such a dtype has been made: as long as none has, nothing needs to be looked at. */
export declare function moreDtypesInUse(): boolean;
/** To be called when the first such tensor is made. */
export declare function useMoreDtypes(): void;
/** Whether TF.js lacks this dtype. */
export declare function isMore(dtype: string): dtype is MoreDtype;
/** The dtype that TF.js's own code takes `dtype` for. */
export declare function standInFor(dtype: MoreDtype): 'float32' | 'int32';
/** Bytes of one element. */
export declare function elementBytes(dtype: MoreDtype): number;
/** Whether numbers of this dtype have fractions. */
export declare function isFraction(dtype: string): boolean;
/** The smallest dtype of fractions that holds both. */
export declare function commonFraction(a: DTypeName, b: DTypeName): DTypeName;
