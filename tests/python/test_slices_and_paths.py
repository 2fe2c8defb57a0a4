"""nadir.landscape.slice and .path. Oracles: the objective itself at the points of the picture; a landscape whose pass is known."""

import copy
import json
import os
import pickle

import numpy
import pytest

import nadir

MINIMUM, PASS = 1.0, 0.0  # of (z^2 - 1)^2 in every variable


def wells(x):
    return float(numpy.sum((x**2 - 1) ** 2))


def slope(x):
    return 4 * x * (x**2 - 1)


@pytest.fixture
def network():
    random = numpy.random.default_rng(0)
    x = random.standard_normal((20, 3))
    return nadir.Network(x, numpy.sin(x[:, :1]), hidden=[3], activation="tanh", weight_decay=0.02)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# ---- slice ---------------------------------------------------------------------------------------------------------


def test_a_line_between_two_points_holds_the_functions_values():
    a, b = numpy.array([1.0, 1.0]), numpy.array([-1.0, 0.5])

    found = nadir.landscape.slice(wells, a, jac=slope, to=b, dimensions=1, grid=21)

    t = found.axes[0].coordinates
    numpy.testing.assert_allclose(found.values, [wells(a + s * (b - a)) for s in t], atol=1e-12)
    assert found.axes[0].length == pytest.approx(numpy.linalg.norm(b - a))
    assert found.value == wells(a) == found.values[list(t).index(0.0)]
    assert found.marks[1]["value"] == wells(b) and found.marks[1]["distance"] == pytest.approx(0.0, abs=1e-12)


def test_rows_and_columns_of_a_grid_that_is_not_square_are_not_exchanged():
    a, b, c = numpy.zeros(3), numpy.array([1.0, 0.0, 0.0]), numpy.array([0.0, 2.0, 0.0])

    found = nadir.landscape.slice(lambda x: float(x[0] + 100 * x[1]), a, jac=lambda x: numpy.array([1.0, 100.0, 0.0]), to=[b, c],
                                  grid=(5, 3), range=(-1, 1))

    first, second = (axis.coordinates for axis in found.axes)
    assert found.values.shape == (5, 3)
    numpy.testing.assert_allclose(found.values, first[:, None] * 1.0 + second[None, :] * 200.0, atol=1e-12)


def test_layers_are_gradients_and_curvatures():
    found = nadir.landscape.slice(wells, numpy.array([1.0, 1.0]), jac=slope, hessp=lambda x, v: (12 * x**2 - 4) * v, dimensions=1, grid=3,
                                  to=numpy.array([-1.0, 1.0]), range=(0, 1), layers=["value", "gradient", "curvature"])

    assert list(found.layers) == ["value", "gradient_norm", "curvature_ratio"]
    x = 1.0 - 2.0 * found.axes[0].coordinates
    numpy.testing.assert_allclose(found.layers["gradient_norm"], abs(slope(x)), atol=1e-12)
    numpy.testing.assert_allclose(found.layers["curvature_ratio"], [min(12 * s**2 - 4, 8) / max(abs(12 * s**2 - 4), 8) for s in x], atol=1e-7)


def test_a_problem_a_result_and_a_folder_show_one_picture(network):
    result = nadir.solve(network, output="run")

    pictures = [nadir.landscape.slice(x, *more, grid=(7, 5), seed=2) for x, more in
                (("run", ()), (result, ()), (network, (result.point,)), (nadir.judge(network, result), ()))]

    for found in pictures[1:]:
        numpy.testing.assert_allclose(found.values, pictures[0].values, rtol=1e-12)
    with open("run/slice.json", encoding="utf-8") as file:
        assert json.load(file) == pictures[1].to_dict()
    i, j = (list(axis.coordinates).index(0.0) for axis in pictures[0].axes)
    assert pictures[0].values[i, j] == pytest.approx(result.value, rel=1e-13)


