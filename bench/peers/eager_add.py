"""Microseconds of one eager `a + b` of two small tensors, as `cases/eagerAdd.ts`."""

from statistics import median

import tensorflow as tf

from measure import report, times_ms

NUM_ADDS = 20_000
a = tf.constant([1.0, 2.0, 3.0, 4.0])
b = tf.constant([5.0, 6.0, 7.0, 8.0])


def loop():
    for _ in range(NUM_ADDS):
        a + b


loop()
report(1000 / NUM_ADDS * median(times_ms(loop)))
