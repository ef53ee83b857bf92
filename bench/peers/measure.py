"""How a peer measures: as `cases/measure.ts`."""

import json
import os
import resource
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


def process_age_ms():
    """Milliseconds since the process began."""
    with open("/proc/self/stat") as file:
        start_ticks = int(file.read().rsplit(") ", 1)[1].split()[19])
    return 1000 * (time.clock_gettime(time.CLOCK_BOOTTIME) - start_ticks / os.sysconf("SC_CLK_TCK"))


def peak_memory_mib():
    """The largest resident size of the process until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(value, **facts):
    """Prints the line that the harness reads: the value in the benchmark's unit."""
    print(json.dumps({"value": value, **facts}))


def report_step(train, parameters, fact, warm_up_steps):
    """As `cases/step.ts`: milliseconds of a step, or the fact that is asked for instead."""
    losses = [float(train())]
    if fact == "start":
        report(process_age_ms(), proof={"parameters": parameters, "losses": losses})
        return
    losses += [float(train()) for _ in range(warm_up_steps - 1)]
    times = times_ms(train)
    value = peak_memory_mib() if fact == "memory" else statistics.median(times)
    report(value, proof={"parameters": parameters, "losses": losses})
