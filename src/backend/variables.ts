/** Teaches TF.js's variables to live in TensorFlow once compiled code uses them, and to be assigned there. */
import { engine, Variable, type Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import { eagerExecutor, executor, withExecutor } from '../tensor/index.ts';
import { dataOf } from './backend.ts';
import { asCore } from './dtypes/coreScope.ts';
import { disguise, withDtype } from './dtypes/disguise.ts';
import { isMore } from './dtypes/moreDtypes.ts';
import { scoped, toValue } from './kernel.ts';
import { resourceOf, settle } from './resources.ts';

/** Runs `fn` now even while a function is traced: for variables that an optimizer or a layer makes on first use. */
export function initScope<T>(fn: () => T): T {
  return withExecutor(eagerExecutor(), fn);
}

const listeners = new Set<(variable: Variable) => void>();

/** Calls `listener` with every variable made from now on; the result ends that. */
export function onVariableMade(listener: (variable: Variable) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Called once, when the backend is registered. */
export function installVariables(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const assignTensor = Variable.prototype.assign;
  Variable.prototype.assign = function assign(this: Variable, newValue: Tensor): void {
    const isResource = dataOf(this.dataId).variable !== undefined;
    if (!isResource && executor() === eagerExecutor()) {
      assignTensor.call(this, isResourceTensor(newValue) ? newValue.clone() : newValue);
      return;
    }
    checkSame(this, newValue);
    scoped(() => {
      resourceOf(this).assign(toValue(newValue));
    });
  };

  const tracker = engine();
  const makeVariable = tracker.makeVariable.bind(tracker);
  tracker.makeVariable = (initialValue, trainable, name, dtype): Variable => {
    if (executor() !== eagerExecutor()) throw variableWhileTracing();
    const value = dtype == null ? initialValue : withDtype(initialValue, dtype);
    const own = isResourceTensor(value) ? value.clone() : value;
    const type = dataOf(own.dataId).dtype;
    const variable = isMore(type)
      ? disguise(
          asCore('variable', () => makeVariable(own, trainable, name)),
          type,
        )
      : makeVariable(own, trainable, name);
    settle(variable);
    for (const listener of listeners) listener(variable);
    return variable;
  };
}

function isResourceTensor(tensor: Tensor): boolean {
  return dataOf(tensor.dataId).variable !== undefined;
}

function checkSame(variable: Variable, value: Tensor): void {
  if (value.dtype === variable.dtype && value.shape.join() === variable.shape.join()) return;
  throw new UserError({
    code: 'TFD_VARIABLE_MISMATCH',
    rule: `Variable ${variable.name} takes values of dtype ${variable.dtype} and shape [${variable.shape.join(', ')}].`,
    received: `dtype ${value.dtype} and shape [${value.shape.join(', ')}]`,
    remedy: 'Cast or reshape the value before it is assigned.',
  });
}

function variableWhileTracing(): UserError {
  return new UserError({
    code: 'TFD_TRACE_VARIABLE',
    rule: 'A function that tf.function() compiles cannot make variables: each call would make them anew.',
    received: `tf.variable() at ${userFrame() ?? 'an unknown line'}`,
    remedy: 'Make the variable before the function is called, and use it inside.',
  });
}
