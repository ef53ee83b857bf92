"""Gradients through tf.while_loop and tf.cond, for test/golden/controlGradients.json.

    python tools/golden/controlGradients.py > test/golden/controlGradients.json
"""

import json

import numpy as np
import tensorflow as tf

numbers = np.random.default_rng(7)


def draw(*shape, scale=1.0):
    return np.round(numbers.normal(size=shape) * scale, 3).astype(np.float32)


def flat(tensor):
    return [float(value) for value in np.asarray(tensor).ravel()]


sequence = draw(200, 2, 3)
kernel, recurrent, bias = [tf.Variable(value) for value in (draw(3, 4, scale=0.5), draw(4, 4, scale=0.5), draw(4))]
weights = [kernel, recurrent, bias]


@tf.function
def recurrent_network():
    with tf.GradientTape() as tape:
        _, state = tf.while_loop(
            lambda i, _: i < len(sequence),
            lambda i, h: (i + 1, tf.tanh(tf.constant(sequence)[i] @ kernel + h @ recurrent + bias)),
            (0, tf.zeros([2, 4])),
        )
        loss = tf.reduce_sum(state**2)
    return loss, tape.gradient(loss, weights)


x = draw(3)
x *= np.sign(x.sum())
weight = tf.Variable(draw(3))


@tf.function
def condition(x):
    with tf.GradientTape() as tape:
        loss = tf.cond(
            tf.reduce_sum(x) > 0,
            lambda: tf.reduce_sum(tf.tanh(x * weight)),
            lambda: tf.reduce_sum((x - weight) ** 2 * weight),
        )
    return tape.gradient(loss, weight)


loss, gradients = recurrent_network()
golden = {
    "sequence": {"shape": sequence.shape, "values": flat(sequence)},
    "kernel": flat(kernel),
    "recurrent": flat(recurrent),
    "bias": flat(bias),
    "loss": float(loss),
    "gradients": dict(zip(["kernel", "recurrent", "bias"], map(flat, gradients))),
    "cond": {
        "x": flat(x),
        "weight": flat(weight),
        "positive": flat(condition(tf.constant(x))),
        "negative": flat(condition(tf.constant(-x))),
    },
}
text = json.dumps(golden)
print(json.dumps(json.loads(text, parse_float=lambda value: round(float(value), 7))))
