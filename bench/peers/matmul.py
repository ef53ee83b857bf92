"""Billions of arithmetic operations a second of one large product of matrices, as `cases/matmul.ts`: `matmul.py tensorflow|torch`."""

import os
import sys
from statistics import median

from measure import report, times_ms

SIZE = 2048
NUM_THREADS = int(os.environ["TFJS_DISTRIBUTE_THREADS"])

if sys.argv[1] == "torch":
    import torch

    torch.set_num_threads(NUM_THREADS)
    a, b = torch.rand(SIZE, SIZE), torch.rand(SIZE, SIZE)

    def run():
        torch.mm(a, b)

else:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(NUM_THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(NUM_THREADS)
    a, b = tf.random.uniform([SIZE, SIZE]), tf.random.uniform([SIZE, SIZE])
    multiply = tf.function(tf.matmul)

    def run():
        multiply(a, b)


for _ in range(5):
    run()
report(2 * SIZE**3 / (1e6 * median(times_ms(run))))
