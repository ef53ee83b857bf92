"""Writes test/golden/kernels.json: what Python's TensorFlow gives for the kernels of TF.js.

Each case names a kernel of TF.js with its attributes, its inputs and its outputs; these are numbers of tensors in the
same file. Python computes the outputs with the functions that people call (`tf.nn.conv2d`), where there are any, rather
than with the operations that the kernels use.

    pip install tensorflow-cpu && python tools/golden/kernels.py > test/golden/kernels.json
"""

import json
import math
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

random = np.random.RandomState(7)
cases = []
tensors = {}


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


def uniform(low, high, *shape):
    return random.uniform(low, high, shape).astype(np.float32)


def integers(low, high, *shape):
    return random.randint(low, high, shape).astype(np.int32)


def number(value):
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return str(value)
        return float(f"{value:.7g}")
    return value


def tensor(value):
    """The number of the tensor in the file."""
    return tensors.setdefault(json.dumps(described(value), separators=(",", ":")), len(tensors))


def described(value):
    value = value.numpy() if hasattr(value, "numpy") else np.asarray(value)
    if value.dtype == np.float64:
        value = value.astype(np.float32)
    if value.dtype == np.int64:
        value = value.astype(np.int32)
    flat = value.ravel()
    if value.dtype == object or value.dtype.kind in "SU":
        texts = [item.decode() if isinstance(item, bytes) else str(item) for item in flat]
        return {"dtype": "string", "shape": list(value.shape), "values": texts}
    if value.dtype == np.complex64:
        values = [number(part) for item in flat for part in (item.real, item.imag)]
    else:
        values = [number(item) for item in flat]
    return {"dtype": value.dtype.name, "shape": list(value.shape), "values": values}


def case(kernel, inputs, attrs, outputs, **options):
    """Options: `note` for the name of the test, `eager` where the shape depends on the data, `tolerance`."""
    if isinstance(inputs, dict):
        given = {
            name: [tensor(part) for part in value] if isinstance(value, list) else tensor(value)
            for name, value in inputs.items()
        }
    else:
        given = [tensor(value) for value in inputs]
    if not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    cases.append(
        {"kernel": kernel, **options, "inputs": given, "attrs": attrs, "outputs": [tensor(value) for value in outputs]}
    )


# Element by element.
nan, inf = np.float32("nan"), np.float32("inf")
any_value = np.array([-2.5, -1.5, -0.5, 0, 0.25, 0.5, 1.5, 3], np.float32)
for name, function in {
    "Abs": tf.abs, "Asinh": tf.asinh, "Atan": tf.atan, "Ceil": tf.math.ceil, "Cos": tf.cos, "Cosh": tf.cosh,
    "Elu": tf.nn.elu, "Erf": tf.math.erf, "Exp": tf.exp, "Expm1": tf.math.expm1, "Floor": tf.floor, "Neg": tf.negative,
    "Relu": tf.nn.relu, "Relu6": tf.nn.relu6, "Round": tf.round, "Selu": tf.nn.selu, "Sigmoid": tf.sigmoid,
    "Sign": tf.sign, "Sin": tf.sin, "Sinh": tf.sinh, "Softplus": tf.nn.softplus, "Square": tf.square, "Tan": tf.tan,
    "Tanh": tf.tanh, "OnesLike": tf.ones_like, "ZerosLike": tf.zeros_like,
}.items():
    case(name, {"x": any_value}, {}, function(any_value))
unit_value = np.array([-0.9, -0.5, 0, 0.3, 0.99], np.float32)
for name, function in {"Acos": tf.acos, "Asin": tf.asin, "Atanh": tf.atanh}.items():
    case(name, {"x": unit_value}, {}, function(unit_value))
positive = np.array([0.1, 0.5, 1, 2.5, 100], np.float32)
for name, function in {
    "Log": tf.math.log, "Log1p": tf.math.log1p, "Reciprocal": tf.math.reciprocal, "Rsqrt": tf.math.rsqrt, "Sqrt": tf.sqrt,
}.items():
    case(name, {"x": positive}, {}, function(positive))
case("Acosh", {"x": positive + 1}, {}, tf.acosh(positive + 1))
special = np.array([1, nan, inf, -inf, 0], np.float32)
for name, function in {"IsFinite": tf.math.is_finite, "IsInf": tf.math.is_inf, "IsNan": tf.math.is_nan}.items():
    case(name, {"x": special}, {}, function(special))
