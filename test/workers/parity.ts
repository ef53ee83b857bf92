/** Trains a small network on made-up images, and prints every loss and what the weights came to. */
import * as tf from '../../src/index.ts';

const strategy = new tf.distribute.MultiWorkerMirroredStrategy({ bucketBytes: 10_000 });
// Each worker starts from weights of its own: the chief's must reach all of them.
tf.setRandomSeed(strategy.isChief ? 5 : 1000 + strategy.rank);
const model = strategy.scope(() => {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [12, 12, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 16, activation: 'relu', kernelRegularizer: tf.regularizers.l2({ l2: 0.001 }) }),
      tf.layers.dense({ units: 4 }),
    ],
  });
  const loss = (labels: tf.Tensor, logits: tf.Tensor) => tf.losses.softmaxCrossEntropy(labels, logits);
  network.compile({ optimizer: tf.train.adam(0.01), loss, metrics: ['accuracy'] });
  return network;
});

// 100 images in batches of 24: the last batch of an epoch has 4, less than a share for each of some numbers of workers.
const numImages = 100;
// Class c shows waves of frequency c + 1.
const pixels = Float32Array.from({ length: numImages * 144 }, (_, index) => {
  const image = Math.floor(index / 144);
  return Math.sin(0.2 * (1 + (image % 4)) * (index % 144) + image);
});
const x = tf.tensor4d(pixels, [numImages, 12, 12, 1]);
const y = tf.oneHot(
  Array.from({ length: numImages }, (_, image) => image % 4),
  4,
);

const losses: number[] = [];
const history = await model.fit(x, y, {
  batchSize: 24,
  epochs: 4,
  seed: 3,
  verbose: 0,
  validationData: [x, y],
  callbacks: { onBatchEnd: (_batch, logs) => void losses.push(logs?.['loss'] ?? Number.NaN) },
});
const weights = model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
const { rank, transport } = strategy;
console.log(`RESULT ${JSON.stringify({ rank, transport, losses, weights, history: history.history })}`);
