"""`nadir landscape path` between finished runs. The oracle is the closed form of the double well, (x_1^2 - a^2)^2/4 +
(x_2^2 + ...)/2 with its saddle 0 of value a^4/4 and curvature -a^2, and NumPy's own forward pass of a network."""

import hashlib
import json

import numpy
import pytest

A = 1.5


@pytest.fixture
def wells(nadir, tmp_path):
    """A run in each well, and the right well once more as an .npz from elsewhere."""
    for name, sign in (("right", 1), ("left", -1)):
        numpy.savez(tmp_path / f"{name}.npz", x=numpy.array([[sign * A], [0.0], [0.0]]))
        assert nadir("judge", "double-well", "--a", A, "--dimension", 3, "--point", f"{name}.npz", "-o", name).code == 0


def found(nadir, *arguments, code=0):
    run = nadir("landscape", "path", *arguments, "--json")
    assert run.code == code, run.err
    return run.json()


def test_between_two_wells_stands_the_proved_saddle(nadir, wells, tmp_path):
    path = found(nadir, "right", "left")

    assert path["schema"] == "nadir.path/1" and path["family"] == "double-well" and path["complete"]
    assert path["distance"] == pytest.approx(2 * A) and path["alignment"] is None
    line = path["curves"][0]
    assert line["name"] == line["kind"] == "straight" and line["bends"] == 0 and line["length"] == pytest.approx(2 * A)
    assert line["barrier"]["value"] == pytest.approx(A**4 / 4) == line["barrier"]["height"] == line["barrier"]["height_over_line"]
    assert line["barrier"]["t"] == pytest.approx(0.5)
    for t, value in zip(line["t"], line["values"]):
        assert value == pytest.approx(((A * (1 - 2 * t)) ** 2 - A**2) ** 2 / 4, abs=1e-12)
    saddle = path["saddle"]
    assert (saddle["verdict"], saddle["rigor"], saddle["negative"]) == ("strict-saddle", "proved", 1)
    assert saddle["value"] == pytest.approx(A**4 / 4) and saddle["min_eigenvalue"] == pytest.approx(-(A**2))
    points = numpy.load(tmp_path / "right/path.npz")
    assert numpy.abs(points["saddle/x"]).max() < 1e-9
    assert points["bezier/1/x"].shape == (3, 1) and f"elastic-band/{path['curves'][-1]['bends']}/x" in points


def test_it_is_written_into_the_run_folder_and_bound_to_both_points(nadir, wells, tmp_path):
    text = nadir("landscape", "path", "right", "left", "--kind", "polygon", "--bends", "3", "--json").out

    assert (tmp_path / "right/path.json").read_text() == text
    path = json.loads(text)
    for key, folder in (("point_sha256", "right"), ("other_sha256", "left")):
        assert path[key] == hashlib.sha256((tmp_path / folder / "point.npz").read_bytes()).hexdigest()
    assert [(c["kind"], c["bends"]) for c in path["curves"]] == [("straight", 0), ("polygon", 3)] and path["saddle"] is None
    assert nadir("verify", "right").code == 0
    assert not [p for p in (tmp_path / "right").iterdir() if "tmp" in p.name]


def test_the_other_end_may_be_an_npz_and_kinds_may_be_listed(nadir, wells):
    listed = found(nadir, "right", "left.npz", "--kind", "polygon,bezier", "--kind", "bezier", "--points", "7")

    assert [c["kind"] for c in listed["curves"]] == ["straight", "polygon", "bezier"]


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(nadir, wells):
    once, again = (found(nadir, "right", "left", "--threads", n, "--seed", "3") for n in (1, 3))

    del once["seconds"], again["seconds"]
    assert once == again


def test_a_run_to_itself_is_no_way(nadir, wells):
    path = found(nadir, "right", "right")

    assert path["distance"] == 0 and len(path["curves"]) == 1 and path["curves"][0]["barrier"]["height"] == 0
    assert "the same point" in nadir("landscape", "path", "right", "right").out


