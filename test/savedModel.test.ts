/** Models as SavedModels: TensorFlow's own loader serves them with the predictions that they have here. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '../src/index.ts';
import { serve, servingSignature, type HostTensor } from './support/servedModel.ts';

type Exportable = tf.Model | tf.Sequential;

/** A layer with a loop, conditions in it, and weights and sizes of the batch inside of both. */
class Controlled extends tf.layers.Layer {
  static className = 'ControlledLayerOfSavedModelTest';
  #weight: tf.LayerVariable | undefined;
  override build([, units]: tf.Shape): void {
    this.#weight = this.addWeight(
      'weight',
      [units, units] as number[],
      'float32',
      tf.initializers.glorotUniform({ seed: 2 }),
    );
    this.built = true;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat() as [tf.Tensor2D];
    const weight = this.#weight?.read() as unknown as tf.Tensor2D;
    const [, result] = tf.whileLoop<[tf.Tensor, tf.Tensor]>(
      ([i, h]) => i.less(4).logicalAnd(h.mul(tf.ones(h.shape)).sum().less(1e6)),
      ([i, h]) => [
        i.add(1),
        tf.cond(
          i.greater(1),
          () => h.matMul(weight).add(tf.ones(h.shape)),
          () => h.sub(x.matMul(weight)).tanh(),
        ),
      ],
      [tf.scalar(0), x],
    );
    return tf.cond(
      result.sum().greater(0),
      () => result,
      () => result.neg(),
    );
  }
}

const timeout = 120_000;
const tolerance = 1e-5;
const python = process.env['TFJS_DISTRIBUTE_TEST_PYTHON'];
const skip = python === undefined ? 'TFJS_DISTRIBUTE_TEST_PYTHON names no Python that has TensorFlow' : false;
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saved-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

const models: Record<string, () => Exportable> = {
  convolution: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 2], activation: 'relu', name: 'image-layer' }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  recurrent: () =>
    tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 6, maskZero: true }),
        tf.layers.lstm({ units: 3, returnSequences: true }),
        tf.layers.gru({ units: 2 }),
      ],
    }),
  'control flow': () => {
    const input = tf.input({ shape: [3] });
    const hidden = new Controlled({}).apply(tf.layers.dense({ units: 4 }).apply(input)) as tf.SymbolicTensor;
    return tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2 }).apply(hidden) as tf.SymbolicTensor });
  },
  branches: () => {
    const left = tf.input({ shape: [4], name: 'left' });
    const right = tf.input({ shape: [4], name: 'right' });
    const shared = tf.layers.dense({ units: 3, activation: 'tanh' });
    const added = tf.layers.add().apply([shared.apply(left), shared.apply(right)] as tf.SymbolicTensor[]);
    const joined = tf.layers.concatenate().apply([added as tf.SymbolicTensor, left]);
    const outputs = [tf.layers.dense({ units: 2, name: 'small' }).apply(joined), added] as tf.SymbolicTensor[];
    return tf.model({ inputs: [left, right], outputs });
  },
};

for (const [name, make] of Object.entries(models)) {
  test(`${name}: a trained model serves batches of any size with the same outputs`, { timeout }, async () => {
    const model = make();
    await train(model);
    const path = join(folder, name);
    await model.exportSavedModel(path);
    for (const batchSize of [1, 5, 53]) {
      const inputs = makeInputs(model, batchSize);
      compare(model, inputs, serve(path, hostTensors(model, inputs)));
    }
  });

  test(`${name}: Python loads it and serves the same outputs`, { timeout, skip }, async () => {
    const model = make();
    const path = join(folder, `${name}-python`);
    await model.exportSavedModel(path);
    const inputs = makeInputs(model, 3);
    const host = hostTensors(model, inputs);
    const request = Object.entries(host).map(([input, { values, shape, dtype }]) => [input, [...values], shape, dtype]);
    const script = `
import json, sys, tensorflow as tf
request = json.load(sys.stdin)
model = tf.saved_model.load(sys.argv[1])
inputs = {name: tf.reshape(tf.constant(values, dtype), shape) for name, values, shape, dtype in request}
outputs = model.signatures["serving_default"](**inputs)
print(json.dumps({name: tf.reshape(value, [-1]).numpy().tolist() for name, value in outputs.items()}))
`;
    const answer = execFileSync(python as string, ['-c', script, path], { input: JSON.stringify(request) });
    compare(model, inputs, JSON.parse(answer.toString()) as Record<string, number[]>);
  });
}

