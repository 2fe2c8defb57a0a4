"""nadir.landscape. Oracles: NumPy's eigenvalues of Hessians that are assembled product by product, and matrices that are given."""

import copy
import json
import os
import pickle
import signal
import subprocess
import sys

import numpy
import pytest

import nadir


def quadratic(matrix):
    """x -> 1/2 x^T A x, its gradient and products with A."""
    return lambda x: 0.5 * float(x @ matrix @ x), lambda x: matrix @ x, lambda x, v: matrix @ v


def symmetric(n, seed=0):
    random = numpy.random.default_rng(seed)
    basis, _ = numpy.linalg.qr(random.standard_normal((n, n)))
    return basis @ numpy.diag(random.standard_normal(n)) @ basis.T


@pytest.fixture
def network():
    random = numpy.random.default_rng(0)
    x = random.standard_normal((20, 3))
    return nadir.Network(x, numpy.sin(x[:, :1]), hidden=[4], activation="tanh", weight_decay=0.05)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def dense_hessian(problem, point):
    return problem.hessian_product(point, numpy.eye(problem.dimension))


# ---- spectrum ------------------------------------------------------------------------------------------------------


def test_the_spectrum_of_a_function_is_that_of_its_hessian():
    matrix = symmetric(12)
    fun, jac, hessp = quadratic(matrix)

    found = nadir.landscape.spectrum(fun, numpy.ones(12), jac=jac, hessp=hessp, top=12)

    expected = numpy.linalg.eigvalsh(matrix)
    numpy.testing.assert_allclose(found.least, expected, atol=1e-12)
    numpy.testing.assert_allclose(found.peaks, expected, atol=1e-12)
    assert found.trace == pytest.approx(numpy.trace(matrix), abs=1e-12)
    assert found.is_whole and found.is_complete and found.value == pytest.approx(fun(numpy.ones(12)))


@pytest.mark.parametrize("arguments", [{"hess": True}, {"jac": "3-point"}, {}])
def test_curvature_comes_from_hess_or_from_differences(arguments):
    matrix = symmetric(5)
    fun, jac, _ = quadratic(matrix)
    given = {"jac": jac, **arguments}
    if "hess" in given:
        given["hess"] = lambda x: matrix

    found = nadir.landscape.spectrum(fun, numpy.ones(5), **given)

    numpy.testing.assert_allclose(found.least, numpy.linalg.eigvalsh(matrix)[:5], atol=1e-5)


def test_large_functions_are_looked_at_by_products_alone():
    n = 3000
    diagonal = numpy.linspace(0.0, 1.0, n)
    diagonal[-1] = 10.0  # one outlier over a bulk: it shows once
    calls = []

    def hessp(x, v):
        calls.append(1)
        return diagonal * v

    found = nadir.landscape.spectrum(lambda x: 0.5 * float(x @ (diagonal * x)), numpy.zeros(n), jac=lambda x: diagonal * x, hessp=hessp,
                                     seed=1)

    assert not found.is_whole and found.greatest[0] == pytest.approx(10.0, rel=1e-9)
    assert found.greatest[1] < 1.001 and len(calls) < n
    assert abs(found.trace - diagonal.sum()) <= found.trace_half_width
    assert found.none_above >= 10.0 and found.none_below <= 0.0
    mass = numpy.trapz(found.density["values"], found.density["points"])
    assert mass == pytest.approx(1.0, abs=0.02)


def test_a_problem_a_result_and_a_folder_show_the_same(network):
    result = nadir.solve(network, output="run")
    of_folder = nadir.landscape.spectrum("run")
    of_result = nadir.landscape.spectrum(result)
    of_problem = nadir.landscape.spectrum(network, result.point)

    expected = numpy.linalg.eigvalsh(dense_hessian(network, result.point))
    for found in (of_folder, of_result, of_problem):
        numpy.testing.assert_allclose(found.least, expected[:5], atol=1e-12)
        assert [block.name for block in found.blocks] == ["W1", "b1", "W2", "b2"]
        assert found.family == "network" and found.value == pytest.approx(result.value, rel=1e-13)
    with open("run/spectrum.json", encoding="utf-8") as file:
        assert json.load(file) == of_result.to_dict()
    assert nadir.verify("run")


