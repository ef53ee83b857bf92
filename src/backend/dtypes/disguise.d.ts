/**
 * Lets tensors of dtypes that TF.js lacks pass through TF.js's own code, which knows five dtypes and refuses any other:
 * there, and only there, their `dtype` says `float32` or `int32`. Kernels see what they are, and gradients get the dtype
 * of what they belong to. So every operation of TF.js takes such tensors, composed ones and their gradients too.
 */
import { type Tensor } from '@tensorflow/tfjs-core';
import { type MoreDtype } from './moreDtypes.ts';
/** Makes the `dtype` of `tensor`, which TF.js has made as one of the stand-in's dtype, say `dtype` in the user's code. */
export declare function disguise<T extends Tensor>(tensor: T, dtype: MoreDtype): T;
/** A copy of `tensor` with this dtype; `tensor` itself where it has it. */
export declare function withDtype<T extends Tensor>(tensor: T, dtype: string): T;
/** Called once, when the backend is registered. */
export declare function installDisguise(): void;