test('a SavedModel for one batch size says so, and replaces what was there', { timeout }, async () => {
  const path = join(folder, 'fixed');
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  await model.exportSavedModel(path);
  model.setWeights([tf.ones([3, 2]), tf.ones([2])]);
  await model.exportSavedModel(path, { batchSize: 4 });
  const [input] = Object.values(servingSignature(path).inputs);
  assert.deepEqual(
    input?.tensorShape?.dim.map(({ size }) => size),
    [4n, 3n],
  );
  const inputs = [tf.ones([4, 3])];
  assert.deepEqual(
    [...Object.values(serve(path, hostTensors(model, inputs)))].flatMap((v) => [...v]),
    Array(8).fill(4),
  );
});

test('nothing that was traced stays behind', { timeout }, async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  const { numTensors } = tf.memory();
  await model.exportSavedModel(join(folder, 'memory'));
  assert.equal(tf.memory().numTensors, numTensors);
});

class Custom extends tf.layers.Layer {
  static className = 'CustomLayerOfSavedModelTest';
  readonly #compute: (x: tf.Tensor) => tf.Tensor;
  constructor(compute: (x: tf.Tensor) => tf.Tensor) {
    super({});
    this.#compute = compute;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return this.#compute([inputs].flat()[0] as tf.Tensor);
  }
}

test('what cannot be saved is refused, and the message says why', { timeout }, async () => {
  const withLayer = (compute: (x: tf.Tensor) => tf.Tensor): Exportable => {
    const input = tf.input({ shape: [3] });
    return tf.model({ inputs: input, outputs: new Custom(compute).apply(input) as tf.SymbolicTensor });
  };
  const refused = (model: Exportable, path: string, code: string): Promise<void> =>
    assert.rejects(model.exportSavedModel(join(folder, path)), (error: tf.UserError) => error.code === code);
  const foreign = tf.variable(tf.scalar(2));
  await refused(
    withLayer((x) => x.mul(foreign)),
    'foreign',
    'TFD_SAVED_MODEL_TENSORS',
  );
  await refused(
    withLayer((x) => tf.stack(tf.unstack(x))),
    'unstacked',
    'TFD_SAVED_MODEL_BATCH',
  );
  await refused(
    withLayer((x) => x.div(x.size)),
    'mean',
    'TFD_SAVED_MODEL_BATCH',
  );
  const anyLength = tf.sequential({ layers: [tf.layers.simpleRNN({ units: 2, inputShape: [null, 3] as never })] });
  await refused(anyLength, 'anyLength', 'TFD_SAVED_MODEL_SHAPE');
  await writeFile(join(folder, 'file'), '');
  await refused(
    withLayer((x) => x.neg()),
    'file/inside',
    'TFD_SAVED_MODEL_WRITE',
  );
});

async function train(model: Exportable): Promise<void> {
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const x = makeInputs(model, 8);
  const y = model.outputs.map(({ shape }) => tf.ones([8, ...(shape.slice(1) as number[])]));
  await model.fit(single(x), single(y), { epochs: 2, verbose: 0 });
}

function makeInputs(model: Exportable, batchSize: number): tf.Tensor[] {
  return model.inputs.map((input, index) => {
    const shape = [batchSize, ...(input.shape.slice(1) as number[])];
    const isText = model.layers.some((layer) => layer.getClassName() === 'Embedding');
    const values = tf.randomUniform(shape, isText ? 0 : -1, isText ? 9 : 1, 'float32', index + 1);
    return isText ? values.floor() : values;
  });
}

function hostTensors(model: Exportable, inputs: readonly tf.Tensor[]): Record<string, HostTensor> {
  return Object.fromEntries(
    inputs.map((tensor, index) => {
      const values = tensor.dataSync() as Float32Array;
      return [model.inputNames[index] as string, { dtype: 'float32', shape: tensor.shape, values }];
    }),
  );
}

function compare(model: Exportable, inputs: tf.Tensor[], served: Record<string, ArrayLike<number>>): void {
  const outputs = [model.predict(inputs)].flat();
  assert.deepEqual(Object.keys(served).sort(), [...model.outputNames].sort());
  for (const [index, name] of model.outputNames.entries()) {
    const expected = (outputs[index] as tf.Tensor).dataSync();
    const found = served[name] as ArrayLike<number>;
    assert.equal(found.length, expected.length);
    const difference = Math.max(...expected.map((value, i) => Math.abs(value - (found[i] as number))));
    assert.ok(difference <= tolerance, `${name} differs by ${difference}`);
  }
}

function single<T>(values: T[]): T | T[] {
  return values.length === 1 ? (values[0] as T) : values;
}
