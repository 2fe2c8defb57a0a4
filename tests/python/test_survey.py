"""Surveys from Python. Oracles: the product landscape of (x^2 - 1)^2 + x/10, whose minima are roots of a cubic; NumPy."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap

import numpy
import pytest

import nadir

ROOTS = numpy.sort(numpy.roots([4.0, 0.0, -4.0, 0.1]).real)  # of the derivative: minimum, maximum, minimum


def wells(x):
    return float(numpy.sum((x**2 - 1) ** 2 + 0.1 * x))


def slope(x):
    return 4 * x * (x**2 - 1) + 0.1


def least_values():
    """The values of the four minima in two dimensions, lowest first."""
    single = [wells(numpy.array([ROOTS[0]])), wells(numpy.array([ROOTS[2]]))]
    return sorted(a + b for a in single for b in single)


@pytest.fixture
def problem():
    random = numpy.random.default_rng(0)
    x = random.standard_normal((30, 2))
    y = numpy.tanh(x @ random.standard_normal((2, 3))) @ random.standard_normal((3, 1))
    return nadir.Network(x, y, hidden=[2], activation="tanh", weight_decay=0.01)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_survey_counts_every_start_and_keeps_every_end(problem):
    survey = nadir.survey(problem, starts=12)

    ends = list(survey)
    assert len(survey) == len(ends) == 12 and sum(c.count for c in survey.classes) == 12
    assert survey.value == pytest.approx(min(end.value for end in ends), abs=0)
    assert all(problem.value(end.point) == pytest.approx(end.value, rel=1e-12) for end in ends)
    assert survey.end(7).start == 7
    assert survey.verdict == survey.best.verdict and survey.best.point.layout == ends[0].point.layout
    assert os.listdir() == []
    with pytest.raises(KeyError):
        survey.end(99)


def test_where_nothing_is_asked_for_nothing_stays(problem):
    survey = nadir.survey(problem, starts=2)
    folder, best = survey.folder, survey.best

    assert os.path.exists(survey.database) and nadir.verify(folder)
    del survey

    assert not os.path.exists(folder)
    assert nadir.landscape.spectrum(best).value == pytest.approx(best.value, rel=1e-13)  # needs no folder


def test_the_result_is_that_of_the_file(problem):
    survey = nadir.survey(problem, "run", starts=4)
    again = nadir.SurveyResult.open("run")

    assert again.to_dict() == survey.to_dict() and again.classes == survey.classes
    assert survey.to_dict()["schema"] == "nadir.survey/1"
    assert len(list(again)) == 4
    assert nadir.verify("run")
    assert set(os.listdir("run")) >= {"survey.sqlite", "survey.json", "certificate.json", "data"}


def test_threads_and_interruptions_do_not_change_what_is_found(problem):
    whole = nadir.survey(problem, starts=8, threads=1)
    nadir.survey(problem, "run", starts=3)
    resumed = nadir.survey(problem, "run", starts=8, threads=2, resume=True)

    assert [c.value for c in whole.classes] == [c.value for c in resumed.classes]
    assert [end.value for end in whole] == [end.value for end in resumed]


def test_a_time_limit_ends_it_with_what_is_there(problem):
    survey = nadir.survey(problem, "run", starts=100000, time_limit=0.2)

    assert survey.stopped == "time_limit" and survey.best is None
    assert 0 < len(list(survey)) < 100000
    assert "stopped by time_limit" in repr(survey)
    with pytest.raises(nadir.RequirementError):
        survey.require("local")


def test_a_callback_is_told_of_every_start_and_may_end_the_survey(problem):
    class Enough(Exception):
        pass

    seen = []

    def callback(status):
        seen.append(status["finished"])
        if len(seen) == 3:
            raise Enough

    with pytest.raises(Enough):
        nadir.survey(problem, "run", starts=1000, callback=callback, threads=1)

    assert seen == [1, 2, 3]
    assert len(nadir.SurveyResult.open("run")) >= 3


CUT_OFF = """
import sys, numpy, nadir
random = numpy.random.default_rng(0)
x = random.standard_normal((30, 2))
problem = nadir.Network(x, numpy.tanh(x[:, :1]), hidden=[2], activation="tanh", weight_decay=0.01)
def callback(status):
    print(status["finished"], flush=True)