for name in ["Relu", "Sigmoid"]:
    case(name, {"x": special}, {}, getattr(tf.nn, name.lower())(special), note="special values")
case("LogicalNot", {"x": np.array([True, False])}, {}, np.array([False, True]))
whole = np.array([-3, 0, 2], np.int32)
for name, expected in {"Abs": [3, 0, 2], "Neg": [3, 0, -2], "Square": [9, 0, 4], "Floor": whole, "Round": whole}.items():
    case(name, {"x": whole}, {}, np.array(expected, np.int32), note="int32")
case("Exp", {"x": whole}, {}, np.exp(whole.astype(np.float32)), note="int32")
case("Round", {"x": np.array([0.5, 1.5, 2.5, -0.5, -1.5], np.float32)}, {}, np.array([0, 2, 2, 0, -2], np.float32),
     note="halves to even")

a, b = normal(2, 3), normal(3)
for name, function in {
    "Add": tf.add, "Atan2": tf.atan2, "FloorDiv": tf.math.floordiv, "Maximum": tf.maximum, "Minimum": tf.minimum,
    "Mod": tf.math.floormod, "Multiply": tf.multiply, "RealDiv": tf.divide, "SquaredDifference": tf.math.squared_difference,
    "Sub": tf.subtract, "Greater": tf.greater, "GreaterEqual": tf.greater_equal, "Less": tf.less,
    "LessEqual": tf.less_equal, "Equal": tf.equal, "NotEqual": tf.not_equal,
}.items():
    case(name, {"a": a, "b": b}, {}, function(a, b), note="broadcast")
m, n = np.array([-7, 7, -7, 7], np.int32), np.array([3, 3, -3, -3], np.int32)
for name, function in {"FloorDiv": tf.math.floordiv, "Mod": tf.math.floormod, "Multiply": tf.multiply, "Less": tf.less,
                       "BitwiseAnd": tf.bitwise.bitwise_and, "Maximum": tf.maximum}.items():
    case(name, {"a": m, "b": n}, {}, function(m, n), note="int32")
case("Pow", {"a": positive, "b": np.array([2, -1, 0.5, 3, 0], np.float32)}, {},
     tf.pow(positive, np.array([2, -1, 0.5, 3, 0], np.float32)))
case("Pow", {"a": n, "b": np.array([0, 1, 2, 3], np.int32)}, {}, tf.pow(n, [0, 1, 2, 3]), note="int32")
p, q = np.array([True, True, False, False]), np.array([True, False, True, False])
for name, function in {"LogicalAnd": tf.logical_and, "LogicalOr": tf.logical_or, "LogicalXor": tf.math.logical_xor,
                       "Equal": tf.equal}.items():
    case(name, {"a": p, "b": q}, {}, function(p, q), note="bool")
case("Greater", {"a": p, "b": q}, {}, p & ~q, note="bool")
z, w = (normal(3) + 1j * normal(3)).astype(np.complex64), (normal(3) + 1j * normal(3)).astype(np.complex64)
for name, function in {"Add": tf.add, "Multiply": tf.multiply, "RealDiv": tf.divide}.items():
    case(name, {"a": z, "b": w}, {}, function(z, w), note="complex64")

case("LeakyRelu", {"x": any_value}, {"alpha": 0.1}, tf.nn.leaky_relu(any_value, 0.1))
case("LeakyRelu", {"x": whole}, {"alpha": 0.5}, np.array([-1.5, 0, 2], np.float32), note="int32")
alpha = uniform(0, 1, 3)
case("Prelu", {"x": a, "alpha": alpha}, {}, np.where(a < 0, alpha * a, a))
case("Step", {"x": any_value}, {"alpha": 0}, np.heaviside(any_value, 0).astype(np.float32))
case("Step", {"x": special}, {"alpha": 0.3}, np.array([1, nan, 1, 0.3, 0.3], np.float32), note="alpha")
case("ClipByValue", {"x": any_value}, {"clipValueMin": -1, "clipValueMax": 1}, tf.clip_by_value(any_value, -1, 1))
case("ClipByValue", {"x": special}, {"clipValueMin": -1, "clipValueMax": 1}, tf.clip_by_value(special, -1, 1), note="NaN")
case("EluGrad", {"dy": any_value, "y": tf.nn.elu(any_value)}, {}, tf.raw_ops.EluGrad(gradients=any_value, outputs=tf.nn.elu(any_value)))

