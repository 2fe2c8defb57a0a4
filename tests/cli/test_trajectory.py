"""Points along a run: trajectory.npz against trace.csv, and each point against its value by NumPy."""

import csv

import numpy
import pytest
from conftest import LINEAR, write_data

NETWORK = ("network", "--x", "x.npy", "--y", "y.npy", "--hidden", "3", "--activation", "tanh")


def trace_of(folder):
    with open(folder / "trace.csv", newline="") as file:
        return {int(row["iteration"]): row for row in csv.DictReader(file)}


def linear_value(x, y, weights):
    """1/(2n) |Y - X W1' W2'|^2."""
    fitted = x
    for w in weights:
        fitted = fitted @ w.T
    return numpy.sum((y - fitted) ** 2) / (2 * len(x))


@pytest.mark.parametrize("solver", ["trust-region", "l-bfgs", "gradient-descent"])
def test_every_point_has_its_value_and_its_row_in_the_trace(nadir, tmp_path, data, solver):
    run = nadir("solve", *LINEAR, "--solver", solver, "--max-iterations", 60, "--keep-points", 7, "-o", "run")

    assert run.code == 0, run.err
    kept = numpy.load(tmp_path / "run" / "trajectory.npz")
    rows = trace_of(tmp_path / "run")
    iterations = kept["iterations"].astype(int)
    assert 2 <= len(iterations) <= 7
    assert iterations[0] == 0 and iterations[-1] == max(rows)
    for i, iteration in enumerate(iterations):
        assert kept["values"][i] == float(rows[iteration]["value"])
        assert linear_value(*data, (kept["W1"][i], kept["W2"][i])) == pytest.approx(kept["values"][i], rel=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_what_a_stochastic_method_hands_over_goes_on_in_the_same_trajectory(nadir, tmp_path, data, solver):
    more = ("--solver", solver, "--epochs", 3, "--batch-size", 8, "--then", "trust-region", "--max-iterations", 20)
    assert nadir("solve", *NETWORK, *more, "--keep-points", 500, "-o", "run").code == 0

    kept = numpy.load(tmp_path / "run" / "trajectory.npz")
    rows = trace_of(tmp_path / "run")
    assert "trust-region" in {row["event"] for row in rows.values()}
    assert kept["iterations"].tolist() == sorted(rows)
    x, y = data
    for i in range(len(kept["iterations"])):
        hidden = numpy.tanh(x @ kept["W1"][i].T + kept["b1"][i].ravel())
        fitted = hidden @ kept["W2"][i].T + kept["b2"][i].ravel()
        assert numpy.sum((y - fitted) ** 2) / (2 * len(x)) == pytest.approx(kept["values"][i], rel=1e-10)


def test_of_several_starts_the_best_one_s_points_are_kept(nadir, tmp_path, data):
    assert nadir("solve", *NETWORK, "--starts", 4, "--keep-points", 10, "--max-iterations", 40, "-o", "run").code == 0

    kept = numpy.load(tmp_path / "run" / "trajectory.npz")
    best = numpy.load(tmp_path / "run" / "point.npz")
    for name in best.files:
        if not name.startswith("escape/"):
            assert numpy.allclose(kept[name][-1], best[name], rtol=1e-6, atol=1e-8)


def test_where_the_rank_grows_the_points_since_then_are_kept(nadir, tmp_path):
    random = numpy.random.default_rng(0)
    dense = random.standard_normal((20, 3)) @ random.standard_normal((3, 15))
    dense[random.random(dense.shape) < 0.3] = numpy.nan
    numpy.save(tmp_path / "ratings.npy", dense)

    run = nadir("solve", "matrix-completion", "--ratings", "ratings.npy", "--rank", "auto", "--lambda", 0.5, "--keep-points", 6,
                "-o", "run")

    assert run.code == 0, run.err
    grown = [i for i, row in trace_of(tmp_path / "run").items() if row["event"] == "grow"]
    kept = numpy.load(tmp_path / "run" / "trajectory.npz")
    point = numpy.load(tmp_path / "run" / "point.npz")
    assert grown and kept["iterations"][0] == max(grown)
    assert kept["U"].shape[1:] == point["U"].shape
    assert kept["V"].shape[1:] == point["V"].shape


def test_none_are_kept_unless_asked(nadir, tmp_path, data):
    assert nadir("solve", *LINEAR, "-o", "run").code == 0

    assert not (tmp_path / "run" / "trajectory.npz").exists()


@pytest.mark.parametrize("count", [1, -1, 10**15])
def test_counts_without_sense_are_refused_before_anything_is_written(nadir, tmp_path, data, count):
    run = nadir("solve", *LINEAR, f"--keep-points={count}", "-o", "run")

    assert run.code == 2
    assert "--keep-points" in run.err
    assert not (tmp_path / "run").exists()


def test_a_survey_keeps_none(nadir, tmp_path):
    write_data(tmp_path, 4, 3, 30)

    run = nadir("survey", *LINEAR, "--starts", 2, "--keep-points", 5, "-o", "run")

    assert run.code == 2
    assert "--keep-points" in run.err
