"""Feed-forward networks by the command line: bad files told by name, better points compared, stochastic solvers, and
gradient descent at the edge of stability. NumPy is the oracle."""

import os
import resource

import numpy
import pytest
from test_bad_input import refused

SAMPLES, D_IN, D_OUT, HIDDEN = 40, 4, 2, 3


def write_problem(folder, seed=0):
    """x.npy, y.npy, labels.npy (0 or 1) and net.npz, a network of the right shape. Returns x and y."""
    random = numpy.random.default_rng(seed)
    x = random.standard_normal((SAMPLES, D_IN))
    y = numpy.sin(2 * x @ random.standard_normal((D_IN, D_OUT)))
    numpy.save(folder / "x.npy", x)
    numpy.save(folder / "y.npy", y)
    numpy.save(folder / "labels.npy", (y[:, :1] > 0).astype(numpy.int64))
    numpy.savez(folder / "net.npz", W1=random.standard_normal((HIDDEN, D_IN)), b1=numpy.zeros(HIDDEN),
                W2=random.standard_normal((D_OUT, HIDDEN)), b2=numpy.zeros(D_OUT))
    return x, y


@pytest.fixture
def problem(tmp_path):
    return write_problem(tmp_path)


DATA = ("network", "--x", "x.npy", "--y", "y.npy")
MODEL = (*DATA, "--model", "net.npz", "--activation", "tanh")
SMALL = (*DATA, "--hidden", "6", "--activation", "tanh")


# Models in ONNX, made by the reference implementation.

def onnx_model(folder, change=None):
    """net.onnx: the network of net.npz with tanh. `change` may alter the list of nodes."""
    onnx = pytest.importorskip("onnx", reason="python3-onnx makes the models")
    numpy_helper = pytest.importorskip("onnx.numpy_helper")
    arrays = numpy.load(folder / "net.npz")
    nodes = [onnx.helper.make_node("Gemm", ["x", "W1", "b1"], ["z"], "first", transB=1),
             onnx.helper.make_node("Tanh", ["z"], ["a"], "middle"),
             onnx.helper.make_node("Gemm", ["a", "W2", "b2"], ["out"], "last", transB=1)]
    if change:
        change(onnx.helper, nodes)
    tensors = [numpy_helper.from_array(arrays[name], name) for name in ("W1", "b1", "W2", "b2")]
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, ["n", width])
            for name, width in (("x", D_IN), ("out", D_OUT))]
    graph = onnx.helper.make_graph(nodes, "net", ends[:1], ends[1:], tensors)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_operatorsetid("", 13)], ir_version=7)
    onnx.save(model, str(folder / "net.onnx"))
    return onnx, model


def judge_onnx(nadir):
    return nadir("judge", *DATA, "--model", "net.onnx", "--json")


def test_a_model_in_onnx_has_the_value_that_numpy_computes(nadir, problem, tmp_path):
    onnx_model(tmp_path)
    x, y = problem
    net = numpy.load(tmp_path / "net.npz")
    outputs = numpy.tanh(x @ net["W1"].T + net["b1"]) @ net["W2"].T + net["b2"]

    value = judge_onnx(nadir).json()["value"]

    assert value == pytest.approx(numpy.sum((outputs - y) ** 2) / (2 * SAMPLES), rel=1e-13)


