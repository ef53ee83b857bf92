/** Loads TensorFlow's C library once, on first use, and binds its functions. */
import koffi, { type LibraryHandle } from 'koffi';
import type { BoundTable } from './bindings/declare.ts';
import { core } from './bindings/core.ts';
import { eager } from './bindings/eager.ts';
import { graph } from './bindings/graph.ts';
import { leaveWithoutDestructors } from './exit.ts';
import { loadForGood } from './loadForGood.ts';
import { quietly } from './quietly.ts';
import { runtimeUnavailable } from './runtime/fetchErrors.ts';
import { assertSupportedVersion, findRuntime } from './runtime/index.ts';

const declarations = { ...core, ...eager, ...graph };

/** TensorFlow's C API: every declared function, by its C name. */
export type Library = BoundTable<typeof declarations>;

let loaded: Library | undefined;

/**
 * The loaded library. The first call loads it, which takes about a second.
 *
 * @throws EnvironmentError `TFD_RUNTIME_UNAVAILABLE` where no library is on this machine;
 *   UserError `TFD_LIBRARY_VERSION` where the library's version is not supported.
 */
export function library(): Library {
  return (loaded ??= load());
}

function load(): Library {
  const runtime = findRuntime();
  if (runtime === undefined) throw runtimeUnavailable(['the places where a library may lie on this machine']);
  const isQuiet = silenceByDefault();
  // TensorFlow's graph optimizer recurses deeply, and koffi runs native code on stacks of its own.
  const stackBytes = 16 << 20;
  koffi.config({ ...koffi.config(), sync_stack_size: stackBytes, async_stack_size: stackBytes });
  declareTypes();
  const loadBoth = (): LibraryHandle => {
    loadForGood(runtime.frameworkLibrary, { global: true });
    return loadForGood(runtime.ccLibrary, { global: true });
  };
  const handle = isQuiet ? quietly(loadBoth) : loadBoth();
  const bound = Object.fromEntries(
    Object.entries(declarations).map(([name, signature]) => [name, handle.func(signature)]),
  ) as unknown as Library;
  assertSupportedVersion(bound.TF_Version());
  leaveWithoutDestructors();
  return bound;
}

/**
 * Where the user has not set `TF_CPP_MIN_LOG_LEVEL`, lets TensorFlow report errors only. The second variable tells
 * processes started by this one that the first is not the user's.
 */
function silenceByDefault(): boolean {
  if (process.env['TF_CPP_MIN_LOG_LEVEL'] === undefined) {
    process.env['TF_CPP_MIN_LOG_LEVEL'] = '2';
    process.env['TFJS_DISTRIBUTE_QUIET'] = '1';
  }
  return process.env['TFJS_DISTRIBUTE_QUIET'] === '1';
}

function declareTypes(): void {
  for (const name of [
    'TF_Status',
    'TF_Buffer',
    'TF_Tensor',
    'TF_TString',
    'TF_DeviceList',
    'TF_Graph',
    'TF_Operation',
    'TF_OperationDescription',
    'TF_Function',
    'TF_FunctionOptions',
    'TFE_Context',
    'TFE_ContextOptions',
    'TFE_TensorHandle',
    'TFE_Op',
  ]) {
    koffi.opaque(name);
  }
  koffi.struct('TF_Output', { oper: 'TF_Operation *', index: 'int' });
}
