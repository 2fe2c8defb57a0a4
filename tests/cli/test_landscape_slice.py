"""`nadir landscape slice` on finished runs; the oracle is NumPy, which evaluates the same network at the same points."""

import hashlib
import json

import numpy
import pytest

SAMPLES, INPUTS, HIDDEN = 40, 3, 5
BLOCKS = ["W1", "b1", "W2", "b2"]


@pytest.fixture
def data(nadir, tmp_path):
    """Runs `run` and `other` of a 3-5-1 network of tanh; returns inputs and targets."""
    random = numpy.random.default_rng(3)
    x, y = random.normal(size=(SAMPLES, INPUTS)), random.normal(size=(SAMPLES, 1))
    numpy.save(tmp_path / "x.npy", x)
    numpy.save(tmp_path / "y.npy", y)
    for name, seed in (("run", "0"), ("other", "1")):
        arguments = ["--x", "x.npy", "--y", "y.npy", "--hidden", str(HIDDEN), "--activation", "tanh", "--seed", seed, "--max-iterations", "12", "--keep-points", "9"]
        assert nadir("solve", "network", *arguments, "-o", name).code == 0
    return x, y


def point(path):
    with numpy.load(path) as blocks:
        return {name: blocks[name].copy() for name in BLOCKS}


def flat(blocks):
    return numpy.concatenate([blocks[name].ravel() for name in BLOCKS])


def loss(data, values):
    x, y = data
    sizes = {"W1": (HIDDEN, INPUTS), "b1": (HIDDEN,), "W2": (1, HIDDEN), "b2": (1,)}
    w, first = {}, 0
    for name in BLOCKS:
        count = int(numpy.prod(sizes[name]))
        w[name] = values[first : first + count].reshape(sizes[name])
        first += count
    prediction = numpy.tanh(x @ w["W1"].T + w["b1"]) @ w["W2"].T + w["b2"]
    return float(((prediction - y) ** 2).sum() / (2 * SAMPLES))


def cut(nadir, *arguments, code=0):
    run = nadir("landscape", "slice", "run", "--json", *arguments)
    assert run.code == code, run.err
    return run.json()


def test_a_plane_through_three_points_is_what_numpy_computes_with_its_axes_labelled(nadir, data, tmp_path):
    here, there = (flat(point(tmp_path / name / "point.npz")) for name in ("run", "other"))
    third = point(tmp_path / "run/point.npz")
    third["W1"][0] += 1.0
    numpy.savez(tmp_path / "third.npz", **third)

    found = cut(nadir, "--to", "other,third.npz", "--grid", "5x4", "--range", "-0.25,1,0,2")

    assert found["schema"] == "nadir.slice/1" and found["family"] == "network" and found["complete"]
    first, second = found["axes"]
    assert first["kind"] == second["kind"] == "to" and "other" in first["label"] and "third.npz" in second["label"]
    assert (first["coordinates"][0], first["coordinates"][-1], second["coordinates"][0], second["coordinates"][-1]) == (-0.25, 1, 0, 2)
    assert {0, 1} <= set(first["coordinates"]) and 1 in second["coordinates"] and numpy.all(numpy.diff(first["coordinates"]) > 0)
    u = there - here
    v = flat(third) - here
    v -= (v @ u) / (u @ u) * u
    assert (first["length"], second["length"]) == pytest.approx((numpy.linalg.norm(u), numpy.linalg.norm(v)), rel=1e-12)
    values = found["layers"][0]["values"]
    assert found["layers"][0]["name"] == "value" and len(values) == 5 and len(values[0]) == 4
    for i, a in enumerate(first["coordinates"]):
        for j, b in enumerate(second["coordinates"]):
            assert values[i][j] == pytest.approx(loss(data, here + a * u + b * v), rel=1e-10)
    marks = {mark["label"]: mark for mark in found["marks"]}
    assert marks["the point"]["value"] == found["value"] and marks["the point"]["coordinates"] == [0, 0]
    assert marks["other"]["coordinates"] == pytest.approx([1, 0], abs=1e-12)
    assert marks["other"]["value"] == pytest.approx(loss(data, there), rel=1e-12)
    assert marks["third.npz"]["coordinates"][1] == pytest.approx(1, abs=1e-12) and marks["third.npz"]["distance"] < 1e-12