def test_a_truncated_model_is_refused_wherever_it_ends(nadir, problem, tmp_path):
    onnx_model(tmp_path)
    whole = (tmp_path / "net.onnx").read_bytes()

    for length in (0, 1, 10, len(whole) // 4, len(whole) // 2, len(whole) - 1):
        (tmp_path / "net.onnx").write_bytes(whole[:length])
        refused(judge_onnx(nadir), "net.onnx", "cut short")


def test_an_unknown_operator_is_named_with_its_node(nadir, problem, tmp_path):
    def change(helper, nodes):
        nodes[1] = helper.make_node("Conv", ["z", "W1"], ["a"], "odd")

    onnx_model(tmp_path, change)

    refused(judge_onnx(nadir), "net.onnx", '"odd"', "Conv")


def test_a_cycle_is_named_with_its_node(nadir, problem, tmp_path):
    def change(helper, nodes):
        nodes.insert(0, helper.make_node("Add", ["x", "a"], ["around"], "back"))
        nodes[1].input[0] = "around"

    onnx_model(tmp_path, change)

    refused(judge_onnx(nadir), "net.onnx", '"back"', "cycle")


def test_missing_and_short_external_data_are_named(nadir, problem, tmp_path):
    onnx, model = onnx_model(tmp_path)
    onnx.save(model, str(tmp_path / "net.onnx"), save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert judge_onnx(nadir).code == 0
    content = (tmp_path / "weights.bin").read_bytes()

    (tmp_path / "weights.bin").write_bytes(content[:40])
    refused(judge_onnx(nadir), "net.onnx", "weights.bin", "40 bytes")
    (tmp_path / "weights.bin").unlink()
    refused(judge_onnx(nadir), "net.onnx", "weights.bin")


# Data that do not fit.

@pytest.mark.parametrize("label, words", [(2, ["a label below 2"]), (-1, ["a label"]), (0.5, ["a label"]), (1e7, ["a label"])])
def test_labels_out_of_range_are_named_with_their_row(nadir, problem, tmp_path, label, words):
    labels = numpy.load(tmp_path / "labels.npy").astype(float)
    labels[17] = label
    numpy.save(tmp_path / "bad.npy", labels)

    refused(nadir("judge", "network", "--x", "x.npy", "--y", "bad.npy", "--loss", "cross-entropy", "--model", "net.npz"),
            "bad.npy", "row 17", *words)


@pytest.mark.parametrize("columns", [1, 3])
def test_targets_of_another_width_than_the_outputs_are_refused(nadir, problem, tmp_path, columns):
    numpy.save(tmp_path / "y.npy", numpy.zeros((SAMPLES, columns)))

    refused(nadir("judge", *MODEL), "y.npy", "2 columns", str(columns))


def test_inputs_of_another_width_than_the_models_are_refused(nadir, problem, tmp_path):
    numpy.save(tmp_path / "x.npy", numpy.zeros((SAMPLES, D_IN + 1)))

    refused(nadir("judge", *MODEL), "net.npz", "5 inputs", "4")


@pytest.mark.parametrize("solver", ["trust-region", "l-bfgs", "gradient-descent", "sgd", "adam"])
def test_a_loss_that_is_infinite_at_the_start_is_a_breakdown_with_advice(nadir, problem, tmp_path, solver):
    numpy.save(tmp_path / "y.npy", 1e200 * problem[1])

    run = nadir("solve", *SMALL, "--solver", solver)

    assert run.code == 4
    assert "not finite" in run.err and "scale the data" in run.err


def test_a_model_whose_loss_is_infinite_is_a_breakdown_and_has_no_verdict(nadir, problem, tmp_path):
    numpy.save(tmp_path / "y.npy", 1e200 * problem[1])

    run = nadir("judge", *MODEL, "--json")

    assert run.code == 4
    assert run.json()["verdict"] == "undecided"
    assert "scale the data" in run.err


def test_widths_beyond_memory_are_told_before_anything_is_allocated(nadir, problem):
    def little_memory():
        resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))

    refused(nadir("solve", *DATA, "--hidden", "100000000000"), "--hidden", "memory")
    refused(nadir("solve", *DATA, "--hidden", "9223372036854775807,9223372036854775807"), "--hidden", "memory")
    if "address" not in os.environ.get("NADIR_SANITIZE", "") and "thread" not in os.environ.get("NADIR_SANITIZE", ""):
        refused(nadir("solve", *DATA, "--hidden", "20000,20000", preexec_fn=little_memory), "--hidden", "25.6 GB")


# A local minimum by theorem: units that are active on all samples make an affine map, and it is the best one.

