/**
 * A language model of bytes: 4 transformer blocks (normalization first), 128 wide, 4 heads, 64 positions, batch 32.
 * Written with operations and layers, as its peers are. (Vaswani et al., "Attention Is All You Need", 2017.)
 */
import * as tf from 'tfjs-distribute';
import { hashed, hashedKernel } from './hashed.ts';
import type { Network } from './network.ts';

const vocabulary = 256;
const width = 128;
const numHeads = 4;
const hiddenWidth = 512;
const numPositions = 64;
const numBlocks = 4;
const batchSize = 32;
const epsilon = 1e-5;

const headWidth = width / numHeads;

type Unary = (x: tf.Tensor) => tf.Tensor;

export function transformer(): Network {
  let numParameters = 0;
  let numKernels = 0;
  const add = (value: tf.Tensor): tf.Variable => {
    numParameters += value.size;
    return tf.variable(value);
  };
  const addKernel = (...shape: number[]): tf.Variable => add(hashedKernel(numKernels++, shape));

  function dense(inputs: number, outputs: number): Unary {
    const kernel = addKernel(inputs, outputs);
    const bias = add(tf.zeros([outputs]));
    return (x) => tf.matMul(x.reshape([-1, inputs]), kernel as tf.Tensor2D).add(bias);
  }

  function normalization(): Unary {
    const layer = tf.layers.layerNormalization({ epsilon });
    layer.build([null, width]);
    numParameters += layer.countParams();
    return (x) => layer.apply(x) as tf.Tensor;
  }

  function attention(): Unary {
    const project = dense(width, 3 * width);
    const join = dense(width, width);
    // Adds minus infinity, nearly, where a position would look ahead.
    const mask = tf.sub(1, tf.linalg.bandPart(tf.ones([numPositions, numPositions]), -1, 0)).mul(-1e9);
    return (x) => {
      const parts = project(x).reshape([batchSize, numPositions, 3, numHeads, headWidth]).transpose([2, 0, 3, 1, 4]);
      const [query, key, value] = parts.unstack() as [tf.Tensor, tf.Tensor, tf.Tensor];
      const scores = tf.matMul(query, key, false, true).mul(1 / Math.sqrt(headWidth));
      const heads = tf.matMul(tf.softmax(scores.add(mask)), value);
      return join(heads.transpose([0, 2, 1, 3]));
    };
  }

  function block(): Unary {
    const [firstNorm, attend, secondNorm] = [normalization(), attention(), normalization()];
    const [widen, narrow] = [dense(width, hiddenWidth), dense(hiddenWidth, width)];
    return (x) => {
      const attended = x.add(attend(firstNorm(x)));
      return attended.add(narrow(tf.relu(widen(secondNorm(attended)))));
    };
  }

  const embedding = addKernel(vocabulary, width);
  const positions = addKernel(numPositions, width);
  const blocks = Array.from({ length: numBlocks }, block);
  const lastNorm = normalization();
  const head = dense(width, vocabulary);
  // A residual stream keeps two dimensions: a row for each position of each sample.
  const tiled = (): tf.Tensor => tf.tile(positions as tf.Tensor2D, [batchSize, 1]);

  return {
    numParameters,
    batchSize,
    makeBatch(index) {
      const bytes = Int32Array.from(hashed(100 + index, batchSize * (numPositions + 1)), (value) => value * vocabulary);
      const text = tf.tensor2d(bytes, [batchSize, numPositions + 1], 'int32');
      return [text.slice([0, 0], [-1, numPositions]), text.slice([0, 1], [-1, numPositions])];
    },
    lossOf(inputs, labels) {
      const start: tf.Tensor = tf.gather(embedding, inputs.flatten().toInt()).add(tiled());
      const logits = head(lastNorm(blocks.reduce((x, apply) => apply(x), start)));
      return tf.losses.softmaxCrossEntropy(tf.oneHot(labels.flatten().toInt(), vocabulary), logits);
    },
  };
}