def test_it_is_written_into_the_run_folder_bound_to_the_point_and_leaves_the_point_alone(nadir, data, tmp_path):
    before = (tmp_path / "run/point.npz").read_bytes()

    text = nadir("landscape", "slice", "run", "--grid", "5x5", "--json").out

    assert (tmp_path / "run/slice.json").read_text() == text
    assert (tmp_path / "run/point.npz").read_bytes() == before
    found = json.loads(text)
    assert found["point_sha256"] == hashlib.sha256(before).hexdigest()
    assert found["layers"][0]["values"][2][2] == found["value"]
    assert found["value"] == pytest.approx(json.loads((tmp_path / "run/verdict.json").read_text())["value"], rel=1e-14)
    assert found["value"] == pytest.approx(loss(data, flat(point(tmp_path / "run/point.npz"))), rel=1e-12)


def test_random_directions_are_as_long_as_filters_or_layers_and_biases_move_by_choice(nadir, data, tmp_path):
    weights = point(tmp_path / "run/point.npz")
    without = numpy.sqrt((weights["W1"] ** 2).sum() + (weights["W2"] ** 2).sum())

    for how in ("filter", "layer"):
        axes = cut(nadir, "--grid", "3x3", "--normalise", how)["axes"]
        assert [a["kind"] for a in axes] == ["random"] * 2 and [a["normalisation"] for a in axes] == [how] * 2
        assert [a["length"] for a in axes] == pytest.approx([without] * 2, rel=1e-12)
    with_biases = cut(nadir, "--grid", "3x3", "--biases")["axes"]
    assert with_biases[0]["length"] == pytest.approx(numpy.linalg.norm(flat(weights)), rel=1e-12)


def test_seeds_matter_and_threads_do_not(nadir, data):
    once, again, other = (cut(nadir, "--grid", "9x9", *more) for more in (["--threads", "1"], ["--threads", "3"], ["--seed", "1"]))

    assert once["layers"] == again["layers"] and once["axes"] == again["axes"]
    assert once["layers"] != other["layers"] and other["seed"] == 1


def test_few_points_make_the_same_picture(nadir, data):
    whole = cut(nadir, "--normalise", "layer")
    few = cut(nadir, "--normalise", "layer", "--adaptive", "0.01")

    a, b = (numpy.array(found["layers"][0]["values"]) for found in (whole, few))
    assert whole["adaptive"] is None and few["adaptive"]["tolerance"] == 0.01
    assert few["adaptive"]["error"] <= 0.01
    assert numpy.abs(a - b).max() <= 4 * few["adaptive"]["error"] * numpy.ptp(a)
    assert len(few["adaptive"]["points"]) < 51 * 51 / 4
    coordinates = [axis["coordinates"] for axis in few["axes"]]
    for x, y, value in few["adaptive"]["points"]:
        assert value == pytest.approx(a[coordinates[0].index(x), coordinates[1].index(y)], rel=1e-12)


def test_layers_of_gradient_and_curvature_along_an_eigenvector(nadir, data, tmp_path):
    here = flat(point(tmp_path / "run/point.npz"))
    found = cut(nadir, "--directions", "eigenvectors", "--dimensions", "1", "--grid", "5", "--layers", "value,gradient,curvature", "--range", "-0.1,0.1")

    assert [layer["name"] for layer in found["layers"]] == ["value", "gradient_norm", "curvature_ratio"]
    axis, values = found["axes"][0], found["layers"][0]["values"]
    assert axis["kind"] == "eigenvector" and axis["length"] == pytest.approx(1, rel=1e-12)

    def gradient(x):
        steps = numpy.eye(x.size) * 1e-5
        return numpy.array([(loss(data, x + s) - loss(data, x - s)) / 2e-5 for s in steps])

    hessian = numpy.array([(gradient(here + s) - gradient(here - s)) / 2e-4 for s in numpy.eye(here.size) * 1e-4])
    eigenvalues = numpy.linalg.eigvalsh((hessian + hessian.T) / 2)
    assert axis["eigenvalue"] == pytest.approx(max(eigenvalues, key=abs), rel=1e-3)
    slopes = [(values[3] - values[1]) / (2 * axis["coordinates"][3]), (values[3] - 2 * values[2] + values[1]) / axis["coordinates"][3] ** 2]
    assert found["layers"][1]["values"][2] == pytest.approx(numpy.linalg.norm(gradient(here)), rel=1e-4, abs=1e-8)
    assert abs(slopes[0]) <= found["layers"][1]["values"][2] + 0.1
    assert found["layers"][2]["values"][2] == pytest.approx(eigenvalues[0] / numpy.abs(eigenvalues).max(), abs=2e-2)


