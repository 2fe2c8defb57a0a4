#!/usr/bin/python3
"""nadir's time to a proved optimum of a deep linear network on MNIST, and PyTorch's time to the same loss.

usage: bench/mnist_against_pytorch.py --nadir build/release/bin/nadir [--data FOLDER] [--limit SECONDS] [--only WORDS]
       [--out FILE.json]

The network: 784 pixels -> 128 -> 64 -> 10 digits (one-hot), no activation, no bias, mean squared error over two,
all 60000 images. Without --data, Gaussian data of the same size.

nadir's time is the wall time of `nadir solve`, from reading the files to the judged run folder. PyTorch's time
is that of its optimiser alone, on data in memory; checking its loss is not counted. A contender has arrived
when its loss, evaluated in double precision, is within 1e-6 (relative) of the proved lower bound. Contenders:
L-BFGS (full batch, strong Wolfe line search), Adam (full batch, and minibatches of 1000 with a decaying rate),
in float32 and float64; a learning rate of Adam is the best of four after a probe of its own, not counted. Last,
L-BFGS on the reduced data (F, A) that nadir makes by itself: what remains is the difference of the methods.
"""
import argparse
import datetime
import gzip
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

WIDTHS = [784, 128, 64, 10]
GAP = 1e-6


def load(folder):
    if folder is None:
        rng = np.random.default_rng(0)
        x = rng.standard_normal((60000, 784))
        return x, x @ rng.standard_normal((784, 10)) / 28 + rng.standard_normal((60000, 10)), "synthetic"
    read = lambda name: gzip.open(pathlib.Path(folder) / name).read()
    x = np.frombuffer(read("train-images-idx3-ubyte.gz"), np.uint8, offset=16).reshape(-1, 784) / 255.0
    return x, np.eye(10)[np.frombuffer(read("train-labels-idx1-ubyte.gz"), np.uint8, offset=8)], "MNIST"


def run_nadir(program, x, y, threads):
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", x)
        np.save(f"{folder}/y.npy", y)
        words = [program, "solve", "linear-network", "--x", f"{folder}/x.npy", "--y", f"{folder}/y.npy", "--hidden", "128,64",
                 "--gap", str(GAP), "--threads", str(threads), "--json", "-o", f"{folder}/run"]
        start = time.perf_counter()
        verdict = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
        solved = time.perf_counter()
        check = subprocess.run([program, "verify", f"{folder}/run", "--json"], stdout=subprocess.PIPE)
        return verdict, solved - start, json.loads(check.stdout)["verified"], time.perf_counter() - solved


class Reduced:
    """|P X^T - Y^T|^2 = |P F - A|^2 + rest, by an orthogonal factorisation: exact evaluation at little cost."""

    def __init__(self, x, y):
        q, r = np.linalg.qr(x)
        self.f, self.a = r, q.T @ y  # x = q r
        self.rest, self.n = float(np.sum((y - q @ self.a) ** 2)), len(x)

    def loss(self, weights):
        p = np.eye(784)
        for w in weights:
            p = w.detach().double().numpy() @ p
        return (float(np.sum((self.f @ p.T - self.a) ** 2)) + self.rest) / (2 * self.n)


def start_weights(dtype):
    generator = torch.Generator().manual_seed(0)  # variance 1/d_in, as nadir's own default
    return [(torch.randn(o, i, generator=generator, dtype=torch.float64) / i**0.5).to(dtype).requires_grad_() for i, o in zip(WIDTHS, WIDTHS[1:])]


def network_loss(weights, x, y, scale):
    z = x
    for w in weights:
        z = z @ w.T
    return ((z - y) ** 2).sum() * scale


