"""`nadir landscape spectrum` on finished runs; the oracle is NumPy: of one linear layer the Hessian is known."""

import hashlib
import json

import numpy
import pytest

SAMPLES, INPUTS, OUTPUTS = 300, 60, 12


@pytest.fixture
def layer(nadir, tmp_path):
    """A run of one linear layer without biases, whose Hessian is X^T X / n once for every output: its eigenvalues."""
    random = numpy.random.default_rng(3)
    x = random.normal(size=(SAMPLES, INPUTS)) * numpy.linspace(0.2, 2.0, INPUTS)
    numpy.save(tmp_path / "x.npy", x)
    numpy.save(tmp_path / "y.npy", random.normal(size=(SAMPLES, OUTPUTS)))
    assert nadir("solve", "network", "--x", "x.npy", "--y", "y.npy", "--no-bias", "-o", "run").code == 0
    return numpy.repeat(numpy.linalg.eigvalsh(x.T @ x / SAMPLES), OUTPUTS)


def spectrum(nadir, *arguments):
    run = nadir("landscape", "spectrum", "run", "--json", *arguments)
    assert run.code == 0, run.err
    return run.json()


def test_a_small_spectrum_is_whole(nadir, layer):
    found = spectrum(nadir)

    assert found["schema"] == "nadir.spectrum/1" and found["whole"] and found["complete"]
    assert found["dimension"] == INPUTS * OUTPUTS == found["products"]
    assert found["measure"]["peaks"] == pytest.approx(layer, rel=1e-10)
    assert [e["value"] for e in found["extremes"]["greatest"]] == pytest.approx(layer[::-1][:5], rel=1e-10)
    assert found["trace"] == {"value": pytest.approx(layer.sum(), rel=1e-12), "half_width": 0.0}


@pytest.mark.parametrize("exact", [True, False])
def test_a_larger_one_is_estimated_within_its_bounds(nadir, layer, exact):
    found = spectrum(nadir, "--probes", "6", "--steps", "100", "--top", "2", *(["--exact"] if exact else []))

    assert not found["whole"] and (found["rough_error"] == 0.0) == exact
    for side, truth in (("greatest", layer[-1]), ("least", layer[0])):
        end = found["extremes"][side][0]
        assert end["converged"] and end["value"] == pytest.approx(truth, rel=1e-3)
        assert numpy.abs(layer - end["value"]).min() <= end["residual"] + 1e-12
    assert found["extremes"]["none_above"] >= layer[-1] and found["extremes"]["none_below"] <= layer[0]
    assert abs(found["trace"]["value"] - layer.sum()) <= found["trace"]["half_width"]
    weights = sum(found["measure"]["weights"]) + len(found["measure"]["peaks"]) / found["dimension"]
    assert weights == pytest.approx(1.0, rel=1e-9)
    points, values = (numpy.array(found["density"][key]) for key in ("points", "values"))
    assert values.sum() * (points[1] - points[0]) == pytest.approx(1.0, rel=1e-2)


def test_it_is_written_into_the_run_folder_and_bound_to_the_point(nadir, layer, tmp_path):
    text = nadir("landscape", "spectrum", "run", "--json").out

    assert (tmp_path / "run/spectrum.json").read_text() == text
    assert json.loads(text)["point_sha256"] == hashlib.sha256((tmp_path / "run/point.npz").read_bytes()).hexdigest()
    assert nadir("verify", "run").code == 0
    assert not [p for p in (tmp_path / "run").iterdir() if "tmp" in p.name]


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(nadir, layer):
    once, again, other = (spectrum(nadir, "--probes", "4", "--steps", "30", *more) for more in (["--threads", "1"], ["--threads", "3"], ["--seed", "1"]))

    for run in (once, again, other):
        del run["seconds"], run["seed"]
    assert once == again and once != other


def test_the_table_names_ends_trace_and_shares(nadir, layer):
    run = nadir("landscape", "spectrum", "run", "--probes", "4", "--steps", "30")

    assert run.code == 0 and run.err == ""
    for words in ("greatest", "least", "none above", "trace", "share of eigenvalues", "share by decade", "not established"):
        assert words in run.out
    assert run.out.isascii() and max(map(len, run.out.splitlines())) < 120


def test_a_time_limit_leaves_what_was_found(nadir, layer, tmp_path):
    run = nadir("landscape", "spectrum", "run", "--probes", "4", "--steps", "100", "--time-limit", "1e-9", "--json")

    assert run.code == 3
    found = json.loads((tmp_path / "run/spectrum.json").read_text())
    assert not found["complete"] and found["steps"] == 2
    assert found["extremes"]["none_above"] >= layer[-1] * (1 - 1e-9)


@pytest.mark.parametrize("family", [
    ["double-well"],
    ["linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "3"],
    ["network", "--x", "x.npy", "--y", "y.npy", "--hidden", "4", "--activation", "relu"],
])
def test_every_family_has_one(nadir, tmp_path, family):
    random = numpy.random.default_rng(0)
    numpy.save(tmp_path / "x.npy", random.normal(size=(30, 5)))
    numpy.save(tmp_path / "y.npy", random.normal(size=(30, 2)))
    assert nadir("solve", *family, "-o", "run").code == 0

    found = spectrum(nadir)

    assert found["family"] == family[0] and found["whole"]
    assert len(found["measure"]["peaks"]) == found["dimension"]


def test_bad_input_is_told_in_one_line(nadir, layer, tmp_path):
    (tmp_path / "empty").mkdir()
    for arguments, words in (
        (["landscape"], "landscape {"),
        (["landscape", "spectra", "run"], "spectrum"),
        (["landscape", "spectrum"], "landscape spectrum RUN"),
        (["landscape", "spectrum", "nowhere"], "nowhere"),
        (["landscape", "spectrum", "empty"], "empty"),
        (["landscape", "spectrum", "run", "--probes", "1"], "probes"),
        (["landscape", "spectrum", "run", "--steps", "x"], "steps"),
        (["landscape", "spectrum", "run", "--top", "0"], "top"),
    ):
        run = nadir(*arguments)
        assert run.code == 2 and words in run.err and run.err.count("\n") == 1, (arguments, run.err)
    numpy.save(tmp_path / "x.npy", numpy.zeros((SAMPLES, INPUTS)))
    run = nadir("landscape", "spectrum", "run")
    assert run.code == 2 and "x.npy" in run.err
