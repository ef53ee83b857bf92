/** What can be wrong with a model in a `.keras` file. */
import { UserError } from '../../base/errors.ts';

/** The file is not there, or is not what Keras 3 writes. */
export function unreadable(path: string, received: string, cause?: unknown): UserError {
  return new UserError({
    code: 'TFD_KERAS_FILE',
    rule: 'A model of Keras is one file, as model.save("name.keras") of Keras 3 writes it, complete and unchanged.',
    received: `${path}: ${received}`,
    remedy: 'Check the path, copy the file again, or save the model again with Keras 3.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** @param layer - Its name and class. */
export function unknownLayer(layer: string): UserError {
  return new UserError({
    code: 'TFD_KERAS_LAYER',
    rule: 'A model of Keras is loaded where each of its layers exists here with the same results.',
    received: layer,
    remedy:
      'Replace that layer in Python; or write a class of the same name in TypeScript, with tf.serialization.registerClass().',
  });
}

export function unknownOption(layer: string, option: string, value: unknown): UserError {
  return new UserError({
    code: 'TFD_KERAS_OPTION',
    rule: 'A layer of Keras is loaded where all of its options exist here with the same results.',
    received: `${layer} with ${option} = ${JSON.stringify(value)}`,
    remedy: 'Build that layer in Python without the option, and save the model again.',
  });
}

export function wrongWeights(layer: string, received: string, cause?: unknown): UserError {
  return new UserError({
    code: 'TFD_KERAS_WEIGHTS',
    rule: 'The weights in a .keras file have the number, shapes and dtype that its layers state.',
    received: `${layer}: ${received}`,
    remedy: 'Save the model again, after it has been built and with weights of float32.',
    ...(cause === undefined ? {} : { cause }),
  });
}
