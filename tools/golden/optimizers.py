"""Writes test/golden/optimizers.json: what Keras's optimizers make of fixed gradients.

    pip install tensorflow-cpu
    python tools/golden/optimizers.py > test/golden/optimizers.json
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

# The last gradient of the first variable holds zeros, the third one is large: clipping and decay see both.
VARIABLES = [
    [[0.5, -1.25, 2.0], [0.1, 0.0, -0.75]],
    [0.3, -0.2, 1e-3],
]
GRADIENTS = [
    [[[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]], [0.01, -1.0, 0.25]],
    [[[0.15, 0.2, -0.1], [0.0, 0.7, -0.6]], [0.02, -0.9, 0.25]],
    [[[10.0, -20.0, 30.0], [4.0, 5.0, -6.0]], [1.0, -10.0, 2.5]],
    [[[-0.3, 1e-4, 0.3], [1e-6, 0.5, 0.6]], [0.5, 0.0, -0.25]],
    [[[0.0, 0.0, 0.0], [0.2, -0.3, 0.1]], [-0.01, 0.3, 0.125]],
]



def schedule(class_name, **config):
    return {"class_name": class_name, "config": config}


# Name of the case, Keras's class, its arguments (the test turns them into ours).
CASES = [
    ("sgd", "SGD", {}),
    ("sgd momentum", "SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    ("sgd nesterov", "SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    ("adam", "Adam", {}),
    ("adam options", "Adam", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3}),
    ("adam amsgrad", "Adam", {"learning_rate": 0.1, "amsgrad": True}),
    ("adamw", "AdamW", {}),
    ("adamw decay", "AdamW", {"learning_rate": 0.1, "weight_decay": 0.2}),
    ("rmsprop", "RMSprop", {}),
    ("rmsprop momentum", "RMSprop", {"learning_rate": 0.1, "rho": 0.8, "momentum": 0.5}),
    ("rmsprop centered", "RMSprop", {"learning_rate": 0.1, "momentum": 0.5, "centered": True, "epsilon": 1e-3}),
    ("adagrad", "Adagrad", {}),
    ("adagrad options", "Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.01, "epsilon": 1e-2}),
    ("adadelta", "Adadelta", {}),
    ("adadelta options", "Adadelta", {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-4}),
    ("adamax", "Adamax", {}),
    ("adamax options", "Adamax", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.99}),
    ("clip norm", "SGD", {"learning_rate": 0.1, "clipnorm": 0.5}),
    ("clip value", "SGD", {"learning_rate": 0.1, "clipvalue": 0.25}),
    ("clip global norm", "Adam", {"learning_rate": 0.1, "global_clipnorm": 1.0}),
    ("lamb", "Lamb", {}),
    (
        "lamb options",
        "Lamb",
        {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3, "weight_decay": 0.2},
    ),
    ("lion", "Lion", {}),
    ("lion options", "Lion", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "weight_decay": 0.2}),
    ("average", "SGD", {"learning_rate": 0.1, "use_ema": True}),
    (
        "average overwrites",
        "Adam",
        {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
    ),
    ("accumulation", "SGD", {"learning_rate": 0.1, "gradient_accumulation_steps": 2}),
    (
        "accumulation, momentum and clip",
        "SGD",
        {"learning_rate": 0.1, "momentum": 0.9, "global_clipnorm": 1.0, "gradient_accumulation_steps": 2},
    ),
    ("accumulation, decay", "AdamW", {"learning_rate": 0.1, "weight_decay": 0.2, "gradient_accumulation_steps": 2}),
    ("accumulation, lamb", "Lamb", {"learning_rate": 0.1, "gradient_accumulation_steps": 3}),
    (
        "accumulation, average",
        "RMSprop",
        {
            "learning_rate": 0.1,
            "gradient_accumulation_steps": 2,
            "use_ema": True,
            "ema_momentum": 0.7,
            "ema_overwrite_frequency": 2,
        },
    ),
    (
        "schedule",
        "Adam",
        {"learning_rate": schedule("CosineDecay", initial_learning_rate=0.1, decay_steps=4), "weight_decay": 0.1},
    ),
    (
        "schedule, accumulation",
        "SGD",
        {
            "learning_rate": schedule("ExponentialDecay", initial_learning_rate=0.1, decay_steps=2, decay_rate=0.5),
            "gradient_accumulation_steps": 2,
        },
    ),
    ("sgd decay and clip", "SGD", {"learning_rate": 0.1, "weight_decay": 0.3, "clipnorm": 0.5, "momentum": 0.9}),
]


def run(class_name, arguments):
    if isinstance(arguments.get("learning_rate"), dict):
        arguments = {**arguments, "learning_rate": keras.optimizers.schedules.deserialize(arguments["learning_rate"])}
    optimizer = getattr(keras.optimizers, class_name)(**arguments)
    variables = [keras.Variable(np.array(value, "float32")) for value in VARIABLES]
    steps = []
    for gradients in GRADIENTS:
        tensors = [keras.ops.convert_to_tensor(np.array(gradient, "float32")) for gradient in gradients]
        optimizer.apply(tensors, variables)
        steps.append([variable.numpy().ravel().astype("float64").tolist() for variable in variables])
    return steps


json.dump(
    {
        "keras": keras.__version__,
        "variables": VARIABLES,
        "gradients": GRADIENTS,
        "cases": [
            {"name": name, "optimizer": class_name, "arguments": arguments, "steps": run(class_name, arguments)}
            for name, class_name, arguments in CASES
        ],
    },
    sys.stdout,
    separators=(",", ":"),
)
print()