def test_the_table_tells_barriers_and_the_pass(nadir, wells):
    run = nadir("landscape", "path", "right", "left")

    assert run.code == 0 and run.err == ""
    for words in ("3 apart", "straight", "bezier", "elastic band", "a saddle of index 1 (strict-saddle: proved)", "not established"):
        assert words in run.out
    assert run.out.isascii() and max(map(len, run.out.splitlines())) < 130


def test_a_time_limit_leaves_what_was_found(nadir, wells, tmp_path):
    path = found(nadir, "right", "left", "--time-limit", "1e-9", code=3)

    assert not path["complete"] and len(path["curves"]) == 1
    assert path["curves"][0]["barrier"]["uncertainty"] is None and len(path["curves"][0]["t"]) >= 16
    assert json.loads((tmp_path / "right/path.json").read_text()) == path


@pytest.fixture
def network(nadir, tmp_path):
    """A small trained network, a run, and a copy of its point with other places and signs of the hidden units."""
    random = numpy.random.default_rng(5)
    x = random.normal(size=(40, 3))
    numpy.save(tmp_path / "x.npy", x)
    numpy.save(tmp_path / "y.npy", numpy.sin(x @ random.normal(size=(3, 2))))
    options = ["--x", "x.npy", "--y", "y.npy", "--hidden", "6", "--activation", "tanh", "--weight-decay", "0.001"]
    assert nadir("solve", "network", *options, "-o", "run").code == 0
    assert nadir("solve", "network", *options, "--start", "random", "--max-iterations", "300", "-o", "again").code == 0
    point = dict(numpy.load(tmp_path / "run/point.npz"))
    order, signs = random.permutation(6), numpy.array([1, -1, 1, 1, -1, -1.0])
    blocks = {name: point[name] for name in ("W1", "b1", "W2", "b2")}
    blocks["W1"] = (signs[:, None] * blocks["W1"])[order]
    blocks["b1"] = (signs[:, None] * blocks["b1"].reshape(-1, 1))[order]
    blocks["W2"] = (blocks["W2"] * signs)[:, order]
    numpy.savez(tmp_path / "copy.npz", **blocks)
    return options


def test_a_copy_with_its_units_in_other_places_lies_across_a_barrier_until_it_is_aligned(nadir, network, tmp_path):
    path = found(nadir, "run", "copy.npz", "--kind", "straight")

    before, after = path["curves"]
    assert path["alignment"]["label"] == "hidden units reordered, with signs changed"
    assert before["barrier"]["height"] > 0.01 and not before["is_aligned"]
    assert after["barrier"]["height"] < 1e-14 and after["is_aligned"] and path["alignment"]["distance"] < 1e-13
    points, own = numpy.load(tmp_path / "run/path.npz"), numpy.load(tmp_path / "run/point.npz")
    for block in ("W1", "b1", "W2", "b2"):
        assert numpy.allclose(points[f"aligned/{block}"].ravel(), own[block].ravel(), rtol=0, atol=1e-14)


def test_without_alignment_the_copy_stays_where_it_is(nadir, network):
    path = found(nadir, "run", "copy.npz", "--kind", "bezier", "--no-align")

    assert path["alignment"] is None and [c["name"] for c in path["curves"]] == ["straight", "bezier"]
    assert path["curves"][1]["barrier"]["height"] < path["curves"][0]["barrier"]["height"]


def test_values_along_a_bezier_curve_are_those_of_the_network(nadir, network, tmp_path):
    path = found(nadir, "run", "copy.npz", "--kind", "bezier", "--no-align", "--points", "5")
    x, y = numpy.load(tmp_path / "x.npy"), numpy.load(tmp_path / "y.npy")
    ends = [numpy.load(tmp_path / name) for name in ("run/point.npz", "copy.npz")]
    bend = numpy.load(tmp_path / "run/path.npz")

    def objective(t):
        p = {b: (1 - t) ** 2 * ends[0][b].ravel() + 2 * t * (1 - t) * bend[f"bezier/1/{b}"].ravel() + t**2 * ends[1][b].ravel()
             for b in ("W1", "b1", "W2", "b2")}
        out = numpy.tanh(x @ p["W1"].reshape(6, 3).T + p["b1"]) @ p["W2"].reshape(2, 6).T + p["b2"]
        return ((out - y) ** 2).sum() / 80 + 0.0005 * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())

    curve = path["curves"][1]
    for t, value in zip(curve["t"], curve["values"]):
        assert value == pytest.approx(objective(t), rel=1e-12)


