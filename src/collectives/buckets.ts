/** Groups values into buckets: few messages of a good size instead of many small ones. */
import type { DTypeName } from '../tensor/index.ts';

/** What decides the bucket of a value. */
export interface Sized {
  readonly dtype: DTypeName;
  readonly sizeBytes: number;
}

/**
 * Groups `items`, in their order, into buckets of one dtype and at most `maxBytes`; a larger item gets a bucket of its
 * own. As in PyTorch's DistributedDataParallel (Li et al., "PyTorch Distributed", VLDB 2020), items come in the order
 * in which they become ready, so that a bucket travels while the next is being computed.
 */
export function toBuckets<T extends Sized>(items: readonly T[], maxBytes: number): T[][] {
  const buckets: T[][] = [];
  const open = new Map<DTypeName, { bucket: T[]; sizeBytes: number }>();
  for (const item of items) {
    const current = open.get(item.dtype);
    if (current !== undefined && current.sizeBytes + item.sizeBytes <= maxBytes) {
      current.bucket.push(item);
      current.sizeBytes += item.sizeBytes;
      continue;
    }
    const bucket = [item];
    buckets.push(bucket);
    open.set(item.dtype, { bucket, sizeBytes: item.sizeBytes });
  }
  return buckets;
}