try:
    nadir.survey(problem, "run", starts=1000000, callback=callback)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_keeps_every_end():
    process = subprocess.Popen([sys.executable, "-B", "-c", CUT_OFF], stdout=subprocess.PIPE, text=True)
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=120)

    assert process.returncode == 0 and "interrupted" in rest
    survey = nadir.SurveyResult.open("run")
    assert survey.stopped == "interrupted" and len(survey) == len(list(survey)) >= 3


def test_bad_input_is_told(problem):
    with pytest.raises(TypeError, match="until"):
        nadir.survey(problem, untli="minima=3")
    with pytest.raises(ValueError, match="minima=COUNT"):
        nadir.survey(problem, until="three")
    with pytest.raises(ValueError, match="resume"):
        nadir.survey(problem, resume=True)
    with pytest.raises(TypeError, match="expected a problem"):
        nadir.survey(wells)
    with pytest.raises(ValueError, match="start"):
        nadir.survey(problem, start="nowhere")
    with pytest.raises(FileNotFoundError):
        nadir.SurveyResult.open("nowhere")


def test_every_minimum_of_a_function_is_found_and_counted():
    random = numpy.random.default_rng(1)
    starts = random.uniform(-2, 2, (60, 2))

    survey = nadir.survey_function(wells, starts, jac=slope, hessp=lambda x, v: (12 * x**2 - 4) * v)

    assert survey.minima == 4
    numpy.testing.assert_allclose([c.value for c in survey.classes], least_values(), rtol=0, atol=1e-12)
    assert [c.verdict for c in survey.classes] == ["local-minimum"] + 3 * ["spurious-minimum"]
    numpy.testing.assert_allclose(survey.point, [ROOTS[0], ROOTS[0]], atol=1e-8)
    assert survey.rigor == "numerical" and len(survey) == 60
    for found in survey.classes:
        assert found.interval[0] <= found.share <= found.interval[1]


def test_starts_from_a_callable_depend_on_seed_and_number_alone():
    def start(random):
        return random.uniform(-2, 2, 2)

    once = nadir.survey_function(wells, start, jac=slope, starts=10)
    again = nadir.survey_function(wells, start, jac=slope, starts=10)
    other = nadir.survey_function(wells, start, jac=slope, starts=10, options={"seed": 5})

    assert [e.value for e in once] == [e.value for e in again]
    assert [e.value for e in once] != [e.value for e in other]


def test_a_survey_of_a_function_goes_on_with_more_starts():
    starts = numpy.random.default_rng(1).uniform(-2, 2, (20, 2))
    nadir.survey_function(wells, starts, jac=slope, output="run", starts=5)

    calls = []
    resumed = nadir.survey_function(lambda x: calls.append(1) or wells(x), starts, jac=slope, output="run", resume=True)
    whole = nadir.survey_function(wells, starts, jac=slope)

    assert [e.value for e in resumed] == [e.value for e in whole]
    assert len(calls) > 0
    with pytest.raises(ValueError, match="first start"):
        nadir.survey_function(wells, starts[::-1].copy(), jac=slope, output="run", resume=True)


def test_what_the_function_raises_comes_out_and_the_ends_so_far_stay():
    class Mine(Exception):
        pass

    starts = numpy.random.default_rng(1).uniform(-2, 2, (20, 2))
    calls = []

    def fun(x):
        calls.append(1)
        if len(calls) > 200:
            raise Mine
        return wells(x)

    with pytest.raises(Mine):
        nadir.survey_function(fun, starts, jac=slope, output="run")

    count, = sqlite3.connect("run/survey.sqlite").execute("SELECT count(*) FROM ends").fetchone()
    assert count > 0


@pytest.mark.parametrize("x0, error", [
    (numpy.zeros((0, 2)), ValueError), (numpy.zeros(3), ValueError), ([["a"]], TypeError), (numpy.full((2, 2), numpy.nan), ValueError),
    (lambda random: numpy.zeros(0), ValueError), (3, ValueError)])
def test_starts_that_are_none_are_told(x0, error):
    with pytest.raises(error):
        nadir.survey_function(wells, x0, jac=slope, starts=2)


def test_it_reads_well(problem):
    survey = nadir.survey(problem, "run", starts=4)

    text = repr(survey)
    assert text.startswith("best: " + repr(survey.best.verdict)) and text.endswith("folder run")
    assert "<table>" in survey._repr_html_() and "<svg" in survey._repr_html_()
    assert textwrap.dedent(nadir.survey.__doc__).startswith("Solves and judges many starts")
