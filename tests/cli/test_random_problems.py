"""A hunt for wrong verdicts: random linear networks of every kind, solved, cut short or judged where they stand.

The oracle is reduced-rank regression in NumPy, and the checker in a process of its own: whatever is marked proved must
be verified, and whatever is called global must be.
"""

import numpy
import pytest
from conftest import least_value

STARTS = ["random", "zeros", "identity", "orthogonal", "balanced"]


def random_data(random, widths):
    n = int(random.integers(1, 20))
    x = random.standard_normal((n, widths[0]))
    y = random.standard_normal((n, widths[-1]))
    kind = random.integers(5)
    if kind == 0:  # integers: exact arithmetic
        x, y = numpy.round(2 * x), numpy.round(2 * y)
    elif kind == 1:  # a dead feature
        x[:, random.integers(widths[0])] = 0
    elif kind == 2 and widths[0] > 1:  # a feature twice
        x[:, -1] = 2 * x[:, 0]
    elif kind == 3:  # scales far from one
        x *= 10.0 ** random.integers(-6, 7)
        y *= 10.0 ** random.integers(-6, 7)
    return x, y


def random_point(random, widths):
    blocks = {}
    for layer, (below, above) in enumerate(zip(widths, widths[1:]), start=1):
        block = random.standard_normal((above, below))
        blocks[f"W{layer}"] = numpy.round(block) if random.integers(2) else block * random.integers(2)
    return blocks


def arguments_of(random, widths, has_decay):
    arguments = ["linear-network", "--x", "x.npy", "--y", "y.npy"]
    if len(widths) > 2:
        arguments += ["--hidden", ",".join(map(str, widths[1:-1]))]
    if random.integers(4) == 0:
        arguments += ["--residual"]
    if has_decay:
        arguments += ["--weight-decay", str(10.0 ** random.integers(-3, 1))]
    return arguments


@pytest.mark.parametrize("seed", range(60))
def test_no_verdict_is_wrong_and_every_proof_is_verified(nadir, tmp_path, seed):
    random = numpy.random.default_rng(seed)
    widths = [int(w) for w in random.integers(1, 6, size=random.integers(2, 6))]
    x, y = random_data(random, widths)
    numpy.save(tmp_path / "x.npy", x)
    numpy.save(tmp_path / "y.npy", y)
    has_decay = random.integers(4) == 0
    arguments = arguments_of(random, widths, has_decay)
    mode = ["solved", "cut short", "judged"][random.integers(3)]
    if mode == "judged":
        numpy.savez(tmp_path / "point.npz", **random_point(random, widths))
        arguments = ["judge", *arguments, "--point", "point.npz"]
    else:
        arguments = ["solve", *arguments, "--start", random.choice(STARTS), "--seed", seed]
        if mode == "cut short":
            arguments += ["--max-iterations", random.integers(6), "--escape-rounds", 0]

    run = nadir(*arguments, "-o", "run", "--json")
    check = nadir("verify", "run", "--json")

    assert run.code == 0, run.err
    assert check.code == 0 and check.json()["verified"], check.out
    if has_decay:
        return
    verdict = run.json()
    best = least_value(x, y, min(widths))
    scale = max(verdict["value"], 1e-6 * numpy.sum(y**2) / (2 * len(x)))
    is_global = verdict["value"] - best <= 1.0000001e-6 * scale + 1e-13 * numpy.sum(y**2) / len(x)
    assert is_global or verdict["verdict"] != "global-minimum"
    assert verdict["verdict"] not in {"local-minimum", "spurious-minimum"}  # there are none
    if mode == "solved":
        assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