# Casts.
fractions = np.array([-1.7, -0.2, 0, 0.9, 2.5], np.float32)
for dtype in ["int32", "bool", "float32", "complex64"]:
    case("Cast", {"x": fractions}, {"dtype": dtype}, tf.cast(fractions, dtype), note=f"float32 to {dtype}")
case("Cast", {"x": whole}, {"dtype": "bool"}, tf.cast(whole, "bool"), note="int32 to bool")
case("Cast", {"x": p}, {"dtype": "float32"}, tf.cast(p, "float32"), note="bool to float32")
case("Cast", {"x": z}, {"dtype": "float32"}, z.real, note="complex64 to float32")

# Reductions.
cube = normal(2, 3, 4)
for name, function in {"Max": tf.reduce_max, "Mean": tf.reduce_mean, "Min": tf.reduce_min, "Prod": tf.reduce_prod,
                       "Sum": tf.reduce_sum}.items():
    key = "reductionIndices" if name == "Max" else "axis"
    case(name, {"x": cube}, {key: [1], "keepDims": False}, function(cube, 1))
    case(name, {"x": cube}, {key: [0, -1], "keepDims": True}, function(cube, [0, 2], keepdims=True), note="two axes")
case("Sum", {"x": p}, {"axis": [0], "keepDims": False}, np.int32(2), note="bool")
case("Mean", {"x": whole}, {"axis": [0], "keepDims": False}, np.float32(-1 / 3), note="int32")
case("All", {"x": p}, {"axis": [0], "keepDims": False}, False)
case("Any", {"x": p}, {"axis": [0], "keepDims": True}, np.array([True]))
case("ArgMax", {"x": cube}, {"axis": 1}, tf.argmax(cube, 1, tf.int32))
case("ArgMin", {"x": cube}, {"axis": 2}, tf.argmin(cube, 2, tf.int32))
for exclusive in [False, True]:
    for reverse in [False, True]:
        attrs = {"axis": 1, "exclusive": exclusive, "reverse": reverse}
        note = f"exclusive {exclusive}, reverse {reverse}"
        case("Cumsum", {"x": cube}, attrs, tf.cumsum(cube, 1, exclusive, reverse), note=note)
        case("Cumprod", {"x": cube}, attrs, tf.math.cumprod(cube, 1, exclusive, reverse), note=note)

# Made from attributes.
case("Fill", {}, {"shape": [2, 2], "value": 3, "dtype": "int32"}, tf.fill([2, 2], 3))
case("Fill", {}, {"shape": [2], "value": "ab", "dtype": "string"}, tf.fill([2], "ab"), note="string")
case("Range", {}, {"start": 1, "stop": 8, "step": 3, "dtype": "int32"}, tf.range(1, 8, 3))
case("Range", {}, {"start": 1, "stop": 0, "step": -0.25, "dtype": "float32"}, tf.range(1, 0, -0.25), note="down")
case("LinSpace", {}, {"start": 1, "stop": 2, "num": 5}, tf.linspace(1.0, 2.0, 5))

# Shapes.
case("Reshape", {"x": cube}, {"shape": [4, 6]}, tf.reshape(cube, [4, 6]))
case("ExpandDims", {"input": cube}, {"dim": 1}, tf.expand_dims(cube, 1))
case("Transpose", {"x": cube}, {"perm": [2, 0, 1]}, tf.transpose(cube, [2, 0, 1]))
case("Tile", {"x": a}, {"reps": [2, 1]}, tf.tile(a, [2, 1]))
case("BroadcastTo", {"x": b}, {"shape": [2, 3], "inputShape": [3]}, tf.broadcast_to(b, [2, 3]))
case("BroadcastArgs", {"s0": np.int32([2, 1]), "s1": np.int32([1, 3])}, {}, np.int32([2, 3]))
case("Reverse", {"x": cube}, {"dims": [0, 2]}, tf.reverse(cube, [0, 2]))
case("PadV2", {"x": a}, {"paddings": [[1, 0], [0, 2]], "constantValue": 5}, tf.pad(a, [[1, 0], [0, 2]], constant_values=5))
for mode in ["reflect", "symmetric"]:
    case("MirrorPad", {"x": a}, {"paddings": [[1, 1], [2, 1]], "mode": mode}, tf.pad(a, [[1, 1], [2, 1]], mode), note=mode)
