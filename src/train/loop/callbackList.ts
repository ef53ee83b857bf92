/** The callbacks of a `fit`: those of the caller, those registered for all fits, and the history. */
import {
  CallbackList,
  CustomCallback,
  History,
  registerCallbackConstructor as registerInLayers,
  type Callback,
  type CustomCallbackArgs,
  type LayersModel,
  type ModelFitArgs,
} from '@tensorflow/tfjs-layers';

type CallbackConstructor = Parameters<typeof registerInLayers>[1];
type BaseCallback = InstanceType<CallbackConstructor>;
type Params = Parameters<CallbackList['setParams']>[0];

const registered: { verbosity: number; make: CallbackConstructor }[] = [];

/** As TF.js's: each `fit` of at least the given verbosity gets a callback that `make` constructs. */
export function registerCallbackConstructor(verbosity: number, make: CallbackConstructor): void {
  registerInLayers(verbosity, make);
  registered.push({ verbosity, make });
}

/** What `fit` gives: TF.js's history, and how fast it went. */
export class FitHistory extends History {
  /** Over all replicas, in training steps alone: without compiling, validation and callbacks. */
  samplesPerSecond = 0;
}

/** The callbacks of one `fit`, and the history that is the last of them. */
export function makeCallbacks(
  model: LayersModel,
  { callbacks = [], yieldEvery = 'auto' }: Pick<ModelFitArgs, 'callbacks' | 'yieldEvery'>,
  params: Params,
): { list: CallbackList; history: FitHistory } {
  const own: (BaseCallback | CustomCallbackArgs)[] = Array.isArray(callbacks) ? callbacks : [callbacks];
  const verbosity = Number(params['verbose']);
  const history = new FitHistory();
  const list = new CallbackList([
    ...registered.filter((each) => verbosity >= each.verbosity).map(({ make }) => new make()),
    ...own.map((each) => (isCallback(each) ? each : new CustomCallback(each, yieldEvery))),
    history,
  ]);
  list.setParams(params);
  list.setModel(model);
  return { list, history };
}

function isCallback(value: BaseCallback | CustomCallbackArgs): value is Callback {
  return 'setModel' in value;
}
