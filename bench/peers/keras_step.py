"""One training step with Keras and TensorFlow, as `cases/step.ts`: `keras_step.py NETWORK compiled|eager [FACT]`."""

import os
import sys

import keras
import tensorflow as tf

from hashed import LEARNING_RATE, NUM_BATCHES, WARM_UP_STEPS
from keras_networks import NETWORKS
from measure import report_step

NUM_THREADS = int(os.environ["TFJS_DISTRIBUTE_THREADS"])
tf.config.threading.set_intra_op_parallelism_threads(NUM_THREADS)
tf.config.threading.set_inter_op_parallelism_threads(NUM_THREADS)

name, mode, fact = (*sys.argv[1:], None)[:3]
network = NETWORKS[name]()
optimizer = keras.optimizers.SGD(LEARNING_RATE)
optimizer.build(network.trainable_variables)


def step(inputs, labels):
    with tf.GradientTape() as tape:
        loss = network.loss(inputs, labels)
    gradients = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(gradients, network.trainable_variables))
    return loss


if mode == "compiled":
    step = tf.function(step)
batches = [network.make_batch(index) for index in range(1 if fact == "start" else NUM_BATCHES)]
num_steps = 0


def train():
    global num_steps
    loss = step(*batches[num_steps % len(batches)])
    num_steps += 1
    return loss


parameters = sum(int(tf.size(variable)) for variable in network.trainable_variables)
report_step(train, parameters, fact, WARM_UP_STEPS)