image = normal(1, 4, 4, 2)
space = tf.space_to_batch(image, [2, 2], [[0, 0], [2, 0]])
case("SpaceToBatchND", {"x": image}, {"blockShape": [2, 2], "paddings": [[0, 0], [2, 0]]}, space)
case("BatchToSpaceND", {"x": space}, {"blockShape": [2, 2], "crops": [[0, 0], [2, 0]]}, image)
deep = normal(1, 2, 3, 4)
case("DepthToSpace", {"x": deep}, {"blockSize": 2, "dataFormat": "NHWC"}, tf.nn.depth_to_space(deep, 2))
case("Concat", [cube, cube * 2], {"axis": 1}, tf.concat([cube, cube * 2], 1))
case("Pack", [a, a + 1], {"axis": 1}, tf.stack([a, a + 1], 1))
case("Unpack", {"value": cube}, {"axis": 1}, tf.unstack(cube, axis=1))
case("SplitV", {"x": cube}, {"numOrSizeSplits": [1, 3], "axis": 2}, tf.split(cube, [1, 3], 2))
case("SplitV", {"x": cube}, {"numOrSizeSplits": 3, "axis": 1}, tf.split(cube, 3, 1), note="equal parts")
case("AddN", [a, a, a], {}, tf.add_n([a, a, a]))
case("Slice", {"x": cube}, {"begin": [0, 1, 1], "size": [1, -1, 2]}, tf.slice(cube, [0, 1, 1], [1, -1, 2]))
case("StridedSlice", {"x": cube},
     {"begin": [0, 2, 3], "end": [1, 0, 0], "strides": [1, -1, -2], "beginMask": 0, "endMask": 2, "ellipsisMask": 0,
      "newAxisMask": 0, "shrinkAxisMask": 1},
     cube[0, 2::-1, 3:0:-2])

# Gathers and scatters.
indices = np.int32([[2, 0], [1, 1]])
case("GatherV2", {"x": cube, "indices": indices}, {"axis": 1, "batchDims": 0}, tf.gather(cube, indices, axis=1))
case("GatherV2", {"x": cube, "indices": indices}, {"axis": 1, "batchDims": 1}, tf.gather(cube, indices, axis=1, batch_dims=1),
     note="batchDims")
case("GatherNd", {"params": cube, "indices": np.int32([[1, 0], [1, 1]])}, {}, tf.gather_nd(cube, [[1, 0], [1, 1]]))
case("ScatterNd", {"indices": np.int32([[1], [3], [1]]), "updates": a[:1].repeat(3, 0)}, {"shape": [4, 3]},
     tf.scatter_nd([[1], [3], [1]], a[:1].repeat(3, 0), [4, 3]))
case("TensorScatterUpdate", {"tensor": b, "indices": np.int32([[2], [0]]), "updates": b[:2]}, {},
     tf.tensor_scatter_nd_update(b, [[2], [0]], b[:2]))
case("SparseToDense", {"sparseIndices": np.int32([[0, 1], [1, 2]]), "sparseValues": b[:2], "defaultValue": np.float32(9)},
     {"outputShape": [2, 3]}, tf.sparse.to_dense(tf.SparseTensor([[0, 1], [1, 2]], b[:2], [2, 3]), 9))
case("UnsortedSegmentSum", {"x": cube[0], "segmentIds": np.int32([2, 0, 2])}, {"numSegments": 4},
     tf.math.unsorted_segment_sum(cube[0], [2, 0, 2], 4))
for dtype in ["float32", "int32"]:
    case("OneHot", {"indices": np.int32([0, 2, -1])}, {"depth": 3, "onValue": 5, "offValue": 1, "dtype": dtype},
         tf.one_hot([0, 2, -1], 3, 5, 1, dtype=dtype), note=dtype)