def test_iterates_that_a_callback_collected_lie_in_their_plane():
    iterates = []
    result = nadir.minimize(wells, [0.3, 2.0], jac=slope, callback=iterates.append)

    found = nadir.landscape.slice(wells, result.x, jac=slope, trajectory=iterates, grid=(9, 9))

    assert found.axes[0].kind == "trajectory" and found.axes[0].explained + found.axes[1].explained == pytest.approx(1.0)
    numpy.testing.assert_allclose(found.trajectory["value"], [wells(x) for x in iterates], rtol=1e-12)
    numpy.testing.assert_allclose(found.trajectory["distance"], 0.0, atol=1e-9)
    distances = [numpy.linalg.norm(x - result.x) for x in iterates]  # axes are orthonormal: lengths are true
    numpy.testing.assert_allclose(numpy.linalg.norm(found.trajectory["coordinates"], axis=1), distances, atol=1e-9)


def test_points_kept_along_a_run_are_shown_with_and_without_a_folder(network):
    kept = nadir.solve(network, keep_points=15)
    written = nadir.solve(network, output="run", keep_points=15)

    in_hand, of_folder = (nadir.landscape.slice(x, directions="trajectory", grid=(5, 5)) for x in (kept, written))

    numpy.testing.assert_allclose(in_hand.trajectory["coordinates"], of_folder.trajectory["coordinates"], atol=1e-9)
    numpy.testing.assert_allclose(in_hand.trajectory["value"], of_folder.trajectory["value"], rtol=1e-12)


def test_an_adaptive_picture_says_where_it_looked():
    found = nadir.landscape.slice(wells, numpy.array([1.0, 1.0]), jac=slope, to=numpy.array([-1.0, 1.0]), dimensions=1, grid=201, adaptive=0.01)

    points = found.adaptive["points"]
    numpy.testing.assert_allclose(points[:, 1], [wells(numpy.array([1.0 - 2.0 * t, 1.0])) for t in points[:, 0]], atol=1e-12)
    assert len(points) < 201 and found.evaluations < 201


def test_the_module_is_not_touched_and_filters_are_its_own():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 2), torch.nn.Tanh(), torch.nn.Flatten(), torch.nn.Linear(12, 2))
    inputs, targets = torch.randn(8, 1, 3, 3), torch.randn(8, 2)
    before = copy.deepcopy(module.state_dict())
    problem = nadir.torch.problem(module, torch.nn.MSELoss(), inputs, targets)

    found = nadir.landscape.slice(problem, grid=(3, 3), seed=1)

    assert all(torch.equal(before[k], v) for k, v in module.state_dict().items())
    assert found.value == pytest.approx(problem.value(problem.point()), rel=1e-14)
    # Filter normalisation: a step of 1 is as long as all filters together, biases aside.
    weights = [p for name, p in module.named_parameters() if name.endswith("weight")]
    expected = sum(float((p.detach().double() ** 2).sum()) for p in weights) ** 0.5
    assert found.axes[0].length == pytest.approx(expected, rel=1e-12) and found.axes[0].normalisation == "filter"


@pytest.mark.parametrize("call, error, words", [
    (lambda p: nadir.landscape.slice(p, p.start(), grid=(3, 3, 3)), ValueError, "grid"),
    (lambda p: nadir.landscape.slice(p, p.start(), grid="many"), ValueError, "grid"),
    (lambda p: nadir.landscape.slice(p, p.start(), layers="colour"), ValueError, "layers"),
    (lambda p: nadir.landscape.slice(p, p.start(), to=p.start()), ValueError, ""),
    (lambda p: nadir.landscape.slice(p, p.start(), to={"W1": numpy.zeros((1, 1))}), ValueError, "to"),
    (lambda p: nadir.landscape.slice(p, p.start(), directions="trajectory"), ValueError, "trajectory"),
    (lambda p: nadir.landscape.slice(wells, [1.0], jac=slope, to=[1.0, 2.0], dimensions=1), ValueError, "numbers"),
    (lambda p: nadir.landscape.slice(wells, [1.0, 1.0], jac=slope, range=(2, 3)), ValueError, ""),
    (lambda p: nadir.landscape.slice("nowhere"), (ValueError, OSError), "nowhere"),
])
def test_misuse_of_slices_is_told(network, call, error, words):
    with pytest.raises(error, match=words):
        call(network)