def test_without_a_folder_nothing_is_written(network):
    nadir.landscape.spectrum(nadir.solve(network))

    assert os.listdir() == []


def test_a_rank_that_grew_has_a_spectrum_too():
    random = numpy.random.default_rng(0)
    matrix = random.standard_normal((8, 2)) @ random.standard_normal((2, 9))
    problem = nadir.MatrixCompletion(matrix, rank="auto", lambda_=0.1)
    result = nadir.solve(problem)

    found = nadir.landscape.spectrum(problem, result.point)

    assert found.dimension == result.point.flat.size
    assert found.value == pytest.approx(result.value, rel=1e-12)


def test_the_same_seed_gives_the_same_bits():
    matrix = symmetric(600)
    fun, jac, hessp = quadratic(matrix)

    once, again = (nadir.landscape.spectrum(fun, numpy.zeros(600), jac=jac, hessp=hessp, seed=3, steps=20, probes=4) for _ in range(2))
    before, after = once.to_dict(), again.to_dict()
    before.pop("seconds"), after.pop("seconds")

    assert before == after


def test_the_results_are_kept_and_shown(network):
    found = nadir.landscape.spectrum(network, network.start())

    again = pickle.loads(pickle.dumps(found))
    assert again.to_dict() == found.to_dict() and repr(again) == repr(found)
    assert repr(found).startswith("spectrum of network: 21 eigenvalues from ")
    assert "<svg" in found._repr_html_() and "<table>" in found._repr_html_()
    assert found.to_dict()["schema"] == "nadir.spectrum/1"


def test_a_loss_of_tiny_scale_has_the_same_spectrum_scaled():
    matrix = symmetric(9)
    fun, jac, hessp = quadratic(1e-14 * matrix)

    found = nadir.landscape.spectrum(fun, numpy.zeros(9), jac=jac, hessp=hessp)

    numpy.testing.assert_allclose(found.least, 1e-14 * numpy.linalg.eigvalsh(matrix)[:5], rtol=1e-12)


@pytest.mark.parametrize("call, error, words", [
    (lambda p: nadir.landscape.spectrum(p), TypeError, "point"),
    (lambda p: nadir.landscape.spectrum(len), TypeError, "point"),
    (lambda p: nadir.landscape.spectrum(lambda x: 0.0, [1.0]), ValueError, "jac"),
    (lambda p: nadir.landscape.spectrum("nowhere"), (ValueError, OSError), "nowhere"),
    (lambda p: nadir.landscape.spectrum(3), TypeError, "int"),
    (lambda p: nadir.landscape.spectrum(p, p.start(), top=0), ValueError, "top"),
    (lambda p: nadir.landscape.spectrum(p, p.start(), jac=abs), TypeError, "jac"),
    (lambda p: nadir.landscape.spectrum(p, {"W1": numpy.zeros((2, 2))}), ValueError, "point"),
    (lambda p: nadir.landscape.spectrum(p, p.start(), tpo=3), TypeError, "tpo"),
    (lambda p: nadir.landscape.spectrum(lambda x: float(x @ x), [], jac=lambda x: 2 * x), ValueError, "point"),
    (lambda p: nadir.landscape.spectrum(lambda x: float(x @ x), [1.0], jac=lambda x: 2 * x, hessp=lambda x, v: v * numpy.nan),
     nadir.NumericalError, "finite"),
])
def test_misuse_is_told(network, call, error, words):
    with pytest.raises(error, match=words):
        call(network)


def test_what_a_callback_raises_comes_out_unchanged():
    class Mine(Exception):
        pass

    def hessp(x, v):
        raise Mine

    with pytest.raises(Mine):
        nadir.landscape.spectrum(lambda x: float(x @ x), numpy.ones(3), jac=lambda x: 2 * x, hessp=hessp)


