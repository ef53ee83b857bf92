/** The TF.js backend: keeps the data of TF.js's tensors in TensorFlow. */
import { KernelBackend, util, type BackendValues, type DataType } from '@tensorflow/tfjs-core';
import { executor, placed, toEagerTensor, TracingGraph, type DTypeName, type HostArray } from '../tensor/index.ts';
import { coreScope } from './dtypes/coreScope.ts';
import { moreDtypesInUse } from './dtypes/moreDtypes.ts';
import { numLiveData, TensorData } from './tensorData.ts';

export const backendName = 'tensorflow';

/** Data that came from another backend of TF.js keeps the id that it had there. */
const moved = new WeakMap<object, TensorData>();

/** The data behind TF.js's `dataId`. @throws TypeError where there is none. */
export function dataOf(dataId: object): TensorData {
  const data = findData(dataId);
  if (data === undefined) throw new TypeError('This tensor belongs to no backend of this process.');
  return data;
}

/** TF.js makes tensors of any object that a kernel calls a data id: most of this backend leaves those alone. */
function findData(dataId: object): TensorData | undefined {
  return dataId instanceof TensorData ? dataId : moved.get(dataId);
}

export class TensorflowBackend extends KernelBackend {
  override numDataIds(): number {
    return numLiveData();
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    const data = makeData(values, shape, dtype);
    if (moreDtypesInUse()) data.plainIn = coreScope();
    return data;
  }

  override move(dataId: object, values: BackendValues, shape: number[], dtype: DataType, refCount: number): void {
    const data = makeData(values, shape, dtype);
    data.refCount = refCount;
    moved.set(dataId, data);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- TF.js asks for a promise; the values are there.
  override async read(dataId: object): Promise<BackendValues> {
    return this.readSync(dataId);
  }

  override readSync(dataId: object): BackendValues {
    return dataOf(dataId).read() as BackendValues;
  }

  override incRef(dataId: object): void {
    const data = findData(dataId);
    if (data !== undefined) data.refCount += 1;
  }

  /** Called by TF.js, and not declared in its types. */
  decRef(dataId: object): void {
    const data = findData(dataId);
    if (data !== undefined) data.refCount -= 1;
  }

  override refCount(dataId: object): number {
    return findData(dataId)?.refCount ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const data = findData(dataId);
    if (data === undefined) return true;
    data.refCount -= 1;
    if (!force && data.refCount > 0) return false;
    data.dispose();
    return true;
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: true, reasons: ['TensorFlow allocates memory of its own while operations run.'] };
  }

  override async time(run: () => unknown): Promise<{ kernelMs: number }> {
    const start = performance.now();
    await run();
    return { kernelMs: performance.now() - start };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    // The context lives as long as the process: TensorFlow cannot give all of it back.
  }
}

function makeData(values: BackendValues, shape: readonly number[], dtype: DataType): TensorData {
  const name = dtype as DTypeName;
  const array = toTyped(values, name);
  return executor() instanceof TracingGraph
    ? new TensorData({ values: array, shape, dtype: name })
    : new TensorData(placed(toEagerTensor(array, shape, name)));
}

/** The values in the array type whose bytes are the tensor's. */
function toTyped(values: BackendValues, dtype: DTypeName): HostArray {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
    case 'int32':
      return values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>);
    case 'bool':
      return values instanceof Uint8Array ? values : Uint8Array.from(values as ArrayLike<number>);
    default:
      return Array.from(values as ArrayLike<Uint8Array | string | undefined>, toText);
  }
}

/** TF.js's buffers have holes where no text was set, and are encoded only if the first text was: a hole is no text. */
function toText(text: Uint8Array | string | undefined): Uint8Array {
  return text instanceof Uint8Array ? text : util.encodeString(text ?? '');
}
