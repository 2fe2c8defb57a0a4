#!/usr/bin/python3
"""Loss, gradient and Hessian-vector product of feed-forward networks: nadir against PyTorch, on one thread.

usage: bench/network_against_pytorch.py --bench build/bench/bin/nadir_network_bench [--out FILE.json]

The networks of network_bench.cpp, in double precision on Gaussian data. PyTorch's gradient includes its loss, as
nadir's does; its Hessian-vector product is a second backward pass over a graph of the gradient that is kept, as
PyHessian and curvlinops do. Times are medians over at least half a second each, one program after the other: on a
busy machine repeat and compare. nadir's blocks of eight products are divided by eight.
"""
import argparse
import datetime
import json
import pathlib
import platform
import statistics
import subprocess
import time

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

CASES = {
    "large_tanh": ([784, 256, 256, 10], torch.tanh, False, [1024, 10000]),
    "large_relu": ([784, 256, 256, 10], torch.relu, True, [1024, 10000]),
    "small_tanh": ([2, 50, 1], torch.tanh, False, [100]),
    "small_relu": ([2, 50, 1], torch.relu, False, [100]),
}


def median_seconds(call, least_seconds=0.5):
    call()
    times, end = [], time.perf_counter() + least_seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def pytorch(widths, activation, is_cross_entropy, samples):
    torch.manual_seed(0)
    x = torch.randn(samples, widths[0])
    y = torch.arange(samples) % widths[-1] if is_cross_entropy else torch.randn(samples, widths[-1])
    parameters = []
    for d, e in zip(widths, widths[1:]):
        parameters += [(0.05 * torch.randn(e, d)).requires_grad_(), (0.05 * torch.randn(e)).requires_grad_()]

    def loss():
        a = x
        for layer in range(0, len(parameters), 2):
            a = torch.nn.functional.linear(a, parameters[layer], parameters[layer + 1])
            if layer + 2 < len(parameters):
                a = activation(a)
        return torch.nn.functional.cross_entropy(a, y) if is_cross_entropy else ((a - y) ** 2).sum() / (2 * samples)

    def loss_alone():
        with torch.no_grad():
            loss()

    gradient = torch.autograd.grad(loss(), parameters, create_graph=True)
    direction = [torch.randn_like(p) for p in parameters]
    return {
        "loss": median_seconds(loss_alone),
        "loss_and_gradient": median_seconds(lambda: torch.autograd.grad(loss(), parameters)),
        "hessian_block": median_seconds(lambda: torch.autograd.grad(gradient, parameters, direction, retain_graph=True)),
    }


def nadir(program):
    run = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.3"], check=True, stdout=subprocess.PIPE)
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    seconds = {}
    for row in json.loads(run.stdout)["benchmarks"]:
        what, case, *arguments = row["name"].removesuffix("/manual_time").split("/")
        directions = int(arguments[1]) if len(arguments) > 1 else 1
        seconds[what, case, int(arguments[0]), directions] = row["real_time"] * scale[row["time_unit"]] / directions
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    ours = nadir(arguments.bench)
    rows = []
    print(f"{'':36}{'nadir':>12}{'PyTorch':>12}{'ratio':>8}")
    for case, (widths, activation, is_cross_entropy, sizes) in CASES.items():
        for samples in sizes:
            theirs = pytorch(widths, activation, is_cross_entropy, samples)
            for (what, name, n, directions), seconds in ours.items():
                if name != case or n != samples:
                    continue
                rows.append({"what": what, "case": case, "samples": n, "directions": directions, "nadir_seconds": seconds,
                             "pytorch_seconds": theirs[what]})
                print(f"{what + ' ' + case:26}{n:>6} x{directions:<2}{1e3 * seconds:10.4f}ms{1e3 * theirs[what]:10.4f}ms{theirs[what] / seconds:8.2f}")
    if arguments.out:
        with open(arguments.out, "w") as file:
            commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, cwd=pathlib.Path(__file__).parent)
            json.dump({"date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(), "machine": platform.machine(),
                       "pytorch": torch.__version__, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
