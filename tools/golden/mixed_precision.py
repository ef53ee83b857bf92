"""Writes test/golden/mixedPrecision: models of Keras with mixed policies, what they predict, and their losses in training.

    pip install tensorflow-cpu
    python tools/golden/mixed_precision.py test/golden/mixedPrecision
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers

NUM_STEPS = 6


def rounded(array):
    return [round(float(value), 6) for value in np.asarray(array, "float32").flatten()]


def golden(array):
    return {"shape": list(array.shape), "values": rounded(array)}


def images():
    return keras.Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.DepthwiseConv2D(2, activation="relu6"),
            layers.Flatten(),
            layers.Dropout(0.0),
            layers.Dense(8, activation="tanh"),
            layers.LayerNormalization(),
            layers.Dense(3),
            layers.Activation("softmax", dtype="float32"),
        ]
    )


def sequences():
    return keras.Sequential(
        [
            layers.Input((5,), dtype="int32"),
            layers.Embedding(300, 6),
            layers.LSTM(5, return_sequences=True),
            layers.Bidirectional(layers.GRU(4)),
            layers.Dense(3, activation="softmax"),
        ]
    )


def main(folder):
    rng = np.random.default_rng(7)
    # Values that 6 digits hold, and that are the same for both policies.
    inputs = {
        "images": np.round(rng.standard_normal((8, 6, 6, 2)), 4).astype("float32"),
        "sequences": rng.integers(0, 300, (8, 5)).astype("int32"),
    }
    targets = np.eye(3, dtype="float32")[np.arange(8) % 3]
    results = {"targets": golden(targets), "models": []}
    for name, make in {"images": images, "sequences": sequences}.items():
        for policy in ("mixed_bfloat16", "mixed_float16"):
            keras.config.set_dtype_policy(policy)
            keras.utils.set_random_seed(3)
            model = make()
            model.save(f"{folder}/{name}_{policy}.keras")
            predicted = model.predict(inputs[name], verbose=0)
            model.compile("sgd", "categorical_crossentropy")
            model.optimizer.learning_rate = 0.1
            losses = [float(model.train_on_batch(inputs[name], targets)) for _ in range(NUM_STEPS)]
            results["models"].append(
                {
                    "name": f"{name}_{policy}",
                    "inputs": golden(inputs[name]),
                    "dtype": str(predicted.dtype),
                    "outputs": golden(predicted),
                    "optimizer": type(model.optimizer).__name__,
                    "policies": [layer.dtype_policy.name for layer in model.layers],
                    "losses": losses,
                }
            )
    with open(f"{folder}/results.json", "w") as file:
        json.dump(results, file)
        file.write("\n")
    with open(f"{folder}/lossScale.json", "w") as file:
        json.dump(loss_scale(), file)
        file.write("\n")


# The gradients of each step, before they are scaled, of a variable of two elements.
GRADIENTS = [[0.5, -1], [0.25, 1], [float("inf"), 1], [0.5, 2], [1, 1], [-1, 0.5], [float("nan"), 0], [1, 2], [3, 1]]


def loss_scale():
    keras.config.set_dtype_policy("float32")
    cases = []
    for inner, options in (
        ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
        ("Adam", {"learning_rate": 0.1}),
        ("Adam", {"learning_rate": 0.1, "clipnorm": 0.5, "weight_decay": 0.1}),
    ):
        optimizer = keras.optimizers.LossScaleOptimizer(
            getattr(keras.optimizers, inner)(**options), initial_scale=16.0, dynamic_growth_steps=2
        )
        variable = keras.Variable([1.0, -2.0])
        optimizer.build([variable])
        steps = []
        for gradient in GRADIENTS:
            scaled = np.asarray(gradient, "float32") * float(optimizer.dynamic_scale.numpy())
            optimizer.apply([keras.ops.convert_to_tensor(scaled)], [variable])
            steps.append(
                {
                    "variable": rounded(variable.numpy()),
                    "scale": float(optimizer.dynamic_scale.numpy()),
                    "counter": int(optimizer.step_counter.numpy()),
                    "iterations": int(optimizer.inner_optimizer.iterations.numpy()),
                }
            )
        cases.append({"inner": inner, "options": options, "steps": steps})
    gradients = [[str(value) if not np.isfinite(value) else value for value in gradient] for gradient in GRADIENTS]
    return {"gradients": gradients, "cases": cases}


if __name__ == "__main__":
    main(sys.argv[1])
