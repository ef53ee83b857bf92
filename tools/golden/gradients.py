"""Writes test/golden/gradients.json: gradients by Python's `tf.GradientTape`, for the cases of test/gradients.test.ts.

Each case has a name, its inputs, the weights, and the gradients of `sum(f(inputs) * weights)` with respect to the inputs:
numbers of tensors in the same file. The test holds the same functions in TypeScript.

    pip install tensorflow-cpu && python tools/golden/gradients.py > test/golden/gradients.json
"""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

random = np.random.RandomState(11)
cases = []
tensors = {}


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


def described(value):
    """The number of the tensor in the file."""
    value = np.asarray(value, np.float32)
    entry = {"shape": list(value.shape), "values": [float(f"{item:.7g}") for item in value.ravel()]}
    return tensors.setdefault(json.dumps(entry, separators=(",", ":")), len(tensors))


def case(name, function, *inputs):
    variables = [tf.constant(value) for value in inputs]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        output = function(*variables)
        weights = normal(*output.shape)
        total = tf.reduce_sum(output * weights)
    gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(total, variables)]
    cases.append(
        {
            "name": name,
            "inputs": [described(value) for value in inputs],
            "weights": described(weights),
            "gradients": [described(gradient) for gradient in gradients],
        }
    )


def paddings(pad):
    return pad.upper() if isinstance(pad, str) else pad


photo, filters = normal(2, 6, 5, 2), normal(3, 2, 2, 3)
explicit = [[0, 0], [1, 2], [0, 1], [0, 0]]
for pad in ["valid", "same", explicit]:
    label = pad if isinstance(pad, str) else "explicit"
    for strides, dilations in [(1, 1), (2, 1), (1, 2)]:
        note = f"{label}, strides {strides}, dilations {dilations}"
        # TensorFlow's gradients know no dilation beside an explicit padding: the input is padded before.
        amounts, rule = ([[0, 0]] * 4, pad.upper()) if isinstance(pad, str) else (pad, "VALID")
        case(f"conv2d {note}",
             lambda x, f: tf.nn.conv2d(tf.pad(x, amounts), f, strides, rule, dilations=dilations), photo, filters)
        case(f"depthwiseConv2d {note}",
             lambda x, f: tf.nn.depthwise_conv2d(tf.pad(x, amounts), f, [1, strides, strides, 1], rule,
                                                 dilations=[dilations] * 2), photo, filters)
    case(f"maxPool {label}", lambda x: tf.nn.max_pool2d(x, [3, 2], [2, 1], paddings(pad)), photo)
    if isinstance(pad, str):
        case(f"avgPool {label}", lambda x: tf.nn.avg_pool2d(x, [3, 2], [2, 1], paddings(pad)), photo)

left, right = normal(2, 3, 4), normal(2, 4, 5)
swapped = [0, 2, 1]
case("matMul", lambda a, b: tf.matmul(a, b), left[0], right[0])
case("matMul transposeA", lambda a, b: tf.matmul(a, b, transpose_a=True), left[0].T, right[0])
case("matMul transposeB", lambda a, b: tf.matmul(a, b, transpose_b=True), left[0], right[0].T)
case("matMul both", lambda a, b: tf.matmul(a, b, True, True), left[0].T, right[0].T)
case("matMul batches", tf.matmul, left, right)
case("matMul batches transposeB", lambda a, b: tf.matmul(a, b, transpose_b=True), left, right.transpose(swapped))
for equation in ["bij,bjk->bik", "bij,bjk->kb", "bij,bjk->b", "abc,bcd->ad"]:
    second = normal(3, 4, 5) if equation.startswith("abc") else right
    case(f"einsum {equation}", lambda a, b: tf.einsum(equation, a, b), left, second)
case("einsum bij->ji", lambda a: tf.einsum("bij->ji", a), left)

logits = normal(4, 3)
labels = np.eye(3, dtype=np.float32)[[0, 2, 1, 1]]
case("softmaxCrossEntropy", lambda x: tf.reshape(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, x)), [1]), logits)
case("softmax", tf.nn.softmax, logits)


def normalized(x, scale, offset):
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3)


case("batchNorm", normalized, photo, normal(2), normal(2))
table = normal(5, 3)
case("gather", lambda x: tf.gather(x, [[0, 2], [2, 4]]), table)


def lstm(x, h, c, kernel, recurrent, bias):
    i, f, g, o = tf.split(tf.matmul(x, kernel) + tf.matmul(h, recurrent) + bias, 4, 1)
    new_c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(new_c)


case("lstm cell", lstm, normal(2, 3), normal(2, 4), normal(2, 4), normal(3, 16), normal(4, 16), normal(16))


def attention(query, key, value):
    weights = tf.nn.softmax(tf.einsum("bqhd,bkhd->bhqk", query, key) / 2.0)
    return tf.einsum("bhqk,bkhd->bqhd", weights, value)


case("attention", attention, normal(2, 3, 2, 4), normal(2, 5, 2, 4), normal(2, 5, 2, 4))
case("resizeBilinear", lambda x: tf.compat.v1.image.resize_bilinear(x, [9, 7]), photo)
case("lrn", lambda x: tf.nn.local_response_normalization(x, 1, 1.5, 0.4, 0.7), photo)

print('{"tensors":[')
print(",\n".join(tensors))
print('],"cases":[')
print(",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases))
print("]}")