def write_affine_minimum(folder, x, y):
    design = numpy.column_stack([x, numpy.ones(SAMPLES)])
    best = numpy.linalg.lstsq(design, y, rcond=None)[0]
    shift = 10.0
    W2 = best[:-1].T
    numpy.savez(folder / "affine.npz", W1=numpy.eye(D_IN), b1=numpy.full(D_IN, shift), W2=W2,
                b2=best[-1] - shift * W2.sum(axis=1))
    return numpy.sum((design @ best - y) ** 2) / (2 * SAMPLES)


RELU = (*DATA, "--hidden", str(D_IN), "--activation", "relu")


def test_a_better_point_makes_a_local_minimum_spurious(nadir, problem, tmp_path):
    value = write_affine_minimum(tmp_path, *problem)
    assert nadir("solve", *RELU, "--seed", "1", "--max-iterations", "200", "--json", "-o", "solved").code == 0
    better = "solved/point.npz"

    alone = nadir("judge", *RELU, "--point", "affine.npz", "--json").json()
    compared = nadir("judge", *RELU, "--point", "affine.npz", "--better", better, "--json", "-o", "run").json()

    assert (alone["verdict"], alone["rigor"]) == ("local-minimum", "proved")
    assert (compared["verdict"], compared["rigor"]) == ("spurious-minimum", "proved")
    assert compared["value"] == pytest.approx(value, rel=1e-12)
    assert nadir("verify", "run").code == 0


def test_a_point_that_is_no_better_changes_nothing(nadir, problem, tmp_path):
    write_affine_minimum(tmp_path, *problem)
    numpy.savez(tmp_path / "zero.npz", W1=numpy.zeros((D_IN, D_IN)), b1=numpy.zeros(D_IN), W2=numpy.zeros((D_OUT, D_IN)),
                b2=numpy.zeros(D_OUT))

    for other in ("zero.npz", "affine.npz"):
        verdict = nadir("judge", *RELU, "--point", "affine.npz", "--better", other, "--json").json()
        assert (verdict["verdict"], verdict["rigor"]) == ("local-minimum", "proved")


@pytest.mark.parametrize("blocks, words", [
    ({"W1": (3, 4), "b1": (3,), "W2": (2, 3), "b2": (2,)}, ["W1"]),
    ({"W1": (4, 4), "b1": (4,), "W2": (2, 4)}, ["b2"]),
])
def test_a_better_point_of_another_shape_is_refused(nadir, problem, tmp_path, blocks, words):
    write_affine_minimum(tmp_path, *problem)
    numpy.savez(tmp_path / "other.npz", **{name: numpy.zeros(shape) for name, shape in blocks.items()})

    refused(nadir("judge", *RELU, "--point", "affine.npz", "--better", "other.npz"), "other.npz", *words)


# Solvers that draw batches.

STOCHASTIC = (*SMALL, "--solver", "adam", "--batch-size", "16", "--epochs", "30", "--learning-rate", "0.01")


def trace(folder):
    with open(folder / "trace.csv", encoding="ascii") as file:
        header, *rows = [line.rstrip("\n").split(",") for line in file]
    return [dict(zip(header, row)) for row in rows]


@pytest.mark.parametrize("solver, then", [("sgd", "trust-region"), ("adam", "l-bfgs")])
def test_stochastic_solvers_hand_over_and_end_at_a_critical_point(nadir, problem, tmp_path, solver, then):
    run = nadir("solve", *SMALL, "--weight-decay", "0.02", "--solver", solver, "--epochs", "5", "--learning-rate", "0.01",
                "--learning-rate-schedule", "cosine", "--then", then, "--json", "-o", "run")

    verdict = run.json()
    assert verdict["verdict"] in ("local-minimum", "strict-saddle", "undecided")
    assert verdict["gradient_norm"] < 1e-7
    events = [row["event"] for row in trace(tmp_path / "run")]
    assert events[:7] == [""] * 6 + [then]


