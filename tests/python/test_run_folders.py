"""Runs begun from arrays, and gone on with on the command line: the folder holds all that is needed, wherever it is."""

import json
import os
import shutil
import subprocess

import numpy
import pytest

import nadir

EXECUTABLE = os.environ.get("NADIR_EXECUTABLE")
pytestmark = pytest.mark.skipif(not EXECUTABLE, reason="NADIR_EXECUTABLE does not name the program")

RANDOM = numpy.random.default_rng(0)
X = RANDOM.standard_normal((40, 5))
Y = numpy.tanh(X @ RANDOM.standard_normal((5, 3))) @ RANDOM.standard_normal((3, 1))


def network():
    return nadir.Network(X, Y, hidden=[6], activation="tanh", weight_decay=1e-3)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def program(*arguments):
    return subprocess.run([EXECUTABLE, *arguments], capture_output=True, text=True, timeout=300, check=False)


def cut_off(start=None, folder="run"):
    """A run that ends after a few iterations, and the one that nobody disturbed."""
    whole = nadir.solve(network(), start, max_iterations=300)

    def callback(row):
        if row["iteration"] == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nadir.solve(network(), start, folder, callback=callback, max_iterations=300)
    return whole


def move(folder):
    """To another place, beside other data under the names that the run has for its own."""
    os.makedirs("far/away")
    shutil.move(folder, "far/away/run")
    os.makedirs("data")
    numpy.save("data/x.npy", numpy.zeros((2, 5)))
    return "far/away/run"


@pytest.mark.parametrize("has_start", [False, True])
def test_a_run_from_arrays_goes_on_on_the_command_line(has_start):
    whole = cut_off(network().start(seed=3) if has_start else None)

    done = program("solve", "network", "--resume", "-o", move("run"))

    assert done.returncode == 0, done.stderr
    with numpy.load("far/away/run/point.npz") as found:
        for name, block in whole.point.items():
            numpy.testing.assert_array_equal(found[name], block)


@pytest.mark.parametrize("command", [("verify",), ("report",), ("landscape", "spectrum"), ("landscape", "path")])
def test_every_command_finds_the_arrays_of_a_moved_folder(command):
    nadir.solve(network(), output="run")
    folder = move("run")
    if command[-1] == "path":
        numpy.savez("other.npz", **network().start(seed=9))
        command = (*command, folder, "other.npz", "--kind", "polygon")
    else:
        command = (*command, folder)

    done = program(*command)

    assert done.returncode == 0, done.stderr


def test_the_command_that_repeats_the_run_names_the_folders_own_files():
    nadir.solve(network(), network().start(seed=3), output="run", max_iterations=50)

    with open("run/report.html", encoding="utf-8") as file:
        page = file.read()

    assert "--x run/data/x.npy --y run/data/y.npy" in page and "--start run/start.npz" in page


def test_a_run_gone_on_with_keeps_the_names_of_its_files():
    cut_off(network().start(seed=3))
    folder = move("run")
    assert program("solve", "network", "--resume", "-o", folder).returncode == 0
    shutil.move(folder, "again")

    with open("again/run.json", encoding="utf-8") as file:
        inputs = {i["role"]: i["path"] for i in json.load(file)["inputs"]}

    assert inputs == {"x": "data/x.npy", "y": "data/y.npy", "start": "start.npz"}
    assert nadir.verify("again") and program("verify", "again").returncode == 0


def test_a_changed_array_in_the_folder_is_refused():
    cut_off()
    numpy.save("run/data/x.npy", X + 1.0)

    done = program("solve", "network", "--resume", "-o", "run")

    assert done.returncode == 2 and "x.npy" in done.stderr


def test_another_start_than_the_first_is_refused():
    start = network().start(seed=3)
    whole = cut_off(start)

    with pytest.raises(ValueError, match="point with which the run began"):
        nadir.solve(network(), network().start(seed=4), "run", resume=True)
    resumed = nadir.solve(network(), start, "run", resume=True)
    cut_off(folder="other")
    with pytest.raises(ValueError, match="as when the run began"):
        nadir.solve(network(), start, "other", resume=True)

    numpy.testing.assert_array_equal(resumed.point.flat, whole.point.flat)


def test_a_survey_from_arrays_goes_on_on_the_command_line():
    whole = nadir.survey(network(), starts=6, max_iterations=100)
    nadir.survey(network(), "run", starts=2, max_iterations=100)

    done = program("survey", "network", "--starts", "6", "--resume", "--json", "-o", move("run"))

    assert done.returncode == 0, done.stderr
    classes = json.loads(done.stdout)["classes"]
    assert [c["value"] for c in classes] == [c.value for c in whole.classes]


def test_ratings_with_names_go_on_too():
    users, items = ["ann", "ben", "ann", "eve", "ben", "eve"], ["tea", "tea", "jam", "jam", "egg", "egg"]
    problem = nadir.MatrixCompletion((users, items, [1.0, 2.0, 3.0, 4.0, 5.0, 3.0]), rank=1, lambda_=0.1)
    nadir.solve(problem, output="run")

    folder = move("run")

    assert program("verify", folder).returncode == 0
    assert program("solve", "matrix-completion", "--resume", "-o", folder).returncode == 0
