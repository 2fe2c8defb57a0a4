"""nadir.minimize and judge_function. Oracle: functions whose critical points are known by hand."""

import gc
import os
import signal
import threading
import time

import numpy
import pytest

import nadir


def wells(x):
    """((x^2 - 1)^2) / 4 + y^2 / 2: minima at (+-1, 0) with value 0, a strict saddle at the origin with value 1/4."""
    return 0.25 * (x[0] ** 2 - 1) ** 2 + 0.5 * x[1] ** 2


def wells_jac(x):
    return numpy.array([x[0] * (x[0] ** 2 - 1), x[1]])


def wells_hess(x):
    return numpy.array([[3 * x[0] ** 2 - 1, 0.0], [0.0, 1.0]])


def wells_hessp(x, v):
    return wells_hess(x) @ v


ORIGIN = [0.0, 0.0]


@pytest.mark.parametrize("method", ["trust-region", "l-bfgs", "gradient-descent", None])
@pytest.mark.parametrize("derivatives", [
    {"jac": wells_jac}, {"jac": wells_jac, "hessp": wells_hessp}, {"jac": wells_jac, "hess": wells_hess},
    {"jac": "2-point"}, {"jac": "3-point"},
])
def test_a_saddle_is_left_with_whatever_derivatives_there_are(method, derivatives):
    result = nadir.minimize(wells, ORIGIN, method=method, **derivatives)

    assert result.verdict == "local-minimum"
    assert result.verdict.rigor == "numerical"
    assert abs(abs(result.x[0]) - 1) < 1e-4 and abs(result.x[1]) < 1e-4
    assert result.success and result.status == 0


def test_the_result_has_scipys_fields():
    optimize = pytest.importorskip("scipy.optimize")

    result = nadir.minimize(wells, [0.5, 1.0], jac=wells_jac, hessp=wells_hessp)

    assert isinstance(result, optimize.OptimizeResult)
    for name in ("x", "fun", "success", "status", "message", "nit", "nfev", "njev", "nhev"):
        assert name in result
    assert result["x"] is result.x
    assert repr(result).startswith("local-minimum: numerical")
    assert "<svg" in result._repr_html_() and "local-minimum" in result._repr_html_()


def test_calls_are_counted_as_they_happen():
    calls = {"fun": 0, "jac": 0, "hessp": 0}

    def counted(name, function):
        def call(*variables):
            calls[name] += 1
            return function(*variables)
        return call

    result = nadir.minimize(counted("fun", wells), [0.5, 1.0], jac=counted("jac", wells_jac),
                            hessp=counted("hessp", wells_hessp))

    assert calls["fun"] == result.nfev + result.judging["nfev"]
    assert calls["jac"] == result.njev + result.judging["njev"]
    assert calls["hessp"] == result.nhev + result.judging["nhev"]


def test_jac_true_takes_value_and_gradient_from_one_call():
    calls = []

    def both(x):
        calls.append(x)
        return wells(x), wells_jac(x)

    result = nadir.minimize(both, [0.5, 1.0], jac=True, hessp=wells_hessp)

    assert result.verdict == "local-minimum"
    assert len(calls) == result.nfev + result.judging["nfev"]


def test_further_arguments_reach_every_callable():
    scaled = nadir.minimize(lambda x, s, t: s * wells(x) + t, [0.5, 1.0], args=(2.0, 3.0),
                            jac=lambda x, s, t: s * wells_jac(x), hess=lambda x, s, t: s * wells_hess(x))

    assert scaled.fun == pytest.approx(3.0, abs=1e-12)


def test_without_a_gradient_it_says_what_to_do():
    with pytest.raises(ValueError, match="'2-point'"):
        nadir.minimize(wells, ORIGIN)


@pytest.mark.parametrize("arguments", [{"bounds": [(0, 1), (0, 1)]}, {"constraints": {"type": "eq"}}])
def test_what_is_not_supported_is_refused(arguments):
    with pytest.raises(NotImplementedError, match="all of R"):
        nadir.minimize(wells, ORIGIN, jac=wells_jac, **arguments)