mask = np.array([[True, False, True], [False, True, False]])
case("Select", {"condition": mask, "t": a, "e": -a}, {}, tf.where(mask, a, -a))
case("Select", {"condition": mask[:, 0], "t": a, "e": -a}, {}, tf.where(mask[:, :1], a, -a), note="rows")

# Products.
left, right = normal(2, 3, 4), normal(2, 4, 5)
for transpose_a in [False, True]:
    for transpose_b in [False, True]:
        x = left.transpose(0, 2, 1) if transpose_a else left
        y = right.transpose(0, 2, 1) if transpose_b else right
        attrs = {"transposeA": transpose_a, "transposeB": transpose_b}
        note = f"transposeA {transpose_a}, transposeB {transpose_b}"
        case("BatchMatMul", {"a": x, "b": y}, attrs, tf.matmul(left, right), note=f"batches, {note}")
        case("BatchMatMul", {"a": x[0], "b": y[0]}, attrs, tf.matmul(left[0], right[0]), note=note)
        case("BatchMatMul", {"a": x[:1], "b": y[0]}, attrs, tf.matmul(left[:1], right[:1]), note=f"one batch, {note}")
case("BatchMatMul", {"a": left[:, None], "b": right}, {"transposeA": False, "transposeB": False},
     tf.matmul(left[:, None], right), note="broadcast")
bias, slopes = normal(5), uniform(0, 1, 5)
for activation, function in {
    "linear": tf.identity, "relu": tf.nn.relu, "relu6": tf.nn.relu6, "elu": tf.nn.elu, "sigmoid": tf.sigmoid,
    "leakyrelu": lambda value: tf.nn.leaky_relu(value, 0.3),
    "prelu": lambda value: tf.where(value < 0, slopes * value, value),
}.items():
    inputs = {"a": left[0], "b": right[0], "bias": bias}
    if activation == "prelu":
        inputs["preluActivationWeights"] = slopes
    case("_FusedMatMul", inputs,
         {"transposeA": False, "transposeB": False, "activation": activation, "leakyreluAlpha": 0.3},
         function(tf.matmul(left[0], right[0]) + bias), note=activation)
for equation in ["bij,bjk->bik", "bij,bjk->b", "bij->bji", "bij->"]:
    operands = [left, right] if "," in equation else [left]
    case("Einsum", operands, {"equation": equation}, tf.einsum(equation, *operands), note=equation)
logits = normal(3, 5) * 3
case("Softmax", {"logits": logits}, {"dim": 1}, tf.nn.softmax(logits))
case("LogSoftmax", {"logits": logits}, {"axis": 1}, tf.nn.log_softmax(logits))

# Convolutions and pooling.
photo, kernel4 = normal(2, 7, 6, 3), normal(3, 2, 3, 4)


def paddings(pad):
    """TF.js's padding in Python's terms."""
    if isinstance(pad, str):
        return pad.upper()
    return [[0, 0], [pad, pad], [pad, pad], [0, 0]] if isinstance(pad, int) else pad


explicit = [[0, 0], [1, 2], [0, 1], [0, 0]]
for pad in ["valid", "same", 1, explicit]:
    for strides, dilations in [(1, 1), (2, 1), (1, 2)]:
        attrs = {"strides": strides, "pad": pad, "dataFormat": "NHWC", "dilations": dilations}
        note = f"pad {pad}, strides {strides}, dilations {dilations}"
        y = tf.nn.conv2d(photo, kernel4, strides, paddings(pad), dilations=dilations)
        case("Conv2D", {"x": photo, "filter": kernel4}, attrs, y, note=note)
        square = kernel4[:, :, :, :2]
        y = tf.nn.depthwise_conv2d(photo, square, [1, strides, strides, 1], paddings(pad), dilations=[dilations] * 2)
        case("DepthwiseConv2dNative", {"x": photo, "filter": square}, attrs, y, note=note)
channels_first = {"x": photo.transpose(0, 3, 1, 2), "filter": kernel4}
case("Conv2D", channels_first, {"strides": 1, "pad": "same", "dataFormat": "NCHW", "dilations": 1},
     tf.transpose(tf.nn.conv2d(photo, kernel4, 1, "SAME"), [0, 3, 1, 2]), note="channels first")
