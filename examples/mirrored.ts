/**
 * `npx tsx examples/mirrored.ts`: trains one model on four devices of one process, which here are logical devices of the
 * CPU, with `fit`, and goes on with a loop of its own. A few seconds.
 */
import * as tf from 'tfjs-distribute';

tf.config.setLogicalDevices({ cpu: 4 }); // before the first operation; leave it out where there are GPUs
tf.setRandomSeed(1);
const strategy = new tf.distribute.MirroredStrategy();
console.log(`${strategy.numReplicas} replicas: ${strategy.devices.join(', ')}`);

const optimizer = tf.train.adam(0.01);
const model = strategy.scope(() => {
  const network = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [8], units: 32, activation: 'relu' }), tf.layers.dense({ units: 1 })],
  });
  network.compile({ optimizer, loss: 'meanSquaredError' });
  return network;
});

// A batch of 256 is one step of 64 samples on each device.
const x = tf.randomNormal([4096, 8]);
const y = x.square().sum(1, true);
await model.fit(x, y, { batchSize: 256, epochs: 5, seed: 1 });

// The same by hand: each replica gets its rows, and the optimizer applies the mean of all gradients.
const step = (inputs: tf.Tensor, targets: tf.Tensor): tf.Scalar =>
  optimizer.minimize(
    () => tf.losses.meanSquaredError(targets, model.apply(inputs, { training: true }) as tf.Tensor),
    true,
  ) as tf.Scalar;
const [inputs, targets] = [strategy.split(x), strategy.split(y)];
for (let i = 0; i < 20; i++) {
  const losses = await strategy.run(step, [inputs, targets]);
  const loss = await strategy.reduce('mean', losses);
  if (i % 5 === 4) console.log(`step ${i + 1}: loss ${(await loss.data())[0]?.toFixed(4)}`);
  tf.dispose([...losses.values, loss]);
}