# ---- path ----------------------------------------------------------------------------------------------------------


def test_the_pass_between_two_wells_is_found():
    found = nadir.landscape.path(wells, [MINIMUM, MINIMUM], [-MINIMUM, -MINIMUM], jac=slope, hessp=lambda x, v: (12 * x**2 - 4) * v)

    assert found.curves[0].kind == "straight" and found.curves[0].barrier.height == pytest.approx(2.0, abs=1e-3)  # over the maximum at 0
    assert found.lowest.name == "elastic band" and found.lowest.barrier.height == pytest.approx(1.0, abs=1e-2)  # over one pass at a time
    assert found.saddle.verdict == "strict-saddle" and found.saddle.negative == 1
    assert sorted(abs(found.saddle.point)) == pytest.approx([PASS, MINIMUM], abs=1e-6) and found.saddle.value == pytest.approx(1.0, abs=1e-9)
    for curve in found.curves:
        assert curve.values[0] == curve.values[-1] == 0.0 and curve.t[0] == 0.0 and curve.t[-1] == 1.0


def test_two_runs_of_a_network_are_one_point_up_to_symmetry(network):
    one = nadir.solve(network, output="one")
    other = one.point.copy()
    for name, block in one.point.items():  # the same network with its units in another order
        other[name] = block[:, [1, 2, 0]] if name == "W2" else block[[1, 2, 0]] if name in ("W1", "b1") else block
    assert network.value(other) == pytest.approx(one.value, rel=1e-12)

    in_hand = nadir.landscape.path(network, one.point, other, kinds="bezier")
    of_result = nadir.landscape.path(one, other, kinds=["bezier"])
    numpy.savez("other.npz", **other)
    of_files = nadir.landscape.path("one", "other.npz", kinds="bezier")
    unaligned = nadir.landscape.path(network, one.point, other, kinds="bezier", align=False)

    for found in (in_hand, of_result, of_files):
        assert found.alignment["distance"] < 1e-9 * found.distance
        assert found.lowest.barrier.height < 1e-9 < found.curves[0].barrier.height
        numpy.testing.assert_allclose(found.aligned["W1"], one.point["W1"], atol=1e-9)
    assert unaligned.alignment is None and unaligned.aligned is None
    assert os.path.exists("one/path.json") and nadir.verify("one")
    bend = unaligned.curves[1].bends[0]
    assert list(bend) == ["W1", "b1", "W2", "b2"] and bend["W1"].shape == (3, 3)


def test_bends_in_a_folder_are_those_in_hand(network):
    one = nadir.solve(network, output="one")
    numpy.savez("other.npz", **network.start(seed=7))

    of_files = nadir.landscape.path("one", "other.npz", kinds="polygon", bends=2)
    in_hand = nadir.landscape.path(network, one.point, network.start(seed=7), kinds="polygon", bends=2)

    for mine, theirs in zip(of_files.curves[-1].bends, in_hand.curves[-1].bends):
        for name in mine:
            numpy.testing.assert_allclose(mine[name], theirs[name], rtol=1e-8)
    assert len(of_files.curves[-1].bends) == 2


def test_callbacks_of_a_path_run_one_after_another():
    """Curves are evaluated on several threads; a function that a person wrote sees one call at a time."""
    inside = []

    def fun(x):
        inside.append(1)
        assert len(inside) == 1
        numpy.linalg.eigvalsh(numpy.outer(x, x))  # gives the interpreter lock away
        inside.pop()
        return wells(x)

    nadir.landscape.path(fun, numpy.full(30, 1.0), numpy.full(30, -1.0), jac=slope, kinds="bezier", iterations=20)