def lbfgs(weights, x, y, scale):
    optimiser = torch.optim.LBFGS(weights, lr=1, max_iter=20, history_size=50, tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = network_loss(weights, x, y, scale)
        loss.backward()
        return loss

    return lambda elapsed: optimiser.step(closure)


def adam(rate, batch, limit):
    def make(weights, x, y, scale):
        optimiser = torch.optim.Adam(weights, lr=rate)

        def some_steps(elapsed):
            for group in optimiser.param_groups:  # 1 at first, 1/1000 at the time limit
                group["lr"] = rate * 10 ** (-3 * elapsed / limit)
            order = torch.randperm(len(x)) if batch < len(x) else None
            for first in range(0, len(x), batch):
                part = slice(None) if order is None else order[first : first + batch]
                optimiser.zero_grad()
                network_loss(weights, x[part], y[part], scale * len(x) / min(batch, len(x))).backward()
                optimiser.step()

        return some_steps

    return make


def contend(make, x, y, scale, reduced, target, limit):
    weights = start_weights(x.dtype)
    advance, elapsed, best = make(weights, x, y, scale), 0.0, np.inf
    while elapsed < limit and best > target:
        start = time.perf_counter()
        advance(elapsed)
        elapsed += time.perf_counter() - start
        loss = reduced.loss(weights)
        if not np.isfinite(loss):
            break
        best = min(best, loss)
    return elapsed, best


def pytorch_results(x, y, lower, limit, probe, only):
    reduced, target = Reduced(x, y), lower * (1 + GAP)
    results = []

    def record(name, make, data, seconds):
        elapsed, best = contend(make, *data, reduced, target, seconds)
        results.append({"contender": name, "seconds": elapsed, "reached": bool(best <= target), "relative_gap": best / lower - 1})
        print(results[-1], file=sys.stderr, flush=True)

    for dtype in (torch.float64, torch.float32):
        data = (torch.tensor(x, dtype=dtype), torch.tensor(y, dtype=dtype), 1 / (2 * len(x)))
        name = str(dtype).removeprefix("torch.")
        if only in f"L-BFGS, {name}":
            record(f"L-BFGS, {name}", lbfgs, data, limit)
        for words, batch in (("Adam, full batch", len(x)), ("Adam, minibatches of 1000", 1000)):
            if only not in f"{words}, {name}":
                continue
            rates = [3e-4, 1e-3, 3e-3, 1e-2]
            rate = min(rates, key=lambda r: contend(adam(r, batch, probe), *data, reduced, target, probe)[1])
            record(f"{words}, rate {rate:g}, {name}", adam(rate, batch, limit), data, limit)
    if only not in "L-BFGS on the reduced data, float64":
        return results
    small = (torch.tensor(reduced.f), torch.tensor(reduced.a), 1 / (2 * len(x)))
    record("L-BFGS on the reduced data, float64", lbfgs, small, limit)
    return results


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return {"processor": model, "cores": os.cpu_count(), "load_average": os.getloadavg()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nadir", required=True)
    parser.add_argument("--data")
    parser.add_argument("--limit", type=float, default=600)
    parser.add_argument("--probe", type=float, default=15)
    parser.add_argument("--only", default="", help="only contenders whose names contain this")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    before = machine()

    x, y, name = load(args.data)
    verdict, seconds, verified, verify_seconds = run_nadir(args.nadir, x, y, args.threads)
    ours = {"seconds": seconds, "verdict": verdict["verdict"], "rigor": verdict["rigor"], "value": verdict["value"], "lower_bound": verdict["lower_bound"],
            "relative_gap": verdict["relative_gap"], "parts": verdict["seconds"], "verified": verified, "verify_seconds": verify_seconds}
    print(ours, file=sys.stderr, flush=True)
    peers = pytorch_results(x, y, verdict["lower_bound"], args.limit, args.probe, args.only)
    for peer in peers:  # a ratio of a contender that did not arrive is a lower bound
        peer["times_nadir"] = peer["seconds"] / seconds
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, cwd=pathlib.Path(__file__).parent).stdout.strip()
    result = {"data": name, "widths": WIDTHS, "gap": GAP, "date": datetime.date.today().isoformat(), "commit": commit, "machine_before": before,
              "machine_after": machine(), "threads": args.threads, "torch": torch.__version__, "nadir": ours, "pytorch": peers}
    text = json.dumps(result, indent=2) + "\n"
    pathlib.Path(args.out).write_text(text) if args.out else print(text, end="")


if __name__ == "__main__":
    main()
