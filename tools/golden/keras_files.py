"""Writes test/golden/keras/*.keras with predictions.json: models as Keras 3 saves them, and what Python predicts.

    pip install tensorflow-cpu && python tools/golden/keras_files.py
"""

import json
import os
import pathlib
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers

folder = pathlib.Path(__file__).parents[2] / "test/golden/keras"
random = np.random.RandomState(7)
predictions = {}


def floats(*shape):
    return random.normal(size=shape).astype("float32")


def save(name, model, *inputs):
    # Weights as after training: biases, gammas and moving variances that differ from their first values.
    model.set_weights([(w + random.uniform(0.05, 0.3, w.shape)).astype("float32") for w in model.get_weights()])
    outputs = model.predict(list(inputs) if len(inputs) > 1 else inputs[0], verbose=0)
    model.save(folder / f"{name}.keras")
    repack(folder / f"{name}.keras")
    tensors = lambda arrays: [{"shape": list(a.shape), "values": [float(x) for x in a.flatten()]} for a in arrays]
    predictions[name] = {
        "inputs": tensors(inputs),
        "outputs": tensors(outputs if isinstance(outputs, list) else [outputs]),
    }


def repack(path):
    """Keras stores without compression; these files shall be small."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def convolutions():
    return keras.Sequential(
        [
            layers.Input((8, 8, 2)),
            layers.Rescaling(0.5, offset=0.1),
            layers.Conv2D(3, 3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(3, padding="same", activation="silu"),
            layers.SeparableConv2D(4, 2, depth_multiplier=2),
            layers.LeakyReLU(negative_slope=0.2),
            layers.ZeroPadding2D(1),
            layers.MaxPooling2D(2),
            layers.Conv2DTranspose(2, 2, strides=2),
            layers.UpSampling2D(2),
            layers.AveragePooling2D(2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(5, activation="gelu", kernel_initializer="he_normal", kernel_constraint="max_norm"),
            layers.LayerNormalization(),
            layers.PReLU(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def sequences():
    return keras.Sequential(
        [
            layers.Input((6,)),
            layers.Embedding(9, 4),
            layers.Conv1D(4, 3, padding="same"),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(4, activation="tanh")),
            layers.GRU(3, return_sequences=True, dropout=0.2, recurrent_dropout=0.1),
            layers.GRU(3, reset_after=False, return_sequences=True),
            layers.SimpleRNN(4, return_sequences=True, dropout=0.2),
            layers.GlobalMaxPooling1D(),
            layers.Dense(2),
        ]
    )


def masked():
    return keras.Sequential(
        [
            layers.Input((6,), dtype="int32"),
            layers.Embedding(9, 4, mask_zero=True),
            layers.LSTM(3, return_sequences=True, activation="softsign"),
            layers.GRU(4, use_bias=False),
        ]
    )


def branches():
    left, right = layers.Input((4,), name="left"), layers.Input((4,), name="right")
    inner = keras.Sequential([layers.Input((4,)), layers.Dense(4, activation="mish"), layers.BatchNormalization()])
    shared = layers.Dense(4, name="sharedLayer_1")
    added = layers.Add()([shared(left), shared(right)])
    scaled = layers.Multiply()([added, inner(right)])
    joined = layers.Concatenate()([scaled, layers.Average()([left, right]), layers.Maximum()([left, added])])
    inner_input = layers.Input((12,))
    head = keras.Model(inner_input, layers.Dense(3, activation="elu")(layers.Reshape((12,))(inner_input)))
    result = head(joined, training=False)
    return keras.Model([left, right], [result, layers.Dense(1)(result), inner(left), layers.Softmax()(head(joined))])


keras.utils.set_random_seed(1)
folder.mkdir(parents=True, exist_ok=True)
tokens = random.randint(1, 9, (3, 6))
padded = tokens * (np.arange(6)[None, :] < np.array([[6], [3], [1]]))
save("convolutions", convolutions(), floats(2, 8, 8, 2))
save("sequences", sequences(), tokens.astype("float32"))
save("masked", masked(), padded.astype("int32"))
save("branches", branches(), floats(3, 4), floats(3, 4))


def refused(name, model):
    model.save(folder / f"{name}.keras")
    repack(folder / f"{name}.keras")


# What TF.js lacks: a layer, an option, an activation of another meaning, an operation instead of a layer.
refused("unknownLayer", keras.Sequential([layers.Input((4,)), layers.UnitNormalization(name="unit")]))
refused("unknownOption", keras.Sequential([layers.Input((4, 4, 2)), layers.Conv2D(2, 2, groups=2, name="grouped")]))
refused("hardSigmoid", keras.Sequential([layers.Input((4,)), layers.Dense(2, activation="hard_sigmoid", name="hard")]))
operand = layers.Input((4,))
refused("operation", keras.Model(operand, operand + operand))
(folder / "predictions.json").write_text(json.dumps(predictions) + "\n")