def test_without_a_successor_the_run_ends_after_its_epochs(nadir, problem, tmp_path):
    run = nadir("solve", *STOCHASTIC, "--patience", "0", "--then", "none", "--json", "-o", "run")

    rows = trace(tmp_path / "run")
    assert len(rows) == 31
    assert float(rows[-1]["value"]) < float(rows[0]["value"])
    assert run.json()["verdict"] == "not-critical"
    assert run.json()["details"]["termination"] == "iteration_limit"


def test_the_seed_decides_the_bits_and_threads_do_not(nadir, problem, tmp_path):
    def point(folder, *more):
        assert nadir("solve", *STOCHASTIC, "--then", "none", "-o", folder, *more).code == 0
        return (tmp_path / folder / "point.npz").read_bytes()

    first = point("a", "--seed", "4", "--threads", "1")
    assert point("b", "--seed", "4", "--threads", "3") == first
    assert point("c", "--seed", "5", "--start", "a/point.npz") != point("d", "--seed", "6", "--start", "a/point.npz")


def test_a_run_that_is_stopped_again_and_again_ends_with_the_same_bits(nadir, problem, tmp_path):
    task = (*SMALL, "--weight-decay", "0.02", "--solver", "sgd", "--momentum", "0.9", "--batch-size", "1", "--epochs", "60",
            "--patience", "0")
    assert nadir("solve", *task, "-o", "whole").code == 0

    codes = [nadir("solve", *task, "-o", "parts", "--time-limit", "0.01").code]
    while codes[-1] == 3 and len(codes) < 200:  # a judge begins anew every time: on a slow machine it needs a longer limit
        codes.append(nadir("solve", *task, "-o", "parts", "--resume", "--time-limit", f"{0.01 * 1.05 ** len(codes):.4f}").code)

    assert codes[-1] == 0
    assert (tmp_path / "parts" / "point.npz").read_bytes() == (tmp_path / "whole" / "point.npz").read_bytes()


def test_a_family_without_samples_is_told_before_anything_runs(nadir, tmp_path):
    for solver in ("sgd", "adam"):
        refused(nadir("solve", "double-well", "--solver", solver), "--solver", solver, "samples")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments, words", [
    (("--batch-size", "0"), ["--batch-size", "at least 1"]),
    (("--epochs", "0"), ["--epochs"]),
    (("--learning-rate", "-1"), ["--learning-rate"]),
    (("--learning-rate-schedule", "step"), ["--learning-rate-schedule", "cosine"]),
    (("--then", "sgd"), ["--then", "l-bfgs"]),
    (("--nesterov",), ["--nesterov", "--momentum"]),
    (("--beta1", "0.5"), ["--beta1", "adam"]),
    (("--step-size", "0.5"), ["--step-size", "gradient-descent"]),
])
def test_options_that_make_no_sense_are_named(nadir, problem, arguments, words):
    refused(nadir("solve", *SMALL, "--solver", "sgd", *arguments), *words)


def test_a_rate_that_is_too_large_is_a_breakdown_with_advice(nadir, problem):
    run = nadir("solve", *SMALL, "--solver", "sgd", "--learning-rate", "1e300", "--json")

    assert run.code == 4
    assert run.json()["details"]["termination"] == "not_finite"
    assert "--learning-rate" in run.err


# Gradient descent with a fixed step.

def gradient(blocks, x, y):
    W1, b1, W2, b2 = blocks
    a = numpy.tanh(x @ W1.T + b1)
    error = (a @ W2.T + b2 - y) / len(x)
    back = (error @ W2) * (1 - a**2)
    return [back.T @ x, back.sum(axis=0), error.T @ a, error.sum(axis=0)]


