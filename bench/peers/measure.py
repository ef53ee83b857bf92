"""How a peer measures: as `cases/measure.ts`."""

import json
import os
import statistics
import time

MEASURE_SECONDS = float(os.environ.get("TFJS_DISTRIBUTE_BENCH_SECONDS", "4"))


def times_ms(run):
    """Times of `run` in milliseconds, one for each call, for MEASURE_SECONDS."""
    times = []
    end = time.perf_counter() + MEASURE_SECONDS
    while True:
        start = time.perf_counter()
        run()
        now = time.perf_counter()
        times.append(1000 * (now - start))
        if now >= end:
            return times


def report(value_times, scale=1.0, **facts):
    """Prints the line that the harness reads: the median, in the benchmark's unit."""
    print(json.dumps({"value": scale * statistics.median(value_times), **facts}))
