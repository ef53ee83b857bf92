"""The networks of `cases/networks/` in Keras; the transformer with TensorFlow's operations and Keras's layers.

Each gives its trainable variables, a loss, and batches.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from hashed import hashed, hashed_classes, hashed_text, hashed_kernel


class LayersNetwork:
    def __init__(self, model, batch_size):
        self.model, self.batch_size = model, batch_size
        kernels = [variable for variable in model.variables if variable.ndim > 1]
        for place, kernel in enumerate(kernels):
            kernel.assign(hashed_kernel(place, *kernel.shape))
        self.trainable_variables = model.trainable_variables

    def make_batch(self, index):
        shape = (self.batch_size, *self.model.input_shape[1:])
        labels = tf.one_hot(hashed_classes(index, self.batch_size), 10)
        return tf.constant(hashed(100 + index, *shape)), labels

    def loss(self, inputs, labels):
        logits = self.model(inputs, training=True)
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, logits))


def mlp():
    hidden = [layers.Dense(512, activation="relu") for _ in range(2)]
    return LayersNetwork(keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10)]), 128)


def cnn():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    return LayersNetwork(model, 64)


def resnet20():
    def convolve(x, filters, kernel_size, strides):
        return layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=False)(x)

    def residual(x, filters, strides):
        inner = layers.ReLU()(layers.BatchNormalization()(convolve(x, filters, 3, strides)))
        outer = layers.BatchNormalization()(convolve(inner, filters, 3, 1))
        shortcut = x if strides == 1 else layers.BatchNormalization()(convolve(x, filters, 1, strides))
        return layers.ReLU()(layers.Add()([outer, shortcut]))

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(layers.BatchNormalization()(convolve(inputs, 16, 3, 1)))
    for filters in (16, 32, 64):
        for block in range(3):
            x = residual(x, filters, 2 if block == 0 and filters > 16 else 1)
    return LayersNetwork(keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x))), 64)


def lstm():
    return LayersNetwork(keras.Sequential([keras.Input((50, 64)), layers.LSTM(128), layers.Dense(10)]), 64)


class Transformer:
    VOCABULARY, WIDTH, NUM_HEADS, HIDDEN_WIDTH, NUM_POSITIONS, NUM_BLOCKS, BATCH_SIZE = 256, 128, 4, 512, 64, 4, 32
    HEAD_WIDTH = WIDTH // NUM_HEADS
    EPSILON = 1e-5

    def __init__(self):
        self.trainable_variables, self.num_kernels = [], 0
        self.embedding = self.kernel(self.VOCABULARY, self.WIDTH)
        self.positions = self.kernel(self.NUM_POSITIONS, self.WIDTH)
        self.blocks = [self.block() for _ in range(self.NUM_BLOCKS)]
        self.last_norm = self.normalization()
        self.head = self.dense(self.WIDTH, self.VOCABULARY)

    def add(self, value):
        self.trainable_variables.append(tf.Variable(value))
        return self.trainable_variables[-1]

    def kernel(self, *shape):
        self.num_kernels += 1
        return self.add(hashed_kernel(self.num_kernels - 1, *shape))

    def dense(self, inputs, outputs):
        kernel, bias = self.kernel(inputs, outputs), self.add(tf.zeros([outputs]))
        return lambda x: tf.matmul(tf.reshape(x, [-1, inputs]), kernel) + bias

    def normalization(self):
        layer = layers.LayerNormalization(epsilon=self.EPSILON)
        layer.build((None, self.WIDTH))
        self.trainable_variables += [variable.value for variable in layer.trainable_variables]
        return layer

    def attention(self):
        project, join = self.dense(self.WIDTH, 3 * self.WIDTH), self.dense(self.WIDTH, self.WIDTH)
        ones = np.ones([self.NUM_POSITIONS, self.NUM_POSITIONS], np.float32)
        mask = tf.constant((1 - np.tril(ones)) * np.float32(-1e9))

        def apply(x):
            shape = [self.BATCH_SIZE, self.NUM_POSITIONS, 3, self.NUM_HEADS, self.HEAD_WIDTH]
            query, key, value = tf.unstack(tf.transpose(tf.reshape(project(x), shape), [2, 0, 3, 1, 4]))
            scores = tf.matmul(query, key, transpose_b=True) * self.HEAD_WIDTH**-0.5
            heads = tf.matmul(tf.nn.softmax(scores + mask), value)
            return join(tf.transpose(heads, [0, 2, 1, 3]))

        return apply

    def block(self):
        first_norm, attend, second_norm = self.normalization(), self.attention(), self.normalization()
        widen, narrow = self.dense(self.WIDTH, self.HIDDEN_WIDTH), self.dense(self.HIDDEN_WIDTH, self.WIDTH)

        def apply(x):
            attended = x + attend(first_norm(x))
            return attended + narrow(tf.nn.relu(widen(second_norm(attended))))

        return apply

    def make_batch(self, index):
        text = hashed_text(index, self.BATCH_SIZE, self.NUM_POSITIONS + 1, self.VOCABULARY)
        return tf.constant(text[:, :-1]), tf.constant(text[:, 1:])

    def loss(self, inputs, labels):
        x = tf.gather(self.embedding, tf.reshape(inputs, [-1])) + tf.tile(self.positions, [self.BATCH_SIZE, 1])
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.last_norm(x))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(labels, [-1]), logits)
        return tf.reduce_mean(losses)


NETWORKS = {"mlp": mlp, "cnn": cnn, "resnet20": resnet20, "lstm": lstm, "transformer": Transformer}