def test_a_path_between_modules_leaves_them_alone():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    one, other = (torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)) for _ in range(2))
    problem = nadir.torch.problem(one, torch.nn.MSELoss(), torch.randn(10, 2), torch.randn(10, 1))

    found = nadir.landscape.path(problem, other.state_dict(), kinds="bezier")

    a, b = problem.point(), problem.vector(other.state_dict())
    straight = found.curves[0]
    numpy.testing.assert_allclose(straight.values, [problem.value((1 - t) * a + t * b) for t in straight.t], rtol=1e-9)
    assert straight.length == pytest.approx(numpy.linalg.norm(b - a))
    bend = found.curves[1].bends[0]
    middle = found.curves[1].values[list(found.curves[1].t).index(0.5)]
    assert problem.value(0.25 * a + 0.5 * bend + 0.25 * b) == pytest.approx(middle, rel=1e-9)  # a Bezier curve of degree two


@pytest.mark.parametrize("call, error, words", [
    (lambda p: nadir.landscape.path(p, p.start()), TypeError, "two points"),
    (lambda p: nadir.landscape.path("run"), TypeError, "the other point"),
    (lambda p: nadir.landscape.path(p, p.start(), p.start(seed=1), kinds="spiral"), ValueError, "spiral"),
    (lambda p: nadir.landscape.path(p, p.start(), {"W1": numpy.zeros((1, 1))}), ValueError, "other"),
    (lambda p: nadir.landscape.path(wells, [1.0], [1.0, 2.0], jac=slope), ValueError, "numbers"),
    (lambda p: nadir.landscape.path("run", numpy.zeros(3)), TypeError, "npz"),
])
def test_misuse_of_paths_is_told(network, call, error, words):
    with pytest.raises(error, match=words):
        call(network)


def test_results_are_kept_and_shown():
    line = nadir.landscape.slice(wells, [1.0, 1.0], jac=slope, to=[-1.0, 1.0], dimensions=1, grid=11)
    plane = nadir.landscape.slice(wells, [1.0, 1.0], jac=slope, grid=(5, 5))
    ways = nadir.landscape.path(wells, [1.0, 1.0], [-1.0, -1.0], jac=slope)

    for found, begin in ((line, "line through function: "), (plane, "plane through function: "), (ways, "paths of function: ")):
        again = pickle.loads(pickle.dumps(found))
        assert repr(again) == repr(found) and repr(found).startswith(begin)
        assert again.to_dict() == found.to_dict()
        assert "<svg" in found._repr_html_() and "<b>" in found._repr_html_()
    assert line.to_dict()["schema"] == "nadir.slice/1" and ways.to_dict()["schema"] == "nadir.path/1"


def test_a_result_of_minimize_stands_for_its_point():
    torch = pytest.importorskip("torch")
    result = nadir.minimize(wells, [0.3, 2.0], jac=slope)
    module = torch.nn.Linear(2, 1)
    problem = nadir.torch.problem(module, torch.nn.MSELoss(), torch.randn(5, 2), torch.randn(5, 1))
    trained = problem.minimize()

    assert nadir.landscape.slice(wells, result, jac=slope, grid=numpy.array([3, 3])).value == pytest.approx(result.fun, abs=1e-15)
    assert nadir.landscape.spectrum(wells, result, jac=slope).value == pytest.approx(result.fun, abs=1e-15)
    ways = nadir.landscape.path(problem, trained, kinds=[])
    assert ways.values[1] == pytest.approx(trained.fun, rel=1e-12) and [curve.kind for curve in ways.curves] == ["straight"]


def test_they_are_drawn_by_nadir_plot():
    pytest.importorskip("matplotlib").use("Agg")
    import nadir.plot

    ways = nadir.landscape.path(wells, [1.0, 1.0], [-1.0, -1.0], jac=slope)
    plane = nadir.landscape.slice(wells, [1.0, 1.0], jac=slope, grid=(5, 5))
    spectrum = nadir.landscape.spectrum(wells, [1.0, 1.0], jac=slope)
    survey = nadir.survey_function(wells, lambda random: random.uniform(-2, 2, 2), jac=slope, starts=5)

    for axes in (nadir.plot.path(ways), nadir.plot.slice(plane), nadir.plot.spectrum(spectrum), nadir.plot.survey(survey)):
        assert axes.has_data()
