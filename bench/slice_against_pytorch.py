#!/usr/bin/python3
"""A slice of a network's loss, 51 x 51: nadir against PyTorch on one thread, in double precision.

usage: bench/slice_against_pytorch.py --bench build/bench/bin/nadir_slice_bench [--rounds N] [--out FILE.json]

784-256-256-10, n = 1024, Gaussian data; filter-normalised Gaussian directions, the same for both. PyTorch evaluates the loss
point by point without gradients, as tools for pictures of losses do: weights moved, then a forward pass. A round times
every tenth point of PyTorch's grid, counted ten times, and nadir's whole grid with what its points share. Values are compared
where both have them. Times are CPU seconds, contenders in turn, the least over the rounds: the machine has other work.

Pictures: a picture is what is drawn from a grid, bilinear between its points; its error is the largest difference to the values
at 101 x 101 points, relative to their spread. The adaptive picture has the 101 x 101 points, and of the
tolerances 1e-2, ..., 3e-4 the largest is taken whose error is at most that of the 51 x 51 grid.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

WIDTHS, SAMPLES, POINTS, DENSE = [784, 256, 256, 10], 1024, 51, 101
TOLERANCES = [1e-2, 5e-3, 3e-3, 2e-3, 1.5e-3, 1e-3, 7e-4, 5e-4, 3e-4]


class Slice:
    """One network and plane as PyTorch sees them, and the same as files for nadir."""

    def __init__(self, activation, loss, folder):
        torch.manual_seed(0)
        self.activation, self.loss, self.folder = activation, loss, folder
        self.x = torch.randn(SAMPLES, WIDTHS[0])
        self.y = torch.arange(SAMPLES) % WIDTHS[-1] if loss == "cross-entropy" else torch.randn(SAMPLES, WIDTHS[-1])
        self.point, self.steps = [], [[], []]
        for d, e in zip(WIDTHS, WIDTHS[1:]):
            weights = torch.randn(e, d) * (2 / d) ** 0.5
            self.point += [weights, 0.05 * torch.randn(e)]
            for step in self.steps:
                moved = torch.randn(e, d)
                step += [moved * weights.norm(dim=1, keepdim=True) / moved.norm(dim=1, keepdim=True), torch.zeros(e)]
        self.x.numpy().tofile(f"{folder}/x.bin")
        self.y.double().numpy().tofile(f"{folder}/y.bin")
        flat = [np.concatenate([p.numpy().ravel(order="F") for p in blocks]) for blocks in (self.point, *self.steps)]
        flat[0].tofile(f"{folder}/point.bin")
        np.concatenate(flat[1:]).tofile(f"{folder}/directions.bin")

    @torch.no_grad()
    def value(self, a, b):
        p = [w + a * u + b * v for w, u, v in zip(self.point, *self.steps)]
        z = self.x
        for layer in range(0, len(p), 2):
            z = torch.nn.functional.linear(z, p[layer], p[layer + 1])
            if layer + 2 < len(p):
                z = torch.relu(z) if self.activation == "relu" else torch.tanh(z)
        if self.loss == "cross-entropy":
            return float(torch.nn.functional.cross_entropy(z, self.y))
        return float(((z - self.y) ** 2).sum() / (2 * SAMPLES))

    def pytorch(self):
        coordinates = np.linspace(-1, 1, POINTS)
        nodes = [(k % POINTS, k // POINTS) for k in range(0, POINTS * POINTS, 10)]
        self.value(0.0, 0.0)
        start = time.process_time()
        values = [self.value(coordinates[i], coordinates[j]) for i, j in nodes]
        seconds = (time.process_time() - start) * POINTS * POINTS / len(nodes)
        return seconds, nodes, np.array(values)

    def nadir(self, program, points, tolerance):
        words = [program, self.folder, str(SAMPLES), self.loss, self.activation, str(points), str(tolerance), *map(str, WIDTHS)]
        facts = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
        return facts, np.fromfile(f"{self.folder}/values.bin").reshape(points, points).T


def picture_error(values, truth):
    """The largest difference to the dense grid of what is drawn bilinearly from `values`, relative to the spread."""
    coarse, dense = np.linspace(-1, 1, len(values)), np.linspace(-1, 1, len(truth))
    rows = np.array([np.interp(dense, coarse, column) for column in values.T]).T
    drawn = np.array([np.interp(dense, coarse, row) for row in rows])
    return float(np.abs(drawn - truth).max() / np.ptp(truth))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    results = []
    for activation, loss in [("relu", "cross-entropy"), ("tanh", "squared")]:
        with tempfile.TemporaryDirectory() as folder:
            job = Slice(activation, loss, folder)
            _, truth = job.nadir(arguments.bench, DENSE, 0)
            theirs, ours, difference = [], [], 0.0
            for _ in range(arguments.rounds):
                seconds, nodes, expected = job.pytorch()
                theirs.append(seconds)
                facts, values = job.nadir(arguments.bench, POINTS, 0)
                ours.append(facts["seconds"])
                found = np.array([values[i, j] for i, j in nodes])
                difference = max(difference, float((np.abs(found - expected) / np.abs(expected)).max()))
            grid_error = picture_error(values, truth)
            for tolerance in TOLERANCES:
                facts, values = job.nadir(arguments.bench, DENSE, tolerance)
                error = picture_error(values, truth)
                if error <= grid_error:
                    break
            adaptive = [job.nadir(arguments.bench, DENSE, tolerance)[0]["seconds"] for _ in range(arguments.rounds)]
        row = {"activation": activation, "loss": loss, "pytorch_seconds": theirs, "nadir_seconds": ours, "largest_relative_difference": difference,
               "ratio": min(theirs) / min(ours), "grid_picture_error": grid_error,
               "adaptive": {"tolerance": tolerance, "estimate": facts["estimate"], "picture_error": error, "evaluations": facts["evaluations"], "seconds": adaptive},
               "fewer_evaluations": POINTS * POINTS / facts["evaluations"], "ratio_adaptive": min(theirs) / min(adaptive)}
        results.append(row)
        print(f"{activation}, {loss}: 51 x 51 in {min(theirs):.1f} s with PyTorch, {min(ours):.2f} s with nadir, ratio {row['ratio']:.2f}; values agree to {difference:.1e}\n"
              f"  the same picture error ({grid_error:.1e}; adaptively {error:.1e}, tolerance {tolerance:g}): {facts['evaluations']} evaluations, "
              f"{row['fewer_evaluations']:.1f} times fewer, {min(adaptive):.2f} s, ratio {row['ratio_adaptive']:.1f}", flush=True)
    if arguments.out:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, cwd=pathlib.Path(__file__).parent)
        with open(arguments.out, "w") as file:
            json.dump({"date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(), "machine": platform.machine(), "pytorch": torch.__version__,
                       "times": "CPU seconds, one thread", "rows": results}, file, indent=1)


if __name__ == "__main__":
    main()