@pytest.mark.parametrize("arguments, error, words", [
    ({"method": "newton"}, ValueError, "trust-region"),
    ({"method": "adam"}, ValueError, "samples"),
    ({"options": {"gradient_tolerence": 1e-3}}, ValueError, "gradient_tolerance"),
    ({"options": {"gradient_tolerance": -1}}, ValueError, "above 0"),
    ({"options": {"max_iterations": "many"}}, ValueError, "integer"),
    ({"options": {"seed": object()}}, TypeError, "seed"),
    ({"jac": "complex"}, ValueError, "3-point"),
    ({"hess": wells_hess, "hessp": wells_hessp}, ValueError, "both"),
    ({"callback": 3}, TypeError, "callable"),
])
def test_misuse_is_told_in_one_line(arguments, error, words):
    arguments = {"jac": wells_jac, **arguments}

    with pytest.raises(error, match=words) as raised:
        nadir.minimize(wells, ORIGIN, **arguments)

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("start", [
    numpy.array([0.5, 1.0], dtype=numpy.float32), numpy.array([1, 1], dtype=numpy.int8), numpy.array([True, False]),
    numpy.arange(8.0)[::4], numpy.array([[0.5, 9.0], [1.0, 9.0]])[:, 0], (0.5, 1.0),
    numpy.array([0.5, 1.0]).astype(">f8"), numpy.array([0.5, 1.0], dtype=numpy.longdouble),
], ids=lambda start: str(getattr(start, "dtype", "tuple")))
def test_a_start_may_be_any_array_of_numbers(start):
    if isinstance(start, numpy.ndarray):
        start.flags.writeable = False

    assert nadir.minimize(wells, start, jac=wells_jac).verdict == "local-minimum"


@pytest.mark.parametrize("start, error", [
    ([], ValueError), (numpy.zeros((2, 0)), ValueError), ([[0.0, 1.0]], ValueError), ([numpy.nan, 1.0], ValueError),
    ([numpy.inf, 1.0], ValueError), ([1j, 0], TypeError), (["a", "b"], TypeError), (None, TypeError),
    ([object(), 1], TypeError),
], ids=repr)
def test_a_start_that_is_none_is_refused(start, error):
    with pytest.raises(error, match="x0"):
        nadir.minimize(wells, start, jac=wells_jac)


@pytest.mark.parametrize("fun, error", [
    (lambda x: "text", TypeError), (lambda x: None, TypeError), (lambda x: 1j, TypeError),
    (lambda x: numpy.zeros(3), TypeError), (lambda x: [1.0], TypeError), (3, TypeError),
])
def test_a_value_that_is_no_number_is_refused(fun, error):
    with pytest.raises(error, match="fun"):
        nadir.minimize(fun, ORIGIN, jac=wells_jac)


@pytest.mark.parametrize("gradient, error", [
    (numpy.zeros(3), ValueError), (numpy.zeros(0), ValueError), (0.0, ValueError), ([0j, 1j], TypeError),
    (["a", "b"], TypeError), (None, TypeError), ([[1, 2], [3]], TypeError), (numpy.zeros((2, 2)), ValueError),
], ids=repr)
@pytest.mark.filterwarnings("ignore::numpy.VisibleDeprecationWarning")
def test_a_gradient_that_is_none_is_refused(gradient, error):
    with pytest.raises(error, match="jac"):
        nadir.minimize(wells, ORIGIN, jac=lambda x: gradient)


@pytest.mark.parametrize("gradient", [
    lambda x: numpy.array([wells_jac(x)]), lambda x: wells_jac(x)[:, None], lambda x: list(wells_jac(x)),
    lambda x: numpy.repeat(wells_jac(x), 2)[::2], lambda x: wells_jac(x).astype(">f8"),
], ids=["row", "column", "list", "strided", "byte order"])
def test_a_gradient_may_come_in_any_layout(gradient):
    assert nadir.minimize(wells, [0.5, 1.0], jac=gradient).verdict == "local-minimum"


