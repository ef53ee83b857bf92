/** `tf.train`: the functions that make optimizers, under TF.js's names. */
export { adadelta, adagrad, adam, adamax, adamw, momentum, rmsprop, sgd } from './optimizers/index.ts';
