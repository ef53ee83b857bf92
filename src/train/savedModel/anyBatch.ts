/**
 * Makes functions for batches of any size out of two traces, for two sizes.
 *
 * Where a constant of one trace differs in the other, the function computes it from the size of its first input.
 * Functions inside it, the parts of conditions and loops, get the number of samples as a further input.
 */
import { create, equals } from '@bufbuild/protobuf';
import type { FunctionDef, NodeDef } from '../../native/protos/index.ts';
import { DataType, NodeDefSchema, OpDef_ArgDefSchema } from '../../native/protos/index.ts';
import { computed } from './batchConstants.ts';
import { fixedBatch } from './errors.ts';
import { ints, type, type Node } from './nodes.ts';

/** A function that was traced for batches of `batchSize` samples, and all functions that it calls. */
export interface Trace {
  readonly batchSize: number;
  readonly functions: readonly [FunctionDef, ...FunctionDef[]];
}

const numSamples = 'num_samples';

/**
 * @returns The definitions of the first trace, changed in place.
 * @throws UserError `TFD_SAVED_MODEL_BATCH` where the traces differ in anything but constants that hold the batch size.
 */
export function anyBatch(first: Trace, second: Trace): [FunctionDef, ...FunctionDef[]] {
  const [main, ...called] = first.functions;
  if (called.length + 1 !== second.functions.length) throw fixedBatch('a function with other branches for each size');
  rename(second.functions, new Map(second.functions.map((fn, index) => [nameOf(fn), nameOf(first.functions[index])])));
  const sizes = [first.batchSize, second.batchSize] as const;
  const direct = first.functions.filter((fn, index) =>
    merge(fn, second.functions[index] as FunctionDef, sizes, fn === main),
  );
  const counting = closure(first.functions, new Set(direct.map(nameOf)));
  for (const fn of first.functions) {
    for (const node of fn.nodeDef) if (calledBy(node).some((name) => counting.has(name))) passOn(node, fn === main);
    if (fn !== main && counting.has(nameOf(fn))) take(fn, isBody(nameOf(fn), first.functions));
  }
  const [input] = main.signature?.inputArg ?? [];
  if (input !== undefined && counting.has(nameOf(main))) {
    main.nodeDef.unshift(...samplesOf(input).map((node) => create(NodeDefSchema, node)));
  }
  return [main, ...called];
}

/** Gives functions the names of others, also where they are called. */
function rename(functions: readonly FunctionDef[], names: ReadonlyMap<string, string>): void {
  for (const { signature, nodeDef } of functions) {
    if (signature !== undefined) signature.name = names.get(signature.name) ?? signature.name;
    for (const { attr } of nodeDef) {
      for (const { value } of Object.values(attr)) {
        if (value.case === 'func') value.value.name = names.get(value.value.name) ?? value.value.name;
      }
    }
  }
}

/** Makes one function of two. @returns Whether it holds something that depends on the number of samples. */
function merge(fn: FunctionDef, other: FunctionDef, sizes: readonly [number, number], isMain: boolean): boolean {
  if (fn.nodeDef.length !== other.nodeDef.length) throw fixedBatch('a function with other operations for each size');
  const before = fn.nodeDef.length;
  fn.nodeDef = fn.nodeDef.flatMap((node, index) => {
    const twin = other.nodeDef[index] as NodeDef;
    if (equals(NodeDefSchema, node, twin)) return [node];
    return computed(node, twin, { sizes, numSamples: samples(isMain) }).map((each) => create(NodeDefSchema, each));
  });
  // Notes of shapes, which hold for one size only.
  fn.argAttr = {};
  return fn.nodeDef.length > before;
}

/** The functions that need the number of samples: those of `direct`, those that call one, and their other branches. */
function closure(functions: readonly FunctionDef[], direct: ReadonlySet<string>): Set<string> {
  const found = new Set(direct);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const fn of functions) {
      for (const called of fn.nodeDef.map(calledBy).filter((names) => names.some((name) => found.has(name)))) {
        for (const name of [nameOf(fn), ...called]) found.add(name);
      }
    }
  }
  return found;
}

/** Gives a condition or a loop the number of samples as its last input. */
function passOn({ input, attr }: NodeDef, isMain: boolean): void {
  const firstControl = input.findIndex((name) => name.startsWith('^'));
  input.splice(firstControl < 0 ? input.length : firstControl, 0, samples(isMain));
  const types = (attr['Tin'] ?? attr['T'])?.value;
  if (types?.case === 'list') types.value.type.push(DataType.DT_INT32);
}

/** Adds the number of samples as the last input, and for the body of a loop as the last output. */
function take({ signature, ret }: FunctionDef, gives: boolean): void {
  signature?.inputArg.push(create(OpDef_ArgDefSchema, { name: numSamples, type: DataType.DT_INT32 }));
  if (!gives) return;
  const result = `${numSamples}_result`;
  signature?.outputArg.push(create(OpDef_ArgDefSchema, { name: result, type: DataType.DT_INT32 }));
  ret[result] = numSamples;
}

function isBody(name: string, functions: readonly FunctionDef[]): boolean {
  return functions.some(({ nodeDef }) =>
    nodeDef.some(({ attr }) => attr['body']?.value.case === 'func' && attr['body'].value.value.name === name),
  );
}

function calledBy({ attr }: NodeDef): string[] {
  return Object.values(attr).flatMap(({ value }) => (value.case === 'func' ? [value.value.name] : []));
}

function nameOf(fn: FunctionDef | undefined): string {
  return fn?.signature?.name ?? '';
}

/** The number of samples, as operations of a function take it: an output in the outermost, an input inside of it. */
function samples(isMain: boolean): string {
  return isMain ? `${numSamples}:output:0` : numSamples;
}

/** The size of the first dimension of the input, as the scalar `num_samples`. */
function samplesOf({ name, type: dtype }: { readonly name: string; readonly type: DataType }): Node[] {
  const int32 = type(DataType.DT_INT32);
  return [
    { name: `${numSamples}/shape`, op: 'Shape', input: [name], attr: { T: type(dtype), out_type: int32 } },
    ints(`${numSamples}/begin`, [0], [1]),
    ints(`${numSamples}/end`, [1], [1]),
    {
      name: numSamples,
      op: 'StridedSlice',
      input: ['shape', 'begin', 'end', 'end'].map((part) => `${numSamples}/${part}:output:0`),
      attr: { T: int32, Index: int32, shrink_axis_mask: { value: { case: 'i', value: 1n } } },
    },
  ];
}