@pytest.mark.parametrize("broken", ["fun", "jac", "hessp", "callback"])
def test_what_a_callback_raises_comes_out_unchanged(broken):
    class Mine(Exception):
        pass

    error = Mine("my words")

    def fail(*variables):
        raise error

    arguments = {"fun": wells, "jac": wells_jac, "hessp": wells_hessp, "callback": lambda x: None, broken: fail}
    with pytest.raises(Mine) as raised:
        nadir.minimize(x0=[0.5, 1.0], **arguments)

    assert raised.value is error


def test_not_a_number_ends_in_a_status_and_not_in_a_crash():
    everywhere = nadir.minimize(lambda x: numpy.nan, ORIGIN, jac=wells_jac)
    beyond = nadir.minimize(lambda x: x[0] - numpy.log(x[0]) if x[0] > 0 else numpy.nan, [3.0],
                            jac=lambda x: numpy.array([1 - 1 / x[0]]))
    gradient = nadir.minimize(wells, [0.5, 0.5], jac=lambda x: numpy.array([numpy.nan, numpy.inf]))

    assert everywhere.status == 3 and not everywhere.success and everywhere.verdict == "undecided"
    assert beyond.verdict == "local-minimum" and beyond.x[0] == pytest.approx(1.0)
    assert not gradient.success and gradient.verdict == "undecided"


def test_callbacks_may_keep_and_overwrite_what_they_get():
    kept = []

    def fun(x):
        value = wells(x)
        kept.append(x)
        x[:] = 1e300
        return value

    result = nadir.minimize(fun, [0.5, 1.0], jac=wells_jac, hessp=wells_hessp)

    assert result.verdict == "local-minimum"
    assert len({id(x) for x in kept}) == len(kept)


def test_a_callback_sees_the_iterates_and_stops_the_run():
    seen = []

    def old_style(x):
        seen.append(x)
        if len(seen) == 2:
            raise StopIteration

    stopped = nadir.minimize(wells, [0.5, 1.0], jac=wells_jac, callback=old_style)
    values = []
    nadir.minimize(wells, [0.5, 1.0], jac=wells_jac, callback=lambda intermediate_result: values.append(
        (intermediate_result.fun, wells(intermediate_result.x))))

    assert stopped.status == 99 and not stopped.success and len(seen) == 2
    assert numpy.array_equal(seen[-1], stopped.x)
    assert values and all(value == expected for value, expected in values)


def test_a_saddle_is_called_one_where_nothing_may_leave_it():
    result = nadir.minimize(wells, ORIGIN, jac=wells_jac, hess=wells_hess, options={"escape_rounds": 0})

    assert result.verdict == "strict-saddle" and not result.success and result.status == 5
    with pytest.raises(nadir.RequirementError, match="strict-saddle"):
        result.require("local")


def test_a_run_that_is_not_judged_has_no_verdict():
    result = nadir.minimize(wells, [0.5, 1.0], jac=wells_jac, options={"judge": False})

    assert result.verdict is None and result.success
    assert result.judging == {"nfev": 0, "njev": 0, "nhev": 0}
    with pytest.raises(ValueError, match="judge"):
        result.require("local")


def test_scipys_names_of_options_are_understood():
    result = nadir.minimize(wells, [0.5, 1.0], jac=wells_jac, options={"maxiter": 1, "gtol": 1e-12})

    assert result.nit == 1 and result.status == 1


@pytest.mark.parametrize("power, x", [(3, 1e-5), (4, 1e-5), (4, 0.0)])
def test_a_degenerate_point_is_not_called_a_minimum(power, x):
    verdict = nadir.judge_function(lambda z: z[0] ** power, [x], jac=lambda z: power * z ** (power - 1),
                                   hess=lambda z: numpy.diag(power * (power - 1) * z ** (power - 2)))

    assert verdict == "undecided"


