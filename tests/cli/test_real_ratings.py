"""matrix-completion on real ratings, which are not part of the project: skipped where ../shared/data is absent."""

import os
import zlib
from pathlib import Path

import numpy
import pytest

too_slow_under_sanitizers = pytest.mark.skipif(
    os.environ.get("NADIR_SANITIZE", "") != "", reason="minutes under a sanitizer, and no code that smaller cases do not run")

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def file_of(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"../shared/data/{name} is not here")
    return path


def proved(nadir, *arguments):
    run = nadir("solve", "matrix-completion", *arguments, "--rank", "auto", "--json", "-o", "run")
    assert run.code == 0, run.err
    verdict = run.json()
    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
    assert nadir("verify", "run").code == 0
    return verdict


def read_hdf5(path, offset):
    """A 150 x 200 array of a MATLAB 7.3 file: four zlib streams, one after another, of 50 rows of its transpose each."""
    content, blocks = path.read_bytes()[offset:], []
    for _ in range(4):
        stream = zlib.decompressobj()
        blocks.append(numpy.frombuffer(stream.decompress(content)).reshape(50, 150))
        content = stream.unused_data
    return numpy.concatenate(blocks).T


@pytest.mark.parametrize("mask", ["its own", "half"])
def test_a_matrix_of_exact_rank_12_is_fitted_and_where_that_is_unique_recovered(nadir, tmp_path, mask):
    path = file_of("mgcnn/synthetic_netflix.mat")
    matrix, seen = read_hdf5(path, 4528), read_hdf5(path, 13280) > 0
    if mask == "half":
        seen = numpy.random.default_rng(0).random(matrix.shape) < 0.5
    numpy.save(tmp_path / "m.npy", numpy.where(seen, matrix, numpy.nan))

    verdict = nadir("solve", "matrix-completion", "--ratings", "m.npy", "--lambda", "0", "--rank", "12", "--gap", "1e-12", "--json", "-o",
                    "run").json()

    point = numpy.load(tmp_path / "run" / "point.npz")
    error = point["U"] @ point["V"].T - matrix
    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
    assert nadir("verify", "run").code == 0
    assert numpy.linalg.norm(error[seen]) <= 1e-6 * numpy.linalg.norm(matrix)
    # The file's own 9000 entries leave seven directions free beside the 144 of the factors (NumPy: 151 eigenvalues of
    # J^T J below 1e-10 at the truth, J the Jacobian of the entries), so that many matrices of rank 12 fit.
    if mask == "half":
        assert numpy.linalg.norm(error) <= 1e-6 * numpy.linalg.norm(matrix)


def test_triples_between_spaces_with_their_own_test_part(nadir):
    verdict = proved(nadir, "--ratings", file_of("libmf-demo/real_matrix.tr.txt"), "--test", file_of("libmf-demo/real_matrix.te.txt"),
                     "--lambda", "1", "--center", "both", "--center-damping", "5")

    assert verdict["details"]["entries"] == 5000
    assert verdict["details"]["holdout_entries"] + verdict["details"]["holdout_unknown"] == 794


@too_slow_under_sanitizers
def test_film_ratings_with_lambda_by_cross_validation(nadir):
    verdict = proved(nadir, "--ratings", file_of("ml-latest-small/ratings.csv"), "--center", "both", "--center-damping", "5",
                     "--holdout", "0.1")

    assert verdict["details"]["holdout_rmse"] < 0.88


@too_slow_under_sanitizers
def test_joke_ratings_with_weighted_lambda(nadir):
    verdict = proved(nadir, "--ratings", file_of("jester5k/jester5k.csv"), "--center", "both", "--center-damping", "5", "--weighted-lambda",
                     "--lambda", "0.32", "--holdout", "0.1")

    assert verdict["details"]["entries"] + verdict["details"]["holdout_entries"] == 363209
    assert verdict["details"]["holdout_rmse"] < 4.1
