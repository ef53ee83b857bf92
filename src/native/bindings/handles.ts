/** Branded pointers: one type for each kind of native object, so that the compiler keeps them apart. */

declare const kind: unique symbol;

type Pointer<K extends string> = bigint & { readonly [kind]: K };

export type StatusHandle = Pointer<'TF_Status'>;
export type BufferHandle = Pointer<'TF_Buffer'>;
export type TensorHandle = Pointer<'TF_Tensor'>;
export type ContextHandle = Pointer<'TFE_Context'>;
export type ContextOptionsHandle = Pointer<'TFE_ContextOptions'>;
export type EagerOpHandle = Pointer<'TFE_Op'>;
export type EagerTensorHandle = Pointer<'TFE_TensorHandle'>;
export type CancellationManagerHandle = Pointer<'TFE_CancellationManager'>;
export type DeviceListHandle = Pointer<'TF_DeviceList'>;
export type GraphHandle = Pointer<'TF_Graph'>;
export type OperationHandle = Pointer<'TF_Operation'>;
export type OperationDescriptionHandle = Pointer<'TF_OperationDescription'>;
export type FunctionHandle = Pointer<'TF_Function'>;
/** An address inside memory that a native object owns. */
export type Address = Pointer<'void'>;

/** `TF_Output`: output number `index` of an operation in a graph. */
export interface Output {
  readonly oper: OperationHandle;
  readonly index: number;
}

/** `TF_Input`: input number `index` of an operation in a graph. */
export interface OperationInput {
  readonly oper: OperationHandle;
  readonly index: number;
}