case("FusedConv2D", {"x": photo, "filter": kernel4, "bias": bias[:4]},
     {"strides": [1, 2], "pad": "same", "dataFormat": "NHWC", "dilations": [1, 1], "activation": "relu"},
     tf.nn.relu(tf.nn.conv2d(photo, kernel4, [1, 2], "SAME") + bias[:4]))
case("FusedDepthwiseConv2D", {"x": photo, "filter": square, "bias": np.tile(bias[:3], 2)},
     {"strides": 1, "pad": "valid", "dataFormat": "NHWC", "dilations": 1, "activation": "elu"},
     tf.nn.elu(tf.nn.depthwise_conv2d(photo, square, [1, 1, 1, 1], "VALID") + np.tile(bias[:3], 2)))
volume, kernel5 = normal(1, 5, 4, 6, 2), normal(2, 3, 2, 2, 3)
for pad in ["valid", "same"]:
    case("Conv3D", {"x": volume, "filter": kernel5}, {"strides": 2, "pad": pad, "dataFormat": "NDHWC", "dilations": 1},
         tf.nn.conv3d(volume, kernel5, [1, 2, 2, 2, 1], pad.upper()), note=pad)


def average(value, size, strides, pad):
    """The average of the values inside; the padding does not count."""
    ones = tf.pad(tf.ones_like(value), paddings(pad))
    total = tf.nn.avg_pool2d(tf.pad(value, paddings(pad)), size, strides, "VALID")
    return total / tf.nn.avg_pool2d(ones, size, strides, "VALID")


for pad in ["valid", "same", 1, explicit]:
    attrs = {"filterSize": [3, 2], "strides": [2, 1], "pad": pad}
    y = tf.nn.max_pool2d(photo, [3, 2], [2, 1], paddings(pad))
    case("MaxPool", {"x": photo}, attrs, y, note=f"pad {pad}")
    y = tf.nn.avg_pool2d(photo, [3, 2], [2, 1], pad.upper()) if isinstance(pad, str) else average(photo, [3, 2], [2, 1], pad)
    case("AvgPool", {"x": photo}, attrs, y, note=f"pad {pad}")
case("MaxPool", {"x": photo}, {"filterSize": 2, "strides": 2, "pad": 0, "dimRoundingMode": "ceil"},
     tf.nn.max_pool2d(photo, 2, 2, [[0, 0], [0, 1], [0, 0], [0, 0]]), note="rounded up")
for pad in ["valid", "same"]:
    attrs = {"filterSize": 2, "strides": 2, "pad": pad, "dataFormat": "NDHWC"}
    case("MaxPool3D", {"x": volume}, attrs, tf.nn.max_pool3d(volume, 2, 2, pad.upper()), note=pad)
    case("AvgPool3D", {"x": volume}, attrs, tf.nn.avg_pool3d(volume, 2, 2, pad.upper()), note=pad)
case("MaxPoolWithArgmax", {"x": photo}, {"filterSize": 2, "strides": 2, "pad": "same", "includeBatchInIndex": True},
     tf.nn.max_pool_with_argmax(photo, 2, 2, "SAME", include_batch_in_index=True))
mean, variance, scale, offset = normal(3), uniform(0.5, 2, 3), normal(3), normal(3)
case("FusedBatchNorm", {"x": photo, "mean": mean, "variance": variance, "scale": scale, "offset": offset},
     {"varianceEpsilon": 0.001}, tf.nn.batch_normalization(photo, mean, variance, offset, scale, 0.001))
case("FusedBatchNorm", {"x": photo, "mean": mean, "variance": variance}, {"varianceEpsilon": 0.001},
     tf.nn.batch_normalization(photo, mean, variance, None, None, 0.001), note="without scale and offset")
lrn = {"depthRadius": 1, "bias": 1.5, "alpha": 0.4, "beta": 0.7}
case("LRN", {"x": photo}, lrn, tf.nn.local_response_normalization(photo, 1, 1.5, 0.4, 0.7))
shape2 = normal(2, 2, 3)
case("Dilation2D", {"x": photo, "filter": shape2}, {"strides": 1, "pad": "same", "dilations": 2},
     tf.nn.dilation2d(photo, shape2, [1, 1, 1, 1], "SAME", "NHWC", [1, 2, 2, 1]))

