"""The networks of `cases/networks/` in PyTorch, with the same weights in the order that PyTorch keeps them in."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from hashed import hashed, hashed_classes, hashed_text, hashed_kernel

EPSILON, MOMENTUM = 1e-3, 0.01  # Keras's of a batch normalization, in PyTorch's terms.


class LayersNetwork(nn.Module):
    """Sorts inputs of `input_shape` (Keras's order of dimensions) into 10 classes."""

    def __init__(self, model, input_shape, batch_size, first_place=0):
        super().__init__()
        set_kernels(model, first_place)
        self.model, self.input_shape, self.batch_size = model, input_shape, batch_size

    def make_batch(self, index):
        inputs = torch.from_numpy(hashed(100 + index, self.batch_size, *self.input_shape))
        if inputs.ndim == 4:
            inputs = inputs.permute(0, 3, 1, 2).contiguous()
        return inputs, torch.from_numpy(hashed_classes(index, self.batch_size))

    def forward(self, inputs, labels):
        return functional.cross_entropy(self.model(inputs), labels)


def set_kernels(model, first_place=0):
    """Sets the kernels of the layers of `model`, in their order, which is Keras's."""
    layers = [layer for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    for place, layer in enumerate(layers, first_place):
        shape = layer.weight.shape
        with torch.no_grad():
            if isinstance(layer, nn.Conv2d):
                kernel = hashed_kernel(place, *shape[2:], shape[1], shape[0]).transpose(3, 2, 0, 1)
            else:
                kernel = hashed_kernel(place, shape[1], shape[0]).T
            layer.weight.copy_(torch.from_numpy(kernel.copy()))
            if layer.bias is not None:
                layer.bias.zero_()


def mlp():
    layers = [nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10)]
    return LayersNetwork(nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2]), (784,), 128)


class Flatten(nn.Module):
    """In Keras's order: channels last."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def cnn():
    convolutions = [nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3)]
    linears = [nn.Linear(9216, 128), nn.Linear(128, 10)]
    first = [convolutions[0], nn.ReLU(), convolutions[1], nn.ReLU(), nn.MaxPool2d(2), Flatten()]
    return LayersNetwork(nn.Sequential(*first, linears[0], nn.ReLU(), linears[1]), (28, 28, 1), 64)


class Same(nn.Module):
    """A convolution with TensorFlow's padding, which has one more at the end where the stride is 2."""

    def __init__(self, inputs, filters, kernel_size, stride):
        super().__init__()
        padding = 1 if kernel_size == 3 and stride == 1 else 0
        self.ends = kernel_size == 3 and stride == 2
        self.layer = nn.Conv2d(inputs, filters, kernel_size, stride, padding, bias=False)

    def forward(self, x):
        return self.layer(functional.pad(x, (0, 1, 0, 1)) if self.ends else x)


def convolve(inputs, filters, kernel_size, stride):
    return nn.Sequential(Same(inputs, filters, kernel_size, stride), nn.BatchNorm2d(filters, EPSILON, MOMENTUM))


class Residual(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.first = convolve(inputs, filters, 3, stride)
        self.second = convolve(filters, filters, 3, 1)
        self.shortcut = nn.Identity() if stride == 1 else convolve(inputs, filters, 1, stride)

    def forward(self, x):
        return functional.relu(self.second(functional.relu(self.first(x))) + self.shortcut(x))


def resnet20():
    blocks, inputs = [], 16
    for filters in (16, 32, 64):
        for block in range(3):
            blocks.append(Residual(inputs, filters, 2 if block == 0 and filters > 16 else 1))
            inputs = filters
    head = nn.Linear(64, 10)
    model = nn.Sequential(convolve(3, 16, 3, 1), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)
    return LayersNetwork(model, (32, 32, 3), 64)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells, self.head = nn.LSTM(64, 128, batch_first=True), nn.Linear(128, 10)
        with torch.no_grad():
            self.cells.weight_ih_l0.copy_(torch.from_numpy(hashed_kernel(0, 64, 512).T.copy()))
            self.cells.weight_hh_l0.copy_(torch.from_numpy(hashed_kernel(1, 128, 512).T.copy()))
            self.cells.bias_ih_l0.zero_()[128:256].fill_(1)
            self.cells.bias_hh_l0.zero_()
        # Keras has one bias of a cell.
        self.cells.bias_hh_l0.requires_grad_(False)

    def forward(self, x):
        return self.head(self.cells(x)[0][:, -1])


def lstm():
    return LayersNetwork(Lstm(), (50, 64), 64, first_place=2)


class Block(nn.Module):
    def __init__(self, width, num_heads, hidden_width):
        super().__init__()
        self.num_heads = num_heads
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, hidden_width), nn.Linear(hidden_width, width)

    def attend(self, x):
        parts = self.project(x).unflatten(-1, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        heads = functional.scaled_dot_product_attention(*parts, is_causal=True)
        return self.join(heads.transpose(1, 2).flatten(2))

    def forward(self, x):
        x = x + self.attend(self.first_norm(x))
        return x + self.narrow(functional.relu(self.widen(self.second_norm(x))))


class Transformer(nn.Module):
    VOCABULARY, WIDTH, NUM_HEADS, HIDDEN_WIDTH, NUM_POSITIONS, NUM_BLOCKS, BATCH_SIZE = 256, 128, 4, 512, 64, 4, 32

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(self.VOCABULARY, self.WIDTH)
        self.positions = nn.Parameter(torch.from_numpy(hashed_kernel(1, self.NUM_POSITIONS, self.WIDTH)))
        blocks = [Block(self.WIDTH, self.NUM_HEADS, self.HIDDEN_WIDTH) for _ in range(self.NUM_BLOCKS)]
        self.blocks, self.last_norm = nn.Sequential(*blocks), nn.LayerNorm(self.WIDTH)
        self.head = nn.Linear(self.WIDTH, self.VOCABULARY)
        with torch.no_grad():
            self.embedding.weight.copy_(torch.from_numpy(hashed_kernel(0, self.VOCABULARY, self.WIDTH)))
        set_kernels(self, first_place=2)

    def make_batch(self, index):
        text = hashed_text(index, self.BATCH_SIZE, self.NUM_POSITIONS + 1, self.VOCABULARY).astype(np.int64)
        return torch.from_numpy(text[:, :-1].copy()), torch.from_numpy(text[:, 1:].copy())

    def forward(self, inputs, labels):
        logits = self.head(self.last_norm(self.blocks(self.embedding(inputs) + self.positions)))
        return functional.cross_entropy(logits.flatten(0, 1), labels.flatten())


NETWORKS = {"mlp": mlp, "cnn": cnn, "resnet20": resnet20, "lstm": lstm, "transformer": Transformer}
