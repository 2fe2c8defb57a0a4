#!/usr/bin/python3
"""Top eigenvalue and spectral density of a network's Hessian: nadir against PyTorch, on one thread.

usage: bench/spectrum_against_pytorch.py --bench build/bench/bin/nadir_spectrum_bench [--rounds N] [--out FILE.json]

784-256-256-10, n = 1024, tanh, squared loss and cross-entropy, Gaussian data. PyTorch multiplies by the Hessian with a
second backward pass over a graph of the gradient that is kept; on top of it stand, written anew,
  power iteration   to the largest eigenvalue, until the *true* relative error of v^T H v is 1e-3 (the truth is nadir's
                    eigenvalue, whose residual bounds its error by 1e-5 of it, and power iteration goes on towards it);
  density           the algorithm of PyHessian: for each of 10 Rademacher probes 80 Lanczos steps, every new vector
                    orthogonalised against all before it one by one. Two probes are timed and counted five times: they
                    are independent and cost the same.
nadir's top eigenvalue comes in two kinds: with a residual alone (likely), as power iteration could have it, and with the bound
that nothing lies beyond the tolerance, except with probability 0.005, which power iteration cannot give.
nadir's density has the resolution of 80 steps and stops before them where its quadrature's error bound is below a third of
the probes' error bars; the table says how many steps that took. Times are CPU seconds (user and system) of one thread,
contenders in turn, the median over the rounds: other programs on the machine disturb the ratio little.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

WIDTHS, SAMPLES = [784, 256, 256, 10], 1024


class Hessian:
    """The Hessian of one network as PyTorch sees it, and the same network as files for nadir."""

    def __init__(self, loss, folder):
        torch.manual_seed(0)
        self.loss, self.folder = loss, folder
        x = torch.randn(SAMPLES, WIDTHS[0])
        y = torch.arange(SAMPLES) % WIDTHS[-1] if loss == "cross-entropy" else torch.randn(SAMPLES, WIDTHS[-1])
        self.parameters = []
        for d, e in zip(WIDTHS, WIDTHS[1:]):
            self.parameters += [(0.05 * torch.randn(e, d)).requires_grad_(), (0.05 * torch.randn(e)).requires_grad_()]
        a = x
        for layer in range(0, len(self.parameters), 2):
            a = torch.nn.functional.linear(a, self.parameters[layer], self.parameters[layer + 1])
            if layer + 2 < len(self.parameters):
                a = torch.tanh(a)
        value = torch.nn.functional.cross_entropy(a, y) if loss == "cross-entropy" else ((a - y) ** 2).sum() / (2 * SAMPLES)
        self.gradient = torch.cat([g.reshape(-1) for g in torch.autograd.grad(value, self.parameters, create_graph=True)])
        self.dimension = self.gradient.numel()
        x.numpy().tofile(f"{folder}/x.bin")
        y.double().numpy().tofile(f"{folder}/y.bin")
        np.concatenate([p.detach().numpy().ravel(order="F") for p in self.parameters]).tofile(f"{folder}/point.bin")

    def __matmul__(self, v):
        return torch.cat([p.reshape(-1) for p in torch.autograd.grad(self.gradient, self.parameters, v, retain_graph=True)])

    def nadir(self, program, what):
        arguments = [program, self.folder, str(SAMPLES), self.loss, "tanh", what, *map(str, WIDTHS)]
        return json.loads(subprocess.run(arguments, check=True, stdout=subprocess.PIPE).stdout)


def power_iteration(hessian, truth, seed, most=1000):
    torch.manual_seed(seed)
    start = time.process_time()
    v = torch.randn(hessian.dimension)
    v /= v.norm()
    for products in range(1, most + 1):
        w = hessian @ v
        value = float(v @ w)
        if abs(value - truth) <= 1e-3 * abs(truth):
            break
        v = w / w.norm()
    return {"seconds": time.process_time() - start, "products": products, "value": value}


def lanczos_density(hessian, steps, probes):
    start = time.process_time()
    for _ in range(probes):
        v = torch.randint(0, 2, (hessian.dimension,)).double() * 2 - 1
        v /= v.norm()
        basis, alphas, betas = [v], [], []
        w = hessian @ v
        alphas.append(w @ v)
        w = w - alphas[-1] * v
        for _ in range(steps - 1):
            betas.append(w.norm())
            for u in basis:
                w = w - (w @ u) * u
            v = w / w.norm()
            basis.append(v)
            w = hessian @ v - betas[-1] * basis[-2]
            alphas.append(w @ v)
            w = w - alphas[-1] * v
        diagonal = np.array([float(a) for a in alphas])
        beside = np.array([float(b) for b in betas])
        np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return {"seconds": time.process_time() - start, "products": steps * probes}


def median(rows, key="seconds"):
    return statistics.median(row[key] for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--losses", nargs="+", default=["squared", "cross-entropy"])
    parser.add_argument("--out")
    arguments = parser.parse_args()
    results = []
    for loss in arguments.losses:
        with tempfile.TemporaryDirectory() as folder:
            hessian = Hessian(loss, folder)
            rates, ours, likely, theirs, our_density, their_density = [], [], [], [], [], []
            for round_number in range(arguments.rounds):
                rates.append(hessian.nadir(arguments.bench, "product"))
                ours.append(hessian.nadir(arguments.bench, "top"))
                likely.append(hessian.nadir(arguments.bench, "likely_top"))
                theirs.append(power_iteration(hessian, ours[0]["value"], round_number))
                our_density.append(hessian.nadir(arguments.bench, "density"))
                their_density.append(lanczos_density(hessian, 80, 2))
        row = {
            "loss": loss,
            "hessian_product": {"nadir_double": median(rates, "exact_seconds"), "nadir_single": median(rates, "rough_seconds"), "single_error": rates[0]["rough_error"]},
            "top_eigenvalue": {"nadir": ours, "nadir_likely": likely, "pytorch": theirs, "ratio": median(theirs) / median(ours),
                               "ratio_likely": median(theirs) / median(likely)},
            "density": {"nadir": our_density, "pytorch_two_probes": their_density, "ratio": 5 * median(their_density) / median(our_density)},
        }
        results.append(row)
        rate = row["hessian_product"]
        print(f"{loss}: Hessian product {1e3 * rate['nadir_double']:.1f} ms in double, {1e3 * rate['nadir_single']:.1f} ms in single (error {rate['single_error']:.1e})")
        print(f"  top eigenvalue to 1e-3: power iteration {median(theirs):.2f} s, {[t['products'] for t in theirs]} products; nadir {median(likely):.2f} s, "
              f"{likely[0]['products']} products, ratio {row['top_eigenvalue']['ratio_likely']:.1f}; with nothing beyond {median(ours):.2f} s, "
              f"{ours[0]['products']} products, ratio {row['top_eigenvalue']['ratio']:.1f}")
        print(f"  density 10 x 80: nadir {median(our_density):.1f} s, {our_density[0]['steps']} steps; PyTorch {5 * median(their_density):.1f} s; "
              f"ratio {row['density']['ratio']:.2f}", flush=True)
    if arguments.out:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, cwd=pathlib.Path(__file__).parent)
        with open(arguments.out, "w") as file:
            json.dump({"date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(), "machine": platform.machine(), "pytorch": torch.__version__,
                       "times": "CPU seconds, one thread", "rows": results}, file, indent=1)


if __name__ == "__main__":
    main()