@pytest.mark.parametrize("family", [
    ["linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "3"],
    ["network", "--x", "x.npy", "--y", "y.npy", "--hidden", "4", "--activation", "relu"],
    ["matrix-completion", "--ratings", "ratings.csv", "--rank", "2", "--lambda", "0.5"],
    ["tucker", "--tensor", "t.npy", "--ranks", "2,2,2"],
])
def test_every_family_has_one_between_two_runs(nadir, tmp_path, family):
    random = numpy.random.default_rng(0)
    numpy.save(tmp_path / "x.npy", random.normal(size=(30, 5)))
    numpy.save(tmp_path / "y.npy", random.normal(size=(30, 2)))
    numpy.save(tmp_path / "t.npy", random.normal(size=(5, 4, 3)))
    ratings = [f"{i},{j},{random.normal():.3f}" for i in range(8) for j in range(6) if (i + j) % 4]
    (tmp_path / "ratings.csv").write_text("user,item,value\n" + "\n".join(ratings) + "\n")
    for seed, folder in ((0, "one"), (1, "two")):
        assert nadir("solve", *family, "--seed", seed, "-o", folder).code == 0

    path = found(nadir, "one", "two")

    assert path["family"] == family[0] and path["complete"]
    lowest = min(c["barrier"]["height"] for c in path["curves"])
    assert lowest <= path["curves"][0]["barrier"]["height"]
    if path["alignment"]:
        assert path["alignment"]["distance"] < path["distance"]


def test_the_other_run_must_be_of_the_same_problem(nadir, network, wells, tmp_path):
    numpy.save(tmp_path / "x2.npy", numpy.load(tmp_path / "x.npy") + 1)
    other_data = ["--x", "x2.npy", *network[2:]]
    other_option = [*network[:-1], "0.002"]
    assert nadir("solve", "network", *other_data, "--max-iterations", "20", "-o", "other-data").code == 0
    assert nadir("solve", "network", *other_option, "--max-iterations", "20", "-o", "other-option").code == 0
    for other, words in (("right", "family"), ("other-data", "data"), ("other-option", "weight-decay 0.002")):
        run = nadir("landscape", "path", "run", other)
        assert run.code == 2 and words in run.err and run.err.count("\n") == 1, run.err
    assert nadir("landscape", "path", "run", "other-option/point.npz", "--kind", "straight").code == 0


def test_bad_input_is_told_in_one_line(nadir, wells, tmp_path):
    (tmp_path / "empty").mkdir()
    numpy.savez(tmp_path / "long.npz", x=numpy.zeros((4, 1)))
    numpy.savez(tmp_path / "named.npz", z=numpy.zeros((3, 1)))
    numpy.savez(tmp_path / "wild.npz", x=numpy.array([[numpy.nan], [0], [0]]))
    for arguments, words in (
        (["right"], "RUN OTHER"),
        (["right", "left", "left"], "RUN OTHER"),
        (["nowhere", "left"], "nowhere"),
        (["right", "nowhere"], "nowhere"),
        (["empty", "left"], "empty"),
        (["right", "empty"], "empty"),
        (["right", "long.npz"], "long.npz"),
        (["right", "named.npz"], "named.npz"),
        (["right", "wild.npz"], "wild.npz"),
        (["right", "left", "--kind", "spline"], "spline"),
        (["right", "left", "--kind", "bezier,"], "kind"),
        (["right", "left", "--points", "2"], "points"),
        (["right", "left", "--bends", "-1"], "bends"),
    ):
        run = nadir("landscape", "path", *arguments)
        assert run.code == 2 and words in run.err and run.err.count("\n") == 1, (arguments, run.err)
    numpy.savez(tmp_path / "far.npz", x=numpy.array([[1e200], [0], [0]]))
    run = nadir("landscape", "path", "right", "far.npz")
    assert run.code == 4 and "not finite" in run.err
