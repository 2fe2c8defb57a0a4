"""Families as Python classes: data in, solve, judge, verify. Oracles: reduced-rank regression and NumPy."""

import inspect
import os
import pickle
import signal
import subprocess
import threading
import time

import numpy
import pytest

import nadir


def regression(seed=0, n=30, d_in=4, d_out=3):
    random = numpy.random.default_rng(seed)
    x = random.standard_normal((n, d_in))
    return x, x @ random.standard_normal((d_in, d_out)) + 0.1 * random.standard_normal((n, d_out))


def least_value(x, y, rank):
    """The global minimum of 1/(2n) |Y - X M|^2 over matrices M of that rank, by reduced-rank regression."""
    fitted = x @ numpy.linalg.lstsq(x, y, rcond=None)[0]
    singular = numpy.linalg.svd(fitted, compute_uv=False)
    return (numpy.sum((y - fitted) ** 2) + numpy.sum(singular[rank:] ** 2)) / (2 * len(x))


X, Y = regression()


@pytest.fixture
def problem():
    return nadir.LinearNetwork(X, Y, hidden=[2])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Nothing may be written to the working directory that was not asked for."""
    monkeypatch.chdir(tmp_path)


def test_a_solved_problem_ends_in_a_proved_global_minimum(problem, tmp_path):
    result = nadir.solve(problem)

    assert result.verdict == "global-minimum" and result.rigor == "proved"
    assert result.value == pytest.approx(least_value(X, Y, 2), rel=1e-6)
    assert 0 <= result.gap < 1e-6
    assert result.require("global-proved") is result
    assert os.listdir(tmp_path) == []


def test_kept_points_are_those_of_the_file(problem):
    kept = nadir.solve(problem, keep_points=5).trajectory
    nadir.solve(problem, keep_points=5, output="run")
    written = numpy.load("run/trajectory.npz")

    assert nadir.solve(problem).trajectory is None
    assert set(kept) == set(written.files) and 2 <= len(kept["iterations"]) <= 5
    for name in written.files:
        assert numpy.array_equal(kept[name], written[name])
    assert problem.value({"W1": kept["W1"][-1], "W2": kept["W2"][-1]}) == kept["values"][-1]


def test_the_point_is_one_memory_with_named_views(problem):
    point = nadir.solve(problem).point

    assert point["W1"].shape == (2, 4) and point["W2"].shape == (3, 2)
    assert all(numpy.shares_memory(block, point.flat) for block in point.values())
    product = point["W2"] @ point["W1"]
    assert problem.value(point) == pytest.approx(numpy.sum((Y - X @ product.T) ** 2) / (2 * len(X)), rel=1e-12)
    before = problem.value(point)
    point["W1"] = 2 * point["W1"]
    assert problem.value(point) != before
    with pytest.raises(KeyError):
        point["W3"] = 0
    assert numpy.array_equal(pickle.loads(pickle.dumps(point)).flat, point.flat)


def test_the_gradient_and_the_hessian_are_those_of_the_value(problem):
    random = numpy.random.default_rng(1)
    point = problem.point(random.standard_normal(problem.dimension))
    direction = random.standard_normal(problem.dimension)
    h = 1e-6

    value, gradient = problem.value_and_gradient(point)
    slope = (problem.value(point.flat + h * direction) - problem.value(point.flat - h * direction)) / (2 * h)
    curved = (problem.gradient(point.flat + h * direction).flat - problem.gradient(point.flat - h * direction).flat) / (2 * h)
    block = problem.hessian_product(point, numpy.stack([direction, 2 * direction], axis=1))

    assert value == problem.value(point)
    assert gradient.flat @ direction == pytest.approx(slope, rel=1e-6)
    numpy.testing.assert_allclose(block[:, 0], curved, rtol=1e-5, atol=1e-6)
    numpy.testing.assert_allclose(block[:, 1], 2 * block[:, 0], rtol=1e-12, atol=1e-12)
    numpy.testing.assert_allclose(problem.hessian_product(point, problem.point(direction)).flat, block[:, 0],
                                  rtol=1e-10, atol=1e-12)


def test_several_threads_may_evaluate_one_problem():
    problem = nadir.Network(X, Y, hidden=[20], activation="tanh")
    points = [problem.start(seed=seed) for seed in range(4)]
    expected = [problem.value(point) for point in points]
    found = [[] for _ in points]

    def work(k):
        for _ in range(200):
            found[k].append(problem.value_and_gradient(points[k])[0])

    threads = [threading.Thread(target=work, args=(k,)) for k in range(len(points))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(set(values) == {value} for values, value in zip(found, expected))


def test_a_saddle_is_judged_with_a_way_out(problem):
    origin = {"W1": numpy.zeros((2, 4)), "W2": numpy.zeros((3, 2))}

    saddle = nadir.judge(problem, origin)

    assert saddle.verdict in ("strict-saddle", "degenerate-saddle")
    lower = problem.value(saddle.point.flat + saddle.escape["displacement"].flat)
    assert lower <= saddle.value - saddle.escape["decrease"] * (1 - 1e-9)
    with pytest.raises(nadir.RequirementError):
        saddle.require("local")


@pytest.mark.parametrize("flat", [numpy.zeros(3), numpy.array(1.0), numpy.zeros((2, 7)), numpy.zeros(14, dtype=complex)], ids=repr)
def test_a_flat_array_that_is_no_point_is_refused(problem, flat):
    for function in (problem.value, problem.gradient, lambda x: problem.hessian_product(problem.start(), x)):
        with pytest.raises((ValueError, TypeError)):
            function(flat)


def test_blocks_come_in_any_order_and_layout(problem):
    found = nadir.solve(problem)
    blocks = {"W2": numpy.asfortranarray(found.point["W2"]), "W1": numpy.ascontiguousarray(found.point["W1"])}
    for block in blocks.values():
        block.flags.writeable = False

    judged = nadir.judge(problem, blocks)

    assert judged.verdict == "global-minimum"
    assert problem.value(blocks) == problem.value(found)
    assert judged.value == pytest.approx(found.value, rel=1e-12)


@pytest.mark.parametrize("blocks, error, words", [
    ({"W1": numpy.zeros((2, 4))}, ValueError, "W2"),
    ({"W1": numpy.zeros((4, 2)), "W2": numpy.zeros((3, 2))}, ValueError, "2 x 4"),
    ({"W1": numpy.zeros((2, 4)), "W2": numpy.zeros((3, 2)), "W3": numpy.zeros((1, 1))}, ValueError, "W3"),
    ({"W1": numpy.full((2, 4), numpy.nan), "W2": numpy.zeros((3, 2))}, ValueError, "W1"),
    ({"W1": numpy.zeros((2, 4), dtype=complex), "W2": numpy.zeros((3, 2))}, TypeError, "complex"),
    ({"W1": numpy.zeros((2, 4)), "W2": numpy.zeros((0, 2))}, ValueError, "W2"),
    ({}, ValueError, "block"), (3, TypeError, "dict"), (numpy.zeros(3), TypeError, "dict"),
])
def test_a_point_that_does_not_fit_is_refused(problem, blocks, error, words):
    with pytest.raises(error, match=words):
        nadir.judge(problem, blocks)


@pytest.mark.parametrize("x, y, error", [
    (X[:5], Y, ValueError), (X, Y[:0], ValueError), (X * numpy.nan, Y, ValueError), (X + 0j, Y, TypeError),
    ("nowhere.npy", Y, FileNotFoundError), (numpy.array([["a"]]), Y, TypeError), (X[None], Y, ValueError),
    (object(), Y, TypeError), (numpy.ma.masked_array(X, X > 1), Y, ValueError), (numpy.zeros((30, 0)), Y, ValueError), (X, None, ValueError),
], ids=["rows", "empty", "nan", "complex", "file", "text", "dimensions", "object", "masked", "no feature", "none"])
def test_data_that_do_not_fit_are_refused(x, y, error):
    with pytest.raises(error):
        nadir.solve(nadir.LinearNetwork(x, y, hidden=[2]))


@pytest.mark.parametrize("convert", [
    lambda a: a.astype(numpy.float32).astype(float), numpy.asfortranarray, lambda a: numpy.repeat(a, 2, axis=0)[::2],
    lambda a: a.astype(">f8"), lambda a: a.tolist(), lambda a: a[::-1][::-1],
], ids=["float32", "fortran", "strided", "byte order", "list", "reversed"])
def test_data_may_lie_in_memory_in_any_way(convert):
    x, y = convert(X), convert(Y)
    for array in (x, y):
        if isinstance(array, numpy.ndarray):
            array.flags.writeable = False

    result = nadir.solve(nadir.LinearNetwork(x, y, hidden=[2]))

    assert result.value == pytest.approx(least_value(numpy.asarray(x, float), numpy.asarray(y, float), 2), rel=1e-6)


def test_options_are_those_of_the_command_line():
    signature = inspect.signature(nadir.LinearNetwork)

    assert list(signature.parameters)[:2] == ["x", "y"]
    assert signature.parameters["hidden"].kind is inspect.Parameter.KEYWORD_ONLY
    assert "identity skips" in nadir.LinearNetwork.__doc__
    assert "lambda_" in inspect.signature(nadir.MatrixCompletion).parameters
    assert "reduced-rank regression" in nadir.LinearNetwork.__doc__
    assert "gradient_tolerance" in nadir.solve.__doc__
    executable = os.environ.get("NADIR_EXECUTABLE")
    if executable:
        text = subprocess.run([executable, "families"], capture_output=True, text=True, check=True).stdout
        for made in (getattr(nadir, name) for name in nadir.families()):
            assert made.family in text


@pytest.mark.parametrize("arguments, error, words", [
    ({"hiden": [2]}, TypeError, "hidden"), ({"hidden": [0]}, ValueError, "hidden"), ({"hidden": ["a"]}, ValueError, "hidden"),
    ({"loss": "cubic"}, ValueError, "bures-wasserstein"), ({"weight_decay": -1}, ValueError, "weight_decay"),
    ({"hidden": {}}, TypeError, "hidden"), ({"x": X}, TypeError, "multiple"), ({"weight_decay": numpy.nan}, ValueError, "weight_decay"),
])
def test_wrong_options_are_told_by_name(arguments, error, words):
    with pytest.raises(error, match=words):
        nadir.LinearNetwork(X, Y, **arguments)


def test_required_data_are_asked_for():
    with pytest.raises(TypeError, match="ratings"):
        nadir.MatrixCompletion()
    with pytest.raises(TypeError, match="positional"):
        nadir.LinearNetwork(X, Y, X, Y, X, Y, X)
    with pytest.raises(TypeError, match="family"):
        nadir.Problem()
    with pytest.raises(AttributeError):
        nadir.NoSuchFamily


@pytest.mark.parametrize("arguments, error, words", [
    ({"sart": "zeros"}, TypeError, "start"), ({"start": "nowhere"}, ValueError, "orthogonal"),
    ({"solver": "newton"}, ValueError, "trust-region"), ({"gap": -1}, ValueError, "above 0"),
    ({"memory": 3}, ValueError, "l-bfgs"), ({"max_iterations": 1.5}, ValueError, "integer"),
    ({"start": 3}, TypeError, "start"),
])
def test_wrong_options_of_a_run_are_told_by_name(problem, arguments, error, words):
    with pytest.raises(error, match=words):
        nadir.solve(problem, **arguments)


def test_solve_and_judge_take_problems_only():
    with pytest.raises(TypeError, match="minimize"):
        nadir.solve(lambda x: 0.0)
    with pytest.raises(TypeError, match="problem"):
        nadir.judge(3, {})


def test_a_run_folder_written_from_arrays_verifies_here_and_elsewhere(problem, tmp_path):
    nadir.solve(problem, output="run")
    judged = nadir.judge(problem, "run/point.npz", output=tmp_path / "judged")
    os.rename("run", "moved")

    checked = nadir.verify("moved")

    assert checked and checked.verified
    assert "verified" in repr(checked)
    assert judged.folder == str(tmp_path / "judged") and nadir.verify("judged")
    executable = os.environ.get("NADIR_EXECUTABLE")
    if executable:
        assert subprocess.run([executable, "verify", "moved"], capture_output=True, check=False).returncode == 0
    stored = numpy.load("moved/data/x.npy")
    assert numpy.array_equal(stored, X)
    with open("moved/data/y.npy", "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x00\x01"[:1])
    assert not nadir.verify("moved")
    with pytest.raises(nadir.RequirementError):
        nadir.verify("moved").require()
    with pytest.raises(ValueError):
        nadir.verify("nothing here")


def test_a_folder_that_holds_something_is_left_alone(problem, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")

    with pytest.raises(ValueError, match="empty folder"):
        nadir.solve(problem, output="full")

    assert os.listdir("full") == ["mine.txt"]
    with pytest.raises(OSError):
        nadir.solve(problem, output="/proc/nowhere/run")


def test_a_file_and_an_array_are_the_same_problem(problem):
    numpy.save("x.npy", X)
    numpy.save("y.npy", Y)

    from_files = nadir.solve(nadir.LinearNetwork("x.npy", "y.npy", hidden=[2]))
    from_arrays = nadir.solve(problem)

    assert numpy.array_equal(from_files.point.flat, from_arrays.point.flat)


def test_the_same_seed_gives_the_same_bits_and_another_start_another_path(problem):
    first, second = (nadir.solve(problem, seed=3, starts=2) for _ in range(2))

    assert numpy.array_equal(first.point.flat, second.point.flat)
    assert first.details["ends"]
    assert not numpy.array_equal(problem.start(seed=3).flat, problem.start(seed=4).flat)
    assert nadir.solve(problem, start=first).trace["iteration"][-1] <= 1


def test_a_trace_is_a_structured_array_and_shows_in_a_notebook(problem):
    rows = []
    result = nadir.solve(problem, callback=rows.append)

    assert len(rows) == len(result.trace)
    assert rows[-1]["value"] == result.trace["value"][-1]
    page = result._repr_html_()
    assert page.index("global-minimum") < page.index("<table>") < page.index("<svg")
    assert repr(result).startswith("global-minimum: proved")
    assert all(claim.theorem is not None for claim in result.claims)
    assert pickle.loads(pickle.dumps(result.verdict)).gap == result.gap


def test_a_callback_that_raises_ends_the_run(problem):
    class Mine(Exception):
        pass

    def fail(row):
        raise Mine

    with pytest.raises(Mine):
        nadir.solve(problem, callback=fail)


def test_a_time_limit_is_an_outcome():
    random = numpy.random.default_rng(0)
    large = nadir.LinearNetwork(random.standard_normal((500, 200)), random.standard_normal((500, 100)), hidden=[90, 90, 90])

    result = nadir.solve(large, time_limit=0.02)

    assert result.stopped == "time_limit"
    assert result.verdict != "global-minimum" or result.gap > 0


def test_control_c_ends_a_run_and_leaves_its_state(tmp_path):
    random = numpy.random.default_rng(0)
    slow = nadir.LinearNetwork(random.standard_normal((400, 60)), random.standard_normal((400, 50)), hidden=[40, 40])
    options = {"solver": "gradient-descent", "max_iterations": 10**8, "gradient_tolerance": 1e-300, "gap": 1e-15}
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        nadir.solve(slow, output="run", **options)
        time.sleep(60)

    assert time.monotonic() - begin < 30
    assert os.path.exists("run/checkpoint") and os.path.exists("run/trace.csv")
    resumed = nadir.solve(slow, output="run", resume=True, time_limit=0.2, **options)
    assert resumed.trace["iteration"][0] > 0


def ratings(seed=0, rows=12, columns=9, rank=2):
    random = numpy.random.default_rng(seed)
    full = random.standard_normal((rows, rank)) @ random.standard_normal((rank, columns))
    return full, random.random(full.shape) < 0.7


def test_ratings_come_as_sparse_matrices_triples_arrays_and_files():
    sparse = pytest.importorskip("scipy.sparse")
    full, is_observed = ratings()
    i, j = numpy.nonzero(is_observed)
    matrix = sparse.coo_matrix((full[i, j], (i, j)), shape=full.shape)
    sparse.save_npz("ratings.npz", matrix)
    options = {"lambda_": 0.1}

    ends = [nadir.solve(nadir.MatrixCompletion(data, **options)) for data in
            (matrix, matrix.tocsr(), matrix.tocsc(), (i, j, full[i, j]), numpy.where(is_observed, full, numpy.nan),
             numpy.ma.masked_array(full, ~is_observed), "ratings.npz")]

    for end in ends:
        assert end.verdict == "global-minimum" and end.rigor == "proved"
        assert end.value == pytest.approx(ends[0].value, rel=1e-6)
    predictions = [end.predict([0, 3], [1, 2]) for end in ends]
    for prediction in predictions:
        numpy.testing.assert_allclose(prediction, predictions[0], rtol=1e-3, atol=1e-4)
    factors = ends[0].point
    numpy.testing.assert_allclose(predictions[0], (factors["U"] @ factors["V"].T)[[0, 3], [1, 2]], rtol=1e-10)


@pytest.mark.parametrize("kind", ["sparse", "triples", "names", "dense"])
def test_a_folder_of_ratings_verifies(kind):
    full, is_observed = ratings(1)
    i, j = numpy.nonzero(is_observed)
    if kind == "sparse":
        data = pytest.importorskip("scipy.sparse").csr_matrix((full[i, j], (i, j)), shape=full.shape)
    elif kind == "triples":
        data = (i + 100, j - 4, full[i, j])
    elif kind == "names":
        data = ([f'user "{k}", the {k}th' for k in i], [str(10 * k) for k in j], full[i, j])
    else:
        data = numpy.where(is_observed, full, numpy.nan)

    result = nadir.solve(nadir.MatrixCompletion(data, lambda_=0.1, center="both"), output="run")

    assert result.verdict == "global-minimum"
    assert nadir.verify("run")


def test_predictions_go_by_id_and_refuse_strangers():
    full, is_observed = ratings(2)
    i, j = numpy.nonzero(is_observed)
    names = numpy.array([f"user{k}" for k in range(12)])
    result = nadir.solve(nadir.MatrixCompletion((names[i], j + 5, full[i, j]), lambda_=0.01))

    known = result.predict(["user3", "user0"], [7, 5])

    numpy.testing.assert_allclose(known, full[[3, 0], [2, 0]], atol=0.5)
    with pytest.raises(ValueError, match="user99"):
        result.predict(["user99"], [7])
    assert numpy.isfinite(result.predict(["user99"], [7], unknown="mean")).all()
    with pytest.raises(TypeError, match="predicts nothing"):
        nadir.solve(nadir.LinearNetwork(X, Y)).predict([0], [0])


@pytest.mark.parametrize("data, error", [
    (([0, 1], [0], [1.0, 2.0]), ValueError), (([0], [0], [numpy.nan]), ValueError), (([], [], []), ValueError),
    (numpy.full((3, 3), numpy.nan), ValueError), (numpy.zeros(3), TypeError), (([0.5], [0], [1.0]), TypeError),
    ((["a\nb"], [0], [1.0]), ValueError), (3, TypeError), (None, TypeError), (numpy.zeros((0, 3)), ValueError),
    (numpy.array([[numpy.inf, 1.0]]), ValueError),
], ids=range(11))
def test_ratings_that_are_none_are_refused(data, error):
    with pytest.raises(error, match="ratings"):
        nadir.solve(nadir.MatrixCompletion(data, lambda_=0.1))


def test_measurements_of_a_matrix():
    random = numpy.random.default_rng(0)
    truth = random.standard_normal((5, 1)) @ random.standard_normal((1, 4))
    operator = random.standard_normal((5, 4, 40))
    measured = numpy.einsum("ijk,ij->k", operator, truth)

    result = nadir.solve(nadir.MatrixSensing(operator, measured, rank=1), output="run")

    numpy.testing.assert_allclose(result.point["U"] @ result.point["V"].T, truth, atol=1e-5)
    assert nadir.verify("run")


@pytest.mark.parametrize("dtype", [float, numpy.float32, int])
def test_tensors_are_decomposed_where_they_lie(dtype):
    random = numpy.random.default_rng(0)
    core = random.integers(-3, 4, (2, 2, 2)).astype(float)
    factors = [random.integers(-3, 4, (n, 2)).astype(float) for n in (6, 5, 4)]
    tensor = numpy.einsum("abc,ia,jb,kc->ijk", core, *factors).astype(dtype)
    problem = nadir.Tucker(tensor, ranks=[2, 2, 2])

    result = nadir.solve(problem, output="run")
    found = numpy.einsum("abc,ia,jb,kc->ijk", result.point["core"].reshape(2, 2, 2), *(result.point[f"A{k}"] for k in (1, 2, 3)))

    numpy.testing.assert_allclose(found, tensor, atol=1e-4 * numpy.abs(tensor).max())
    assert nadir.verify("run")
    if dtype is not int:
        assert numpy.shares_memory(problem._data["tensor"]._values["values"], tensor)


def test_missing_entries_of_a_tensor_are_nan_or_masked():
    random = numpy.random.default_rng(0)
    tensor = numpy.einsum("i,j,k->ijk", *(random.standard_normal(n) for n in (6, 5, 4)))
    is_missing = random.random(tensor.shape) < 0.1
    options = {"ranks": [1], "missing": "nan-mask"}

    from_nan = nadir.solve(nadir.Tucker(numpy.where(is_missing, numpy.nan, tensor), **options))
    from_mask = nadir.solve(nadir.Tucker(numpy.ma.masked_array(tensor, is_missing), **options))

    assert from_nan.value < 1e-10 and numpy.array_equal(from_nan.point.flat, from_mask.point.flat)
    with pytest.raises(ValueError, match="missing"):
        nadir.solve(nadir.Tucker(numpy.where(is_missing, numpy.nan, tensor), ranks=[1]))
    with pytest.raises(ValueError, match="inf"):
        nadir.Tucker(numpy.where(is_missing, numpy.inf, tensor), ranks=[1])


def test_networks_take_weights_by_name():
    random = numpy.random.default_rng(0)
    x, y = random.standard_normal((20, 3)), random.standard_normal((20, 2))
    weights = {"W1": random.standard_normal((4, 3)), "b1": numpy.zeros(4), "W2": random.standard_normal((2, 4)), "b2": numpy.zeros(2)}
    problem = nadir.Network(x, y, hidden=[4], activation="tanh")

    value = problem.value(weights)
    judged = nadir.judge(problem, weights)

    expected = numpy.sum((numpy.tanh(x @ weights["W1"].T) @ weights["W2"].T - y) ** 2) / 40
    assert value == pytest.approx(expected, rel=1e-12)
    assert judged.verdict == "not-critical" and judged.value == value
    assert nadir.solve(problem, start=weights, max_iterations=20).value < value


def test_a_model_in_hand_is_judged_without_another_point():
    random = numpy.random.default_rng(0)
    x, y = random.standard_normal((20, 3)), random.standard_normal((20, 2))
    model = {"W1": random.standard_normal((4, 3)), "b1": numpy.zeros(4), "W2": random.standard_normal((2, 4)), "b2": numpy.zeros(2)}

    judged = nadir.judge(nadir.Network(x, y, model=model, activation="tanh"), output="run")

    assert judged.verdict == "not-critical"
    assert nadir.verify("run")


def test_a_call_costs_less_than_twenty_microseconds_beyond_the_work():
    random = numpy.random.default_rng(0)
    problem = nadir.Network(random.standard_normal((1, 2)), random.standard_normal((1, 1)), hidden=[50], activation="tanh")
    point = problem.start()
    problem.value(point)

    def seconds():
        begin = time.perf_counter()
        for _ in range(1000):
            problem.value(point)
        return (time.perf_counter() - begin) / 1000

    # Not a benchmark (that is bench/python_overhead.py): a machine that others load must pass as well.
    assert min(seconds() for _ in range(5)) < 200e-6