def test_the_plane_of_a_trajectory_shows_it_with_its_distances(nadir, data, tmp_path):
    found = cut(nadir, "--directions", "trajectory", "--grid", "7x7")

    here = flat(point(tmp_path / "run/point.npz"))
    with numpy.load(tmp_path / "run/trajectory.npz") as kept:
        iterates = numpy.concatenate([kept[name].reshape(len(kept["values"]), -1) for name in BLOCKS], axis=1) - here
        values = kept["values"].tolist()
    _, s, v = numpy.linalg.svd(iterates, full_matrices=False)
    assert [a["explained"] for a in found["axes"]] == pytest.approx((s**2 / (s**2).sum())[:2], rel=1e-9)
    assert [i["value"] for i in found["trajectory"]] == values
    for shown, moved in zip(found["trajectory"], iterates):
        assert numpy.abs(shown["coordinates"]) == pytest.approx(numpy.abs(v[:2] @ moved), abs=1e-9)
        assert shown["distance"] == pytest.approx(numpy.linalg.norm(moved - v[:2].T @ (v[:2] @ moved)), abs=1e-9)
        for axis, coordinate in zip(found["axes"], shown["coordinates"]):
            assert axis["coordinates"][0] <= coordinate <= axis["coordinates"][-1]
    assert cut(nadir, "--grid", "3")["trajectory"] is None


def test_a_time_limit_keeps_what_there_is(nadir, data, tmp_path):
    found = cut(nadir, "--time-limit", "1e-9", code=3)

    assert not found["complete"] and found["value"] > 0
    assert all(value is None for row in found["layers"][0]["values"] for value in row)
    assert json.loads((tmp_path / "run/slice.json").read_text()) == found


def test_the_text_says_where_it_is_lower(nadir, data, tmp_path):
    blocks = point(tmp_path / "run/point.npz")
    numpy.savez(tmp_path / "worse.npz", **{**blocks, "b2": blocks["b2"] + 1.0})
    assert nadir("judge", "network", "--x", "x.npy", "--y", "y.npy", "--hidden", str(HIDDEN), "--activation", "tanh", "--point", "worse.npz", "-o", "judged").code == 0

    run = nadir("landscape", "slice", "judged", "--to", "run/point.npz", "--grid", "11")

    assert run.code == 0, run.err
    assert "news: lower than the point by" in run.out and "run/point.npz" in run.out
    assert run.out.isascii() and max(map(len, run.out.splitlines())) < 140


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nowhere"], "nowhere"),
        (["run", "--grid", "1x5"], "grid"),
        (["run", "--grid", "5x5x5"], "--grid"),
        (["run", "--grid", "many"], "many"),
        (["run", "--dimensions", "1", "--grid", "5x5"], "--dimensions 1"),
        (["run", "--dimensions", "3"], "dimensions"),
        (["run", "--range", "1,-1"], "range"),
        (["run", "--range", "0.5,1"], "0, where the point is"),
        (["run", "--range", "-1,1,0"], "--range"),
        (["run", "--directions", "sideways"], "sideways"),
        (["run", "--directions", "to"], "--to"),
        (["run", "--to", "run"], "same point"),
        (["run", "--to", "other,run,other"], "--to"),
        (["run", "--to", "other,other"], "off the line"),
        (["run", "--to", "other,"], "--to"),
        (["run", "--to", "other", "--directions", "trajectory"], "trajectory"),
        (["run", "--to", "wide/point.npz"], "(5, 3)"),
        (["run", "--to", "wide"], "wide"),
        (["run", "--layers", "value,slope"], "slope"),
        (["run", "--adaptive", "0.9"], "adaptive"),
        (["run", "--normalise", "rows"], "rows"),
        (["wide", "--directions", "trajectory"], "--keep-points"),
    ],
)
def test_bad_input_is_named(nadir, data, arguments, said):
    assert nadir("solve", "network", "--x", "x.npy", "--y", "y.npy", "--hidden", "7", "--activation", "tanh", "--max-iterations", "1", "-o", "wide").code == 0

    run = nadir("landscape", "slice", *arguments)

    assert run.code == 2, run.err
    assert said in run.err and run.err.count("\n") == 1
