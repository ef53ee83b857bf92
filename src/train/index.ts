/** Training: models with `compile` and `fit`, and optimizers. */
export { registerCallbackConstructor, type FitHistory } from './loop/callbackList.ts';
export type { EvaluateArgs, FitArgs, PredictArgs } from './loop/fitOptions.ts';
export { loadLayersModel } from './keras/loadLayersModel.ts';
export * as mixedPrecision from './mixedPrecision/index.ts';
export { Model, model } from './models/model.ts';
export { Sequential, sequential } from './models/sequential.ts';
export type { SavedModelOptions } from './savedModel/exportSavedModel.ts';
export * from './optimizers/index.ts';
