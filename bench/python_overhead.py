#!/usr/bin/env python3
"""What a call of the Python module costs, on the network 2-50-1: microseconds a call, and memory over many calls.

usage: PYTHONPATH=build/release/python bench/python_overhead.py

With one sample the work itself is about a microsecond: what is measured there is the way through Python and back. The
memory check runs 10000 calls of everything that crosses the border and prints the growth of the resident memory.
"""
import gc
import os
import time

import numpy

import nadir


def microseconds(call, repeats=2000, rounds=7):
    """The least mean over several rounds: what the machine does beside this only adds."""
    call()
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(repeats):
            call()
        best = min(best, (time.perf_counter() - begin) / repeats)
    return 1e6 * best


def resident_kilobytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def main():
    random = numpy.random.default_rng(0)
    for samples in (1, 50):
        problem = nadir.Network(random.standard_normal((samples, 2)), random.standard_normal((samples, 1)), hidden=[50],
                                activation="tanh")
        point = problem.start()
        blocks = {name: block.copy() for name, block in point.items()}
        print(f"2-50-1, {samples} samples: value {microseconds(lambda: problem.value(point)):.1f} us, value from a dict "
              f"{microseconds(lambda: problem.value(blocks)):.1f} us, value and gradient "
              f"{microseconds(lambda: problem.value_and_gradient(point)):.1f} us")

    def square(x):
        return float(x @ x)

    def everything():
        problem.value_and_gradient(point)
        problem.hessian_product(point, point)
        nadir.judge_function(square, [1.0, 2.0], jac=lambda x: 2 * x)
        nadir.landscape.spectrum(square, [1.0, 2.0], jac=lambda x: 2 * x)
        nadir.landscape.slice(square, [1.0, 2.0], jac=lambda x: 2 * x, to=[0.0, 1.0], dimensions=1, grid=5)
        nadir.landscape.path(square, [1.0, 2.0], [0.0, 1.0], jac=lambda x: 2 * x, kinds="bezier", iterations=2, samples=5)
        try:
            nadir.judge_function(lambda x: 1 / 0, [1.0], jac=lambda x: x)
        except ZeroDivisionError:
            pass

    for _ in range(1000):
        everything()
    gc.collect()
    before = resident_kilobytes()
    for _ in range(10000):
        everything()
    gc.collect()
    print(f"resident memory after 10000 rounds: {resident_kilobytes() - before:+d} kB")


if __name__ == "__main__":
    main()