@pytest.mark.parametrize("jac", ["2-point", "3-point"])
def test_differences_of_values_suffice_for_a_valley_and_do_not_take_rounding_for_curvature(jac):
    def rosenbrock(x):
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    valley = nadir.minimize(rosenbrock, [-1.2, 1.0], jac=jac)
    rounding = [nadir.judge_function(lambda x: 1e9 + numpy.sum(x**4), point, jac=jac)
                for point in ([0.0, 0.0], [1e-3, 1e-3], [1e-4, -1e-3])]

    assert valley.verdict == "local-minimum" and numpy.allclose(valley.x, 1.0, atol=1e-3)
    assert rounding == ["undecided"] * 3


def test_judging_tells_critical_points_apart():
    arguments = {"jac": wells_jac, "hess": wells_hess}

    saddle = nadir.judge_function(wells, ORIGIN, **arguments)
    minimum = nadir.judge_function(wells, [1.0, 0.0], **arguments)
    slope = nadir.judge_function(wells, [0.5, 0.5], **arguments)

    assert (saddle, minimum, slope) == ("strict-saddle", "local-minimum", "not-critical")
    assert wells(numpy.array(saddle.escape["displacement"])) <= 0.25 - saddle.escape["decrease"] + 1e-12
    assert minimum.escape is None
    assert saddle.curvature["min_eigenvalue"] == pytest.approx(-1.0)


def test_a_better_point_makes_a_minimum_spurious():
    def tilted(x):  # minima near -1 and 1, the second lower by about 0.2
        return wells(x) - 0.1 * x[0]

    def tilted_jac(x):
        return wells_jac(x) - [0.1, 0.0]

    left = nadir.minimize(tilted, [-1.0, 0.0], jac=tilted_jac, hess=wells_hess)
    right = nadir.minimize(tilted, [1.0, 0.0], jac=tilted_jac, hess=wells_hess)

    assert left.verdict == "local-minimum"
    assert nadir.judge_function(tilted, left.x, jac=tilted_jac, hess=wells_hess, better=[right.x]) == "spurious-minimum"
    assert nadir.judge_function(tilted, right.x, jac=tilted_jac, hess=wells_hess, better=[left.x]) == "local-minimum"


def test_large_problems_are_judged_by_the_ends_of_their_spectrum():
    n = 2000
    d = 1.0 + numpy.arange(n) % 7  # seven eigenvalues: Lanczos sees them all

    result = nadir.minimize(lambda x: 0.5 * x @ (d * x), numpy.ones(n), jac=lambda x: d * x, hessp=lambda x, v: d * v)

    assert result.verdict == "local-minimum"
    assert result.verdict.curvature["negative"] == -1  # only the ends were looked at


def test_control_c_stops_at_once():
    def slow(x):
        time.sleep(0.01)
        return wells(x)

    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        nadir.minimize(slow, [0.5, 1.0], jac="3-point",
                       options={"gradient_tolerance": 1e-300, "max_iterations": 10**9})
        time.sleep(60)

    assert time.monotonic() - begin < 30


def test_several_threads_may_minimise_at_once():
    ends = []

    def work(seed):
        start = numpy.random.default_rng(seed).standard_normal(2)
        ends.append(nadir.minimize(wells, start, jac=wells_jac, hessp=wells_hessp).verdict)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ends == ["local-minimum"] * 8


def test_a_callback_may_call_nadir_itself():
    def outer(x):
        inner = nadir.minimize(wells, [0.5, 1.0], jac=wells_jac)
        return wells(x) + inner.fun

    assert nadir.minimize(outer, [0.5, 1.0], jac=wells_jac, hessp=wells_hessp).verdict == "local-minimum"


def resident_kilobytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc")
def test_memory_stays_flat_over_ten_thousand_calls():
    def failing(x):
        raise ValueError("mine")

    def round_trip():
        nadir.judge_function(wells, [1.0, 0.0], jac=wells_jac, hess=wells_hess)
        with pytest.raises(ValueError):
            nadir.judge_function(failing, [1.0, 0.0], jac=wells_jac)

    for _ in range(1000):
        round_trip()
    gc.collect()
    before = resident_kilobytes()
    for _ in range(10000):
        round_trip()
    gc.collect()

    assert resident_kilobytes() - before < 2000