# Images.
for align, half in [(False, False), (True, False), (False, True)]:
    attrs = {"size": [3, 5], "alignCorners": align, "halfPixelCenters": half}
    note = f"alignCorners {align}, halfPixelCenters {half}"
    for method in ["Bilinear", "NearestNeighbor"]:
        resize = getattr(tf.raw_ops, f"Resize{method}")
        y = resize(images=image, size=[3, 5], align_corners=align, half_pixel_centers=half)
        case(f"Resize{method}", {"images": image}, attrs, y, note=note)
boxes = np.array([[0, 0, 1, 1], [0.1, 0.2, 0.8, 0.7], [0.5, 0.5, 1.5, 1.2]], np.float32)
for method in ["bilinear", "nearest"]:
    case("CropAndResize", {"image": image, "boxes": boxes, "boxInd": np.int32([0, 0, 0])},
         {"cropSize": [3, 2], "method": method, "extrapolationValue": 0.5},
         tf.image.crop_and_resize(image, boxes, [0, 0, 0], [3, 2], method, 0.5), note=method)
case("FlipLeftRight", {"image": image}, {}, tf.image.flip_left_right(image))
affine = np.array([[0.8, 0.3, 0.2, -0.3, 0.9, 0.4, 0.01, 0.02]], np.float32)
for interpolation in ["nearest", "bilinear"]:
    for fill_mode in ["constant", "reflect", "wrap", "nearest"]:
        y = tf.raw_ops.ImageProjectiveTransformV3(images=image, transforms=affine, output_shape=[5, 3], fill_value=0.5,
                                                  interpolation=interpolation.upper(), fill_mode=fill_mode.upper())
        case("Transform", {"image": image, "transforms": affine},
             {"interpolation": interpolation, "fillMode": fill_mode, "fillValue": 0.5, "outputShape": [5, 3]}, y,
             note=f"{interpolation}, {fill_mode}")
case("RotateWithOffset", {"image": image}, {"radians": math.pi / 2, "fillValue": 0, "center": 0.375},
     tf.image.rot90(image, 1))
scores = np.array([0.9, 0.8, 0.7], np.float32)
limits = {"maxOutputSize": 3, "iouThreshold": 0.3, "scoreThreshold": 0.1}
case("NonMaxSuppressionV3", {"boxes": boxes, "scores": scores}, limits,
     tf.image.non_max_suppression(boxes, scores, 3, 0.3, 0.1), eager=True)
case("NonMaxSuppressionV4", {"boxes": boxes, "scores": scores}, {**limits, "padToMaxOutputSize": True},
     tf.image.non_max_suppression_padded(boxes, scores, 3, 0.3, 0.1, pad_to_max_output_size=True))
case("NonMaxSuppressionV5", {"boxes": boxes, "scores": scores}, {**limits, "softNmsSigma": 0.5},
     tf.image.non_max_suppression_with_scores(boxes, scores, 3, 0.3, 0.1, 0.5), eager=True)

# Sorting, searching, counting.
case("TopK", {"x": cube}, {"k": 2, "sorted": True}, tf.math.top_k(cube, 2))
case("Unique", {"x": np.int32([3, 1, 3, 2])}, {"axis": 0}, [np.int32([3, 1, 2]), np.int32([0, 1, 0, 2])], eager=True)
ordered, sought = np.sort(normal(2, 6), 1), normal(2, 3)
for side in ["left", "right"]:
    case("SearchSorted", {"sortedSequence": ordered, "values": sought}, {"side": side},
         tf.searchsorted(ordered, sought, side), note=side)
case("LowerBound", {"sortedSequence": ordered, "values": sought}, {}, tf.searchsorted(ordered, sought, "left"))
case("UpperBound", {"sortedSequence": ordered, "values": sought}, {}, tf.searchsorted(ordered, sought, "right"))
counted = np.int32([1, 3, 1, 0])
case("Bincount", {"x": counted, "weights": positive[:4]}, {"size": 5},
     tf.math.bincount(counted, positive[:4], minlength=5, maxlength=5))
case("DenseBincount", {"x": np.int32([[1, 1], [0, 2]]), "weights": np.zeros(0, np.float32)},
     {"size": 3, "binaryOutput": True}, np.float32([[0, 1, 0], [1, 0, 1]]))

