"""The program under test, and small problems whose answers NumPy knows."""

import json
import os
import subprocess
from pathlib import Path

import numpy
import pytest

EXECUTABLE = os.environ.get("NADIR_EXECUTABLE", "nadir")


class Finished:
    """What a process left behind."""

    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def json(self):
        return json.loads(self.out)


@pytest.fixture
def nadir(tmp_path):
    """nadir(argument, ...) runs the program in tmp_path and waits for it."""

    def run(*arguments, cwd=tmp_path, timeout=300, **options):
        options.setdefault("stdout", subprocess.PIPE)
        command = [EXECUTABLE, *[str(a) for a in arguments]]
        return Finished(
            subprocess.run(command, cwd=cwd, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                           timeout=timeout, check=False, **options))

    return run


@pytest.fixture
def start_nadir(tmp_path):
    """The same without waiting; whatever is still running at the end of the test is ended."""
    processes = []

    def start(*arguments):
        process = subprocess.Popen([EXECUTABLE, *[str(a) for a in arguments]], cwd=tmp_path, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def write_data(folder: Path, d_in: int, d_out: int, n: int, seed: int = 0):
    """x.npy and y.npy in the folder: Y is a linear map of X with noise. Returns both."""
    random = numpy.random.default_rng(seed)
    x = random.standard_normal((n, d_in))
    y = x @ random.standard_normal((d_in, d_out)) + 0.1 * random.standard_normal((n, d_out))
    numpy.save(folder / "x.npy", x)
    numpy.save(folder / "y.npy", y)
    return x, y


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path, d_in=4, d_out=3, n=30)


def least_value(x, y, rank):
    """The global minimum of 1/(2n) |Y - X M|^2 over matrices M of that rank, by reduced-rank regression."""
    full, *_ = numpy.linalg.lstsq(x, y, rcond=None)
    fitted = x @ full
    singular = numpy.linalg.svd(fitted, compute_uv=False)
    return (numpy.sum((y - fitted) ** 2) + numpy.sum(singular[rank:] ** 2)) / (2 * len(x))


LINEAR = ("linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "2")
