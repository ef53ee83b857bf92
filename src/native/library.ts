/** Loads TensorFlow's C library once, on first use, and binds its functions. */
import koffi, { type LibraryHandle } from 'koffi';
import type { BoundTable } from './bindings/declare.ts';
import { core } from './bindings/core.ts';
import { eager } from './bindings/eager.ts';
import { graph } from './bindings/graph.ts';
import { leaveWithoutDestructors } from './exit.ts';
import { loadForGood, loadForGoodAhead } from './loadForGood.ts';
import { releaseLoaderPages } from './releaseLoaderPages.ts';
import { silenceNative } from './silenceNative.ts';
import { runtimeUnavailable } from './runtime/fetchErrors.ts';
import { assertSupportedVersion, findRuntime, type Runtime } from './runtime/index.ts';

const declarations = { ...core, ...eager, ...graph };

/** TensorFlow's C API: every declared function, by its C name. */
export type Library = BoundTable<typeof declarations>;

let loaded: Library | undefined;
let runtime: Runtime | undefined;
let isConfigured = false;

/**
 * The loaded library. The first call loads it, which takes a quarter of a second or more.
 *
 * @throws EnvironmentError `TFD_RUNTIME_UNAVAILABLE` where no library is on this machine;
 *   UserError `TFD_LIBRARY_VERSION` where the library's version is not supported.
 */
export function library(): Library {
  return (loaded ??= load());
}

/**
 * Starts to load the library on another thread, so that the first operation finds it loaded. Does nothing where there
 * is none yet. What goes wrong is left to the first operation to report.
 *
 * @returns Resolves when that thread is done.
 */
export async function loadAhead(): Promise<void> {
  try {
    runtime = findRuntime();
  } catch {
    return; // `ensureRuntime` gives the error.
  }
  if (loaded !== undefined || runtime === undefined) return;
  const { frameworkLibrary, ccLibrary } = runtime;
  const endSilence = prepare();
  // A process that leaves meanwhile waits for the other thread: the loader lets in one at a time.
  const finish = (): void => {
    loadBoth(frameworkLibrary, ccLibrary);
    endSilence();
  };
  process.prependOnceListener('exit', finish);
  await loadForGoodAhead([frameworkLibrary, ccLibrary]);
  process.off('exit', finish);
  endSilence();
}

function load(): Library {
  runtime ??= findRuntime();
  if (runtime === undefined) throw runtimeUnavailable(['the places where a library may lie on this machine']);
  const endSilence = prepare();
  let handle: LibraryHandle;
  try {
    handle = loadBoth(runtime.frameworkLibrary, runtime.ccLibrary);
  } finally {
    endSilence();
  }
  declareTypes();
  const bound = Object.fromEntries(
    Object.entries(declarations).map(([name, signature]) => [name, handle.func(signature)]),
  ) as unknown as Library;
  assertSupportedVersion(bound.TF_Version());
  releaseLoaderPages([runtime.frameworkLibrary, runtime.ccLibrary]);
  return bound;
}

/** Sets what must be set before the library is loaded. The result ends the silence of the loading. */
function prepare(): () => void {
  const isQuiet = silenceByDefault();
  configure();
  leaveWithoutDestructors();
  return isQuiet ? silenceNative() : () => undefined;
}

/** TensorFlow's graph optimizer recurses deeply, and koffi runs native code on stacks of its own. */
function configure(): void {
  if (isConfigured) return;
  isConfigured = true;
  const stackBytes = 16 << 20;
  koffi.config({ ...koffi.config(), sync_stack_size: stackBytes, async_stack_size: stackBytes });
}

function loadBoth(frameworkLibrary: string, ccLibrary: string): LibraryHandle {
  loadForGood(frameworkLibrary, { global: true });
  return loadForGood(ccLibrary, { global: true });
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
    'TFE_CancellationManager',
  ]) {
    koffi.opaque(name);
  }
  koffi.struct('TF_Output', { oper: 'TF_Operation *', index: 'int' });
  koffi.struct('TF_Input', { oper: 'TF_Operation *', index: 'int' });
}