# Matrices, complex numbers, text, sparse and ragged tensors.
case("Diag", {"x": b}, {}, tf.linalg.diag(b))
case("MatrixBandPart", {"input": left[0], "numLower": np.int32(1), "numUpper": np.int32(0)}, {},
     tf.linalg.band_part(left[0], 1, 0))
case("Complex", {"real": z.real, "imag": z.imag}, {}, z)
case("Real", {"input": z}, {}, z.real)
case("Imag", {"input": z}, {}, z.imag)
case("ComplexAbs", {"x": z}, {}, np.abs(z))
case("FFT", {"input": z}, {}, np.fft.fft(z).astype(np.complex64))
case("IFFT", {"input": z}, {}, np.fft.ifft(z).astype(np.complex64))
texts = np.array(["a b", "", "c a  d"], object)
split = tf.strings.split(texts, " ")
case("StringSplit", {"input": texts, "delimiter": np.array(" ", object)}, {"skipEmpty": True},
     [np.int32([[0, 0], [0, 1], [2, 0], [2, 1], [2, 2]]), np.array(["a", "b", "c", "a", "d"], object), np.int32([3, 3])],
     eager=True)
case("StringToHashBucketFast", {"input": texts}, {"numBuckets": 10}, tf.strings.to_hash_bucket_fast(texts, 10))
case("StaticRegexReplace", {"x": texts}, {"pattern": "a (.)", "rewrite": "\\1", "replaceGlobal": True},
     tf.strings.regex_replace(texts, "a (.)", "\\1"))
ngrams = tf.strings.ngrams(tf.RaggedTensor.from_row_splits(["x", "y", "z"], [0, 2, 3]), 2, pad_values=("<", ">"))
case("StringNGrams", {"data": np.array(["x", "y", "z"], object), "dataSplits": np.int32([0, 2, 3])},
     {"separator": " ", "nGramWidths": [2], "leftPad": "<", "rightPad": ">", "padWidth": 1,
      "preserveShortSequences": False}, [ngrams.values, ngrams.row_splits], eager=True)
sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [4, 3])
filled, empty = tf.sparse.fill_empty_rows(sparse, -1.0)
case("SparseFillEmptyRows",
     {"indices": np.int32([[0, 1], [2, 0]]), "values": np.float32([1, 2]), "denseShape": np.int32([4, 3]),
      "defaultValue": np.float32(-1)}, {}, [filled.indices, filled.values, empty, np.int32([0, 2])], eager=True)
reshaped = tf.sparse.reshape(sparse, [3, -1])
case("SparseReshape",
     {"inputIndices": np.int32([[0, 1], [2, 0]]), "inputShape": np.int32([4, 3]), "newShape": np.int32([3, -1])}, {},
     [reshaped.indices, reshaped.dense_shape])
for name, function in {"Sum": tf.sparse.segment_sum, "Mean": tf.sparse.segment_mean}.items():
    case(f"SparseSegment{name}", {"data": cube[0], "indices": np.int32([0, 2, 1]), "segmentIds": np.int32([0, 0, 1])}, {},
         function(cube[0], [0, 2, 1], [0, 0, 1]), eager=True)
ragged = tf.RaggedTensor.from_row_splits(positive, [0, 2, 2, 5])
gathered = tf.gather(ragged, [2, 0])
case("RaggedGather",
     {"paramsNestedSplits": [np.int32([0, 2, 2, 5])], "paramsDenseValues": positive, "indices": np.int32([2, 0])},
     {"outputRaggedRank": 1}, [gathered.row_splits, gathered.values], eager=True)
ranges = tf.ragged.range([0, 5], [3, 9], [1, 2])
case("RaggedRange", {"starts": np.int32([0, 5]), "limits": np.int32([3, 9]), "deltas": np.int32([1, 2])}, {},
     [ranges.row_splits, ranges.values], eager=True)
case("RaggedTensorToTensor",
     {"shape": np.int32([3, 4]), "values": positive, "defaultValue": np.float32(-1),
      "rowPartitionTensors": [np.int32([0, 2, 2, 5])]},
     {"rowPartitionTypes": ["ROW_SPLITS"]}, ragged.to_tensor(-1.0, shape=[3, 4]), eager=True)

print('{"tensors":[')
print(",\n".join(tensors))
print('],"cases":[')
print(",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases))
print("]}")
