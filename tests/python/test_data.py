"""Data are shared with NumPy: whose memory they are, how long it lives, and what happens when it changes."""

import gc
import os
import subprocess
import sys
import textwrap
import weakref

import numpy
import pytest

import nadir


def samples(n=40, d_in=4, d_out=2):
    random = numpy.random.default_rng(0)
    return random.standard_normal((n, d_in)), random.standard_normal((n, d_out))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def mapped(x):
    numpy.save("mapped.npy", x)
    return numpy.load("mapped.npy", mmap_mode="r")


def misaligned(x):
    memory = bytearray(x.nbytes + 1)
    memory[1:] = x.tobytes()
    return numpy.frombuffer(memory, dtype=x.dtype, offset=1).reshape(x.shape)


def is_shared(problem, keyword, array):
    return numpy.shares_memory(problem._data[keyword]._values["values"], array)


@pytest.mark.parametrize("convert", [numpy.copy, read_only, mapped])
def test_doubles_in_c_order_are_taken_where_they_lie(convert):
    x, y = samples()
    given = convert(x)
    problem, plain = nadir.Network(given, y, hidden=[3]), nadir.Network(x, y, hidden=[3])

    assert is_shared(problem, "x", given)
    assert problem.value(problem.start()) == plain.value(plain.start())


@pytest.mark.parametrize(
    "convert",
    [numpy.asfortranarray, lambda x: numpy.repeat(x, 2, axis=0)[::2], lambda x: x[::-1].copy()[::-1], lambda x: x.astype(">f8"),
     misaligned, lambda x: x.astype(numpy.longdouble)],
)
def test_other_arrays_are_converted_once_and_keep_their_values(convert):
    x, y = samples()
    given = convert(x)
    problem, plain = nadir.Network(given, y, hidden=[3]), nadir.Network(x, y, hidden=[3])

    assert not is_shared(problem, "x", given)
    assert problem.value(problem.start()) == plain.value(plain.start())


def test_a_problem_keeps_its_arrays_and_lets_them_go():
    x, y = samples()
    alive = weakref.ref(x)
    problem = nadir.Network(x, y, hidden=[3])
    point = problem.start()
    value = problem.value(point)
    result = nadir.judge(problem, point)

    del x
    gc.collect()
    assert alive() is not None and problem.value(point) == value

    del problem, result
    gc.collect()
    assert alive() is None


def test_what_changes_an_array_changes_the_problem():
    x, y = samples()
    problem = nadir.Network(x, y, hidden=[3])
    point = problem.start()
    before = problem.value(point)

    x *= 2.0

    assert problem.value(point) == nadir.Network(x, y, hidden=[3]).value(point) != before


@pytest.mark.parametrize("output", [None, "run"])
def test_a_run_refuses_data_that_change_under_it(output):
    x, y = samples()
    problem = nadir.LinearNetwork(x, y, hidden=[3])

    def meddle(progress):
        x[3, 1] += 0.5

    with pytest.raises(ValueError, match="x: expected an array that stays as it is while a run looks at it, found one that changed"):
        nadir.solve(problem, output=output, callback=meddle)

    if output:
        try:
            assert not nadir.verify(output)
        except ValueError as error:  # nothing there that could be verified
            assert "run" in str(error)
    assert nadir.solve(problem).require("global-proved")


def test_a_folder_has_the_data_that_its_run_had():
    x, y = samples()
    problem = nadir.LinearNetwork(x, y, hidden=[3])
    before = x.copy()
    point = nadir.solve(problem, output="before").point

    x[0] += 10.0
    judged = nadir.judge(problem, point, output="after")

    assert nadir.verify("before") and nadir.verify("after")
    assert judged.verdict != "global-minimum"
    assert numpy.array_equal(numpy.load("before/data/x.npy"), before)
    assert numpy.array_equal(numpy.load("after/data/x.npy"), x)


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
def test_tensors_in_fortran_order_are_taken_where_they_lie(dtype):
    random = numpy.random.default_rng(0)
    factors = [random.integers(-3, 4, (n, 2)).astype(float) for n in (6, 5, 4)]
    tensor = numpy.einsum("abc,ia,jb,kc->ijk", random.integers(-3, 4, (2, 2, 2)).astype(float), *factors).astype(dtype)
    given = numpy.asfortranarray(tensor)
    problem = nadir.Tucker(given, ranks=[2, 2, 2])

    result = nadir.solve(problem, output="run")
    core, *found = (result.point[name] for name in ("core", "A1", "A2", "A3"))
    rebuilt = numpy.einsum("abc,ia,jb,kc->ijk", core.reshape(2, 2, 2), *found)

    assert is_shared(problem, "tensor", given)
    numpy.testing.assert_allclose(rebuilt, tensor, atol=1e-4 * numpy.abs(tensor).max())
    assert nadir.verify("run")
    stored = numpy.load("run/data/tensor.npy")
    assert stored.flags.f_contiguous and numpy.array_equal(stored, tensor)
    given[1, 2, 3] = numpy.nan
    with pytest.raises(ValueError, match=r"\(1, 2, 3\)"):
        nadir.solve(nadir.Tucker(given, ranks=[2, 2, 2]))


def test_values_of_sparse_matrices_are_taken_where_they_lie():
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.random(30, 20, 0.3, "csr", random_state=0)
    by_rows, triples = nadir.MatrixCompletion(matrix, lambda_=0.1), nadir.MatrixCompletion(matrix.tocoo(), lambda_=0.1)

    assert is_shared(by_rows, "ratings", matrix.data)
    assert nadir.solve(by_rows).value == nadir.solve(triples).value


MEMORY = """
    import sys
    import numpy
    import nadir

    def peak():
        with open("/proc/self/status", encoding="ascii") as file:
            return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM"))

    d = int(sys.argv[2])
    x = numpy.empty((20_000_000 // d, d))  # 160 MB
    numpy.random.default_rng(0).standard_normal(out=x)
    y = x[:, :1].copy()
    small = {"LinearNetwork": nadir.LinearNetwork, "Network": nadir.Network}[sys.argv[1]](x[:2000], y[:2000], hidden=[2])
    nadir.judge(small, small.start())  # libraries are loaded, buffers made
    before = peak()
    problem = type(small)(x, y, hidden=[2])
    made = peak()
    point = problem.start()
    problem.value_and_gradient(point)
    evaluated = peak()
    nadir.judge(problem, point)
    judged = peak()
    print(*((now - before) / x.nbytes for now in (made, evaluated, judged)))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is told by /proc")
@pytest.mark.parametrize("family, width, most", [("LinearNetwork", 200, (0.05, 0.15, 0.3)), ("Network", 200, (0.05, 0.15, 0.3))])
def test_data_are_never_copied(family, width, most):
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(MEMORY), family, str(width)], capture_output=True, check=True, text=True)

    growth = [float(word) for word in run.stdout.split()]

    assert all(found < limit for found, limit in zip(growth, most)), growth


def test_a_program_ends_in_peace_while_data_are_held():
    script = """
        import numpy
        import nadir

        random = numpy.random.default_rng(0)
        problem = nadir.Network(random.standard_normal((500, 20)), random.standard_normal((500, 3)), hidden=[30])
        problem.value(problem.start())
        problem.cycle = problem
        nadir.kept = problem
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=False, text=True, timeout=120)

    assert run.returncode == 0 and run.stderr == ""
