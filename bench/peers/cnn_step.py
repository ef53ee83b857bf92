"""Milliseconds of one compiled training step: the network, weights and data of `cases/cnn.ts`, in Keras."""

import os

import keras
import numpy as np
import tensorflow as tf

from measure import report, times_ms

NUM_THREADS = int(os.environ["TFJS_DISTRIBUTE_THREADS"])
tf.config.threading.set_intra_op_parallelism_threads(NUM_THREADS)
tf.config.threading.set_inter_op_parallelism_threads(NUM_THREADS)

BATCH_SIZE, NUM_BATCHES, LEARNING_RATE, WARM_UP_STEPS = 64, 8, 0.01, 20


def hashed(seed, size):
    index = np.arange(1, size + 1, dtype=np.uint32)
    mixed_seed = np.uint32((seed + 1) * 0x85EBCA77 % 2**32)
    value = index * np.uint32(0x9E3779B1) ^ mixed_seed
    value = (value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    value = (value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return ((value ^ (value >> np.uint32(16))) / 2**32).astype(np.float32)


def make_model():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    weights = []
    for index, weight in enumerate(model.get_weights()):
        limit = 0.0 if weight.ndim == 1 else np.sqrt(3 / np.prod(weight.shape[:-1]))
        weights.append((limit * (2 * hashed(index, weight.size) - 1)).reshape(weight.shape).astype(np.float32))
    model.set_weights(weights)
    return model


def make_batch(index):
    images = hashed(100 + index, BATCH_SIZE * 28 * 28).reshape(BATCH_SIZE, 28, 28, 1)
    labels = (np.arange(BATCH_SIZE) * 7 + index) % 10
    return tf.constant(images), tf.one_hot(labels, 10)


model = make_model()
optimizer = keras.optimizers.SGD(LEARNING_RATE)
optimizer.build(model.trainable_variables)


@tf.function
def step(images, labels):
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, logits))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


batches = [make_batch(index) for index in range(NUM_BATCHES)]
num_steps = 0


def train():
    global num_steps
    images, labels = batches[num_steps % NUM_BATCHES]
    num_steps += 1
    return step(images, labels)


losses = [float(train()) for _ in range(WARM_UP_STEPS)]
report(times_ms(train), proof={"parameters": model.count_params(), "losses": losses})
