/** Loads a model that Keras 3 has saved as a `.keras` file. */
import { ZodError } from 'zod';
import { Model } from '../models/model.ts';
import { Sequential } from '../models/sequential.ts';
import { isPolicyName } from '../mixedPrecision/policy.ts';
import { withArchive, type KerasObject } from './archive.ts';
import { convertLayer } from './convert.ts';
import { policyOf } from './convertOptions.ts';
import { isModel, labelOf } from './description.ts';
import { unknownLayer, unreadable } from './errors.ts';
import './gru.ts';
import { setWeights } from './weights.ts';
import { withWeightsFile } from './weightsFile.ts';

/**
 * The model, with Python's weights and predictions. It is not compiled: call `compile` to train it further.
 *
 * @param path - Of the file.
 * @throws UserError `TFD_KERAS_FILE` for a file that cannot be read, `TFD_KERAS_LAYER` and `TFD_KERAS_OPTION` for what
 *   has no equal here, `TFD_KERAS_WEIGHTS` for weights that do not fit.
 */
export async function loadKerasModel(path: string): Promise<Model | Sequential> {
  return withArchive(path, async ({ model: description, weightsFile }) => {
    const model = build(path, description);
    const policy = policyOf(description.config['dtype']);
    model.dtypePolicy = isPolicyName(policy) ? policy : 'float32';
    try {
      await withWeightsFile(weightsFile, (file) => {
        setWeights(model, description, file);
      });
      return model;
    } catch (error) {
      model.dispose();
      throw error;
    }
  });
}

function build(path: string, description: KerasObject): Model | Sequential {
  if (!isModel(description)) throw unknownLayer(`a model of the class ${labelOf(description)}`);
  try {
    const { className, config } = convertLayer(description);
    // The weights come from the file: initializers such as `orthogonal` would take long.
    const noInitializers = true;
    return className === 'Sequential'
      ? Sequential.fromConfig<Sequential>(Sequential, config, {}, noInitializers)
      : Model.fromConfig<Model>(Model, config, {}, noInitializers);
  } catch (error) {
    if (error instanceof ZodError) throw unreadable(path, `config.json of another form: ${error.message}`, error);
    throw error;
  }
}
