#!/usr/bin/python3
"""Seconds an epoch of stochastic training: nadir's sgd and adam against PyTorch's, on one thread.

usage: bench/network_training_against_pytorch.py --nadir build/release/bin/nadir [--samples N] [--out FILE.json]

The network 784-256-256-10 with relu and cross-entropy, Gaussian inputs, batches of 128 drawn anew every epoch. nadir
computes in double precision; PyTorch is timed in double, with which the ratio is formed, and in single precision, its
default. All times are CPU times of one thread, so that other work on the machine disturbs the ratio little, and the least
of several. Of nadir, c(e) is the time between two lines of progress that are e epochs apart, each with a measurement of
value and gradient on all samples: an epoch is (c(5) - c(1)) / 4, the measurement the rest of c(1). PyTorch makes none.
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

import numpy
import torch

torch.set_num_threads(1)
BATCH = 128
METHODS = {
    "sgd": (["--solver", "sgd"], lambda p: torch.optim.SGD(p, lr=0.01)),
    "momentum": (["--solver", "sgd", "--momentum", "0.9"], lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9)),
    "adam": (["--solver", "adam"], lambda p: torch.optim.Adam(p, lr=1e-3)),
}


def cpu_seconds(process):
    """User and system time so far, as the kernel counts it: to a hundredth of a second."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def nadir_seconds(program, folder, options, epochs):
    """CPU time of `epochs` epochs and a measurement; the run is ended after a few of these."""
    command = [program, "solve", "network", "--x", f"{folder}/x.npy", "--y", f"{folder}/y.npy", "--loss", "cross-entropy",
               "--hidden", "256,256", "--activation", "relu", *options, "--batch-size", str(BATCH), "--epochs", "1000",
               "--measure-every", str(epochs), "--patience", "0", "--threads", "1", "--progress", "-o",
               f"{folder}/run-{time.monotonic_ns()}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        times = {}
        for line in process.stderr:
            if line.startswith("iteration "):
                times[int(line.split()[1])] = cpu_seconds(process)
            if len(times) == 6:
                break
        process.kill()
    return min((times[k] - times[k - 1] for k in times if k > 1 and k - 1 in times))


def pytorch_epoch(x, y, make_optimiser, precision):
    torch.manual_seed(0)
    x = x.to(precision)
    net = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256), torch.nn.ReLU(),
                              torch.nn.Linear(256, 10)).to(precision)
    optimiser = make_optimiser(net.parameters())
    times = []
    for _ in range(5):
        start = time.process_time()
        for batch in torch.randperm(len(x)).split(BATCH):
            optimiser.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimiser.step()
        times.append(time.process_time() - start)
    return min(times[1:])


def compared(program, folder, samples):
    random = numpy.random.default_rng(0)
    x = torch.tensor(random.standard_normal((samples, 784)))
    y = torch.arange(samples) % 10
    numpy.save(f"{folder}/x.npy", x.numpy())
    numpy.save(f"{folder}/y.npy", y.numpy()[:, None])
    print(f"{'seconds an epoch':18}{'nadir':>10}{'PyTorch':>10}{'float':>10}{'ratio':>8}")
    for name, (options, make_optimiser) in METHODS.items():
        one = nadir_seconds(program, folder, options, 1)
        theirs = pytorch_epoch(x, y, make_optimiser, torch.float64)
        five = nadir_seconds(program, folder, options, 5)
        single = pytorch_epoch(x, y, make_optimiser, torch.float32)
        epoch = (five - one) / 4
        print(f"{name:18}{epoch:10.3f}{theirs:10.3f}{single:10.3f}{theirs / epoch:8.2f}")
        yield {"method": name, "samples": samples, "batch": BATCH, "nadir_seconds": epoch, "measurement_seconds": one - epoch,
               "pytorch_seconds": theirs, "pytorch_float_seconds": single}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nadir", required=True)
    parser.add_argument("--samples", type=int, default=10000)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(compared(arguments.nadir, folder, arguments.samples))
    if arguments.out:
        with open(arguments.out, "w", encoding="ascii") as file:
            commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=False,
                                    cwd=pathlib.Path(__file__).parent)
            json.dump({"date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(), "machine": platform.machine(),
                       "pytorch": torch.__version__, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
