#!/usr/bin/python3
"""The loss at 61 points of a line and of a Bezier curve with one bend: nadir against PyTorch on one thread, in double precision.

usage: bench/path_against_pytorch.py --bench build/bench/bin/nadir_path_bench [--rounds N] [--out FILE.json]

784-256-256-10, n = 1024, Gaussian data; 61 points as in the published evaluation of curves between minima. PyTorch evaluates
point by point without gradients: weights combined, then a forward pass. Every round times both whole, in turn; times are
CPU seconds, the least over the rounds. Values are compared.
"""
import argparse
import datetime
import json
import pathlib
import platform
import subprocess
import tempfile
import time

import numpy as np
from slice_against_pytorch import SAMPLES, WIDTHS, Slice, torch

POINTS = 61


def weights_along(kind, t):
    """By which shares the two directions from the first end are added: to the other end, and to the bend."""
    return (t, 0.0) if kind == "line" else (t * t, 2 * t * (1 - t))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    results = []
    for activation, loss in [("relu", "cross-entropy"), ("tanh", "squared")]:
        times = {(who, kind): [] for who in ("pytorch", "nadir") for kind in ("line", "bezier")}
        difference = 0.0
        with tempfile.TemporaryDirectory() as folder:
            job = Slice(activation, loss, folder)
            job.value(0.0, 0.0)
            for _ in range(arguments.rounds):
                expected = []
                for kind in ("line", "bezier"):
                    start = time.process_time()
                    expected += [job.value(*weights_along(kind, t)) for t in np.linspace(0, 1, POINTS)]
                    times["pytorch", kind].append(time.process_time() - start)
                words = [arguments.bench, folder, str(SAMPLES), loss, activation, str(POINTS), *map(str, WIDTHS)]
                facts = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
                for kind in ("line", "bezier"):
                    times["nadir", kind].append(facts[kind])
                found = np.fromfile(f"{folder}/values.bin")
                difference = max(difference, float((np.abs(found - expected) / np.abs(expected)).max()))
        row = {"activation": activation, "loss": loss, "largest_relative_difference": difference}
        for kind in ("line", "bezier"):
            row[kind] = {who: times[who, kind] for who in ("pytorch", "nadir")}
            row[kind]["ratio"] = min(times["pytorch", kind]) / min(times["nadir", kind])
            print(f"{activation}, {loss}, {kind}: 61 points in {min(times['pytorch', kind]):.2f} s with PyTorch, {min(times['nadir', kind]):.2f} s with nadir, "
                  f"ratio {row[kind]['ratio']:.2f}; values agree to {difference:.1e}", flush=True)
        results.append(row)
    if arguments.out:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, cwd=pathlib.Path(__file__).parent)
        with open(arguments.out, "w") as file:
            json.dump({"date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(), "machine": platform.machine(), "pytorch": torch.__version__,
                       "times": "CPU seconds, one thread", "rows": results}, file, indent=1)


if __name__ == "__main__":
    main()