def trained(blocks, x, y, epochs, solver, rate):
    """Epochs of one batch each, by the formulas of sgd (momentum 0.9) and adam."""
    first, second = [numpy.zeros_like(block) for block in blocks], [numpy.zeros_like(block) for block in blocks]
    for t in range(1, epochs + 1):
        for block, g, m, v in zip(blocks, gradient(blocks, x, y), first, second):
            if solver == "sgd":
                m[:] = 0.9 * m + g
                block -= rate * m
            else:
                m[:] = 0.9 * m + 0.1 * g
                v[:] = 0.999 * v + 0.001 * g**2
                block -= rate * (m / (1 - 0.9**t)) / (numpy.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return blocks


@pytest.mark.parametrize("solver, more", [("sgd", ("--momentum", "0.9")), ("adam", ())])
def test_epochs_of_one_batch_are_those_of_numpy(nadir, problem, tmp_path, solver, more):
    net = numpy.load(tmp_path / "net.npz")
    expected = trained([net[name].copy() for name in ("W1", "b1", "W2", "b2")], *problem, 12, solver, 0.01)

    run = nadir("solve", *MODEL, "--solver", solver, *more, "--batch-size", "1000", "--epochs", "12", "--learning-rate",
                "0.01", "--then", "none", "-o", "run")

    assert run.code == 0, run.err
    point = numpy.load(tmp_path / "run" / "point.npz")
    for name, block in zip(("W1", "b1", "W2", "b2"), expected):
        assert numpy.allclose(numpy.reshape(point[name], block.shape), block, rtol=0, atol=1e-12), name


def greatest_eigenvalue(blocks, x, y, h=1e-5):
    """Of the Hessian by central differences of the gradient."""
    flat = numpy.concatenate([block.ravel() for block in blocks])
    ends = numpy.cumsum([block.size for block in blocks])[:-1]

    def flat_gradient(point):
        parts = [part.reshape(block.shape) for part, block in zip(numpy.split(point, ends), blocks)]
        return numpy.concatenate([part.ravel() for part in gradient(parts, x, y)])

    unit = numpy.eye(flat.size)
    hessian = numpy.array([(flat_gradient(flat + h * e) - flat_gradient(flat - h * e)) / (2 * h) for e in unit])
    return numpy.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]


def test_the_trace_shows_the_largest_eigenvalue_of_the_hessian(nadir, problem, tmp_path):
    assert nadir("solve", *SMALL, "--solver", "gradient-descent", "--step-size", "0.05", "--max-iterations", "40",
                 "--sharpness-every", "20", "-o", "run").code == 0

    rows = trace(tmp_path / "run")
    point = numpy.load(tmp_path / "run" / "point.npz")
    blocks = [numpy.ravel(point[name]) if name[0] == "b" else point[name] for name in ("W1", "b1", "W2", "b2")]
    assert [row["iteration"] for row in rows if row["sharpness"]] == ["20", "40"]
    assert float(rows[-1]["sharpness"]) == pytest.approx(greatest_eigenvalue(blocks, *problem), rel=1e-4)
    assert rows[-1]["step_size"] == "0.05"


# Training with a fixed step sharpens the loss until the largest curvature hovers about 2 / step
# (Cohen, Kaur, Li, Kolter, Talwalkar 2021), and yet goes on downhill.
def test_gradient_descent_trains_to_the_edge_of_stability(nadir, tmp_path):
    random = numpy.random.default_rng(3)
    x = random.standard_normal((40, 4))
    numpy.save(tmp_path / "x.npy", x)
    numpy.save(tmp_path / "y.npy", numpy.sin(2 * x @ random.standard_normal((4, 1))))
    edge = 2 / 0.4

    assert nadir("solve", *DATA, "--hidden", "30", "--activation", "tanh", "--solver", "gradient-descent", "--step-size",
                 "0.4", "--max-iterations", "2000", "--sharpness-every", "10", "-o", "run").code == 0

    rows = trace(tmp_path / "run")
    sharpness = numpy.array([float(row["sharpness"]) for row in rows if row["sharpness"]])
    assert sharpness[0] < 0.9 * edge
    assert sharpness.max() > 0.9 * edge
    assert numpy.all(abs(sharpness[-50:] - edge) < 0.1 * edge)
    assert float(rows[-1]["value"]) < 0.1 * float(rows[100]["value"])
