"""One training step with PyTorch, as `cases/step.ts`: `torch_step.py NETWORK compiled|eager [FACT]`."""

import os
import sys

import torch

from hashed import LEARNING_RATE, NUM_BATCHES, WARM_UP_STEPS
from measure import report_step
from torch_networks import NETWORKS

torch.set_num_threads(int(os.environ["TFJS_DISTRIBUTE_THREADS"]))

name, mode, fact = (*sys.argv[1:], None)[:3]
network = NETWORKS[name]()
optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], LEARNING_RATE)
loss_of = torch.compile(network) if mode == "compiled" else network
batches = [network.make_batch(index) for index in range(1 if fact == "start" else NUM_BATCHES)]
num_steps = 0


def train():
    global num_steps
    optimizer.zero_grad()
    loss = loss_of(*batches[num_steps % len(batches)])
    loss.backward()
    optimizer.step()
    num_steps += 1
    return loss.detach()


parameters = sum(p.numel() for p in network.parameters() if p.requires_grad)
report_step(train, parameters, fact, WARM_UP_STEPS)