SLOW = """
import time, numpy, nadir
def hessp(x, v):
    print("product", flush=True)
    time.sleep(0.01)
    return v * numpy.arange(2000)
try:
    nadir.landscape.spectrum(lambda x: 0.0, numpy.zeros(2000), jac=lambda x: 0 * x, hessp=hessp, steps=10000, probes=20)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_ends_a_spectrum():
    process = subprocess.Popen([sys.executable, "-B", "-c", SLOW], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=120)

    assert process.returncode == 0 and "interrupted" in rest


def test_a_time_limit_leaves_what_is_known():
    diagonal = numpy.arange(3000.0)

    found = nadir.landscape.spectrum(lambda x: 0.0, numpy.zeros(3000), jac=lambda x: 0 * x, hessp=lambda x, v: v * diagonal,
                                     steps=100, time_limit=1e-9)

    assert not found.is_complete and found.dimension == 3000 and "stopped early" in repr(found)


# ---- PyTorch -------------------------------------------------------------------------------------------------------


@pytest.fixture
def module():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    made = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Tanh(), torch.nn.Dropout(0.3),
                               torch.nn.Linear(4, 2))
    return made, torch.nn.MSELoss(), torch.randn(24, 3), torch.randn(24, 2)


def test_the_spectrum_of_a_module_is_that_of_autograds_hessian(module):
    torch = pytest.importorskip("torch")
    made, loss, inputs, targets = module
    problem = nadir.torch.problem(made, loss, inputs, targets)

    found = nadir.landscape.spectrum(problem, top=3)

    reference = copy.deepcopy(made).double().eval()
    weights = list(reference.parameters())
    flat = torch.autograd.grad(loss(reference(inputs.double()), targets.double()), weights, create_graph=True)
    flat = torch.cat([g.reshape(-1) for g in flat])
    rows = [torch.cat([g.reshape(-1) for g in torch.autograd.grad(entry, weights, retain_graph=True)]) for entry in flat]
    expected = numpy.linalg.eigvalsh(torch.stack(rows).numpy())
    numpy.testing.assert_allclose(found.least, expected[:3], atol=1e-12)
    numpy.testing.assert_allclose(found.greatest, expected[::-1][:3], atol=1e-12)
    assert [block.name for block in found.blocks] == [name for name, _ in made.named_parameters()]


@pytest.mark.parametrize("is_training", [False, True])
def test_the_module_stays_as_it_was(module, is_training):
    """PyHessian leaves a model in evaluation mode, with gradients filled."""
    torch = pytest.importorskip("torch")
    made, loss, inputs, targets = module
    made.train(is_training)
    loss(made(inputs), targets).backward()
    state, gradients = copy.deepcopy(made.state_dict()), [p.grad.clone() for p in made.parameters()]
    random = torch.get_rng_state()

    nadir.landscape.spectrum(nadir.torch.problem(made, loss, inputs, targets))

    assert all(torch.equal(state[k], v) for k, v in made.state_dict().items())
    assert all(torch.equal(g, p.grad) for g, p in zip(gradients, made.parameters()))
    assert made.training == is_training and torch.equal(random, torch.get_rng_state())


def test_single_and_double_modules_have_one_spectrum(module):
    """PyHessian gives a float64 model another value than a float32 one."""
    made, loss, inputs, targets = module

    of_single = nadir.landscape.spectrum(nadir.torch.problem(made, loss, inputs, targets))
    of_double = nadir.landscape.spectrum(nadir.torch.problem(copy.deepcopy(made).double(), loss, inputs.double(), targets.double()))

    numpy.testing.assert_array_equal(of_single.least, of_double.least)


def test_a_point_of_a_module_is_a_vector_or_tensors_by_name(module):
    torch = pytest.importorskip("torch")
    made, loss, inputs, targets = module
    problem = nadir.torch.problem(made, loss, inputs, targets)

    by_name = nadir.landscape.spectrum(problem, made.state_dict())
    by_vector = nadir.landscape.spectrum(problem, problem.point())

    numpy.testing.assert_array_equal(by_name.least, by_vector.least)
    with pytest.raises(ValueError, match="expected the parameter"):
        nadir.landscape.spectrum(problem, {"0.weight": torch.zeros(4, 3)})
    with pytest.raises(TypeError, match="nadir.torch.problem"):
        nadir.landscape.spectrum(made)
