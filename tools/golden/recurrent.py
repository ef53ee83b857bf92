"""Writes test/golden/recurrent.json: outputs and gradients of Keras's recurrent layers, for test/recurrentLayers.test.ts.

Each case has the class and options of a layer, its inputs (the sequence and the initial states), whether the mask holds,
the layer's weights, the outputs, and the gradients of the sum of the squares of all outputs with respect to the inputs
and the weights.

    pip install tensorflow-cpu && python tools/golden/recurrent.py > test/golden/recurrent.json
"""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

random = np.random.RandomState(5)
BATCH, STEPS, FEATURES, UNITS = 2, 4, 3, 2
# The second sequence is shorter.
MASK = np.array([[True, True, True, True], [True, True, False, False]])


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


def described(value):
    value = np.asarray(value, np.float32)
    return {"shape": list(value.shape), "values": [float(f"{item:.7g}") for item in value.ravel()]}


def case(kind, is_masked, **options):
    layer = getattr(keras.layers, kind)(UNITS, **options)
    layer.build((BATCH, STEPS, FEATURES))
    layer.set_weights([0.7 * normal(*weight.shape) for weight in layer.get_weights()])
    num_states = 2 if kind == "LSTM" else 1
    inputs = [tf.constant(normal(BATCH, STEPS, FEATURES))]
    inputs += [tf.constant(normal(BATCH, UNITS)) for _ in range(num_states)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        mask = tf.constant(MASK) if is_masked else None
        outputs = tf.nest.flatten(layer(inputs[0], initial_state=inputs[1:], mask=mask))
        loss = tf.add_n([tf.reduce_sum(output**2) for output in outputs])
    weights = [weight.value for weight in layer.trainable_weights]
    gradients = tape.gradient(loss, inputs + weights)
    return {
        "kind": kind,
        "options": options,
        "isMasked": is_masked,
        "inputs": [described(value) for value in inputs],
        "weights": [described(value) for value in layer.get_weights()],
        "outputs": [described(value) for value in outputs],
        "gradients": [described(value) for value in gradients],
    }


cases = []
for kind in ["LSTM", "GRU", "SimpleRNN"]:
    resets = [{"reset_after": True}, {"reset_after": False}] if kind == "GRU" else [{}]
    for reset in resets:
        for is_masked in [False, True]:
            cases.append(case(kind, is_masked, **reset))
            # Where the first steps are masked Keras gives zeros, and TF.js the initial state.
            options = {"return_sequences": True, "return_state": True, "go_backwards": not is_masked}
            cases.append(case(kind, is_masked, **options, **reset))
print(json.dumps(cases, separators=(",", ":")))
