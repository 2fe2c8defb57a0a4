"""Ctrl-C and time limits while C++ works: nothing hangs, nothing is said that was not found."""

import os
import signal
import subprocess
import sys

import numpy
import pytest

import nadir

PROGRAM = """
import sys, numpy, nadir
random = numpy.random.default_rng(0)
x = random.standard_normal((300, 10))
problem = nadir.Network(x, numpy.tanh(x[:, :1]), hidden=[12], activation="tanh", weight_decay=1e-3)
result = nadir.solve(problem, output="run")
calls = {"judge": lambda: nadir.judge(problem, result.point), "verify": lambda: nadir.verify("run"),
         "survey": lambda: nadir.survey(problem, starts=1000000), "spectrum": lambda: nadir.landscape.spectrum("run"),
         "slice": lambda: nadir.landscape.slice("run", grid=(301, 301)), "path": lambda: nadir.landscape.path(result, problem.start())}
try:
    print("ready", flush=True)
    while True:
        calls[sys.argv[1]]()
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(nadir.judge(nadir.DoubleWell(), {"x": numpy.array([1.0, 0.0])}).verdict)  # the module works on
"""


@pytest.mark.parametrize("name", ["judge", "verify", "survey", "spectrum", "slice", "path"])
def test_ctrl_c_ends_every_call_with_keyboard_interrupt(name, tmp_path):
    process = subprocess.Popen([sys.executable, "-B", "-c", PROGRAM, name], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    process.send_signal(signal.SIGINT)
    rest, error = process.communicate(timeout=300)

    assert process.returncode == 0, error
    assert rest.splitlines() == ["interrupted", "global-minimum"]


def test_a_handler_of_the_users_own_ends_a_run_with_its_exception(tmp_path, monkeypatch):
    class TooLong(Exception):
        pass

    def handler(number, frame):
        raise TooLong

    monkeypatch.chdir(tmp_path)
    x = numpy.random.default_rng(0).standard_normal((100, 4))
    problem = nadir.Network(x, x[:, :1], hidden=[5], activation="tanh")
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(TooLong):
            nadir.survey(problem, "run", starts=10**7)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)

    assert nadir.SurveyResult.open("run").stopped == "interrupted"


def test_a_verification_without_time_decides_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = numpy.random.default_rng(0).standard_normal((30, 3))
    nadir.solve(nadir.LinearNetwork(x, x, hidden=[2]), output="run")

    cut_off = nadir.verify("run", time_limit=1e-9)

    assert not cut_off.is_decided and not cut_off and repr(cut_off).startswith("not decided")
    assert nadir.verify("run").is_decided and nadir.verify("run", time_limit=1e6)
    with pytest.raises(ValueError, match="time_limit"):
        nadir.verify("run", time_limit=0)


def test_a_judgement_without_time_says_so():
    x = numpy.random.default_rng(0).standard_normal((60, 6))
    problem = nadir.Network(x, numpy.tanh(x[:, :1]), hidden=[8], activation="tanh", weight_decay=1e-3)
    point = nadir.solve(problem).point

    cut_off = nadir.judge(problem, point, time_limit=1e-9)

    assert cut_off.stopped == "time_limit"
    assert cut_off.rigor != "proved" or cut_off.verdict == "undecided"


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_does_not_grow_with_the_number_of_calls():
    problem = nadir.DoubleWell()
    point = problem.start()

    def fun(x):
        return float(x @ x)

    def calls():
        nadir.landscape.spectrum(fun, [1.0, 2.0], jac=lambda x: 2 * x)
        nadir.landscape.spectrum(problem, point)
        nadir.landscape.slice(fun, [1.0, 2.0], jac=lambda x: 2 * x, to=[0.0, 1.0], dimensions=1, grid=5)
        nadir.judge(problem, point)
        try:
            nadir.landscape.slice(lambda x: 1 / 0, [1.0], jac=lambda x: x, dimensions=1, grid=5)
        except ZeroDivisionError:
            pass

    for _ in range(300):
        calls()
    before = resident_bytes()
    for _ in range(1000):
        calls()

    assert resident_bytes() - before < 2**21  # less than half of an object a call
