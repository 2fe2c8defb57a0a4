"""Kills, signals and time limits: whatever ends a run, --resume ends in the same bits."""

import json
import random
import shutil
import signal
import subprocess
import time

import numpy
import pytest
from conftest import EXECUTABLE, write_data

# Starts enough to be killed in and between them; saved often, so that the kills fall everywhere.
TASK = ("linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "12,8,12", "--starts", "8", "--keep-points", "5")
OFTEN = ("--checkpoint-every", "0.01")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The uninterrupted run beside its data, and how long it takes when it is saved often."""
    folder = tmp_path_factory.mktemp("reference")
    write_data(folder, d_in=14, d_out=12, n=60)
    start = time.monotonic()
    for name, more in (("whole", ()), ("saved-often", OFTEN)):
        start = time.monotonic()
        subprocess.run([EXECUTABLE, "solve", *TASK, *more, "-o", name], cwd=folder, check=True, capture_output=True)
    return folder, time.monotonic() - start


@pytest.fixture
def task(reference, tmp_path):
    """A copy of the data and the finished run, to be damaged at will."""
    folder, _ = reference
    for name in ("x.npy", "y.npy"):
        shutil.copy(folder / name, tmp_path)
    shutil.copytree(folder / "whole", tmp_path / "whole")
    return tmp_path


@pytest.fixture
def seconds(reference):
    return reference[1]


def results(folder):
    verdict = json.loads((folder / "verdict.json").read_text())
    del verdict["seconds"]
    files = ("point.npz", "trajectory.npz", "witness.npz")
    return [(folder / name).read_bytes() for name in files], verdict


def trace(folder):
    """Every row without its seconds."""
    rows = [line.split(",") for line in (folder / "trace.csv").read_text().splitlines()]
    return [row[:1] + row[2:] for row in rows]


def wait_for(process, path):
    while not path.exists() and process.poll() is None:
        time.sleep(0.001)


@pytest.mark.parametrize("attempt", range(6))
def test_kill_at_any_moment_and_resume_gives_the_same_bits(nadir, start_nadir, task, seconds, attempt):
    moment = random.Random(attempt)
    for _ in range(3):
        process = start_nadir("solve", *TASK, *OFTEN, "-o", "run", "--resume")
        time.sleep(moment.uniform(0.0, 0.6 * seconds))
        process.kill()
        process.communicate()

    finished = nadir("solve", *TASK, "-o", "run", "--resume")

    assert finished.code == 0, finished.err
    assert results(task / "run") == results(task / "whole")
    assert trace(task / "run") == trace(task / "whole")
    assert nadir("verify", "run").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_the_state(nadir, start_nadir, task, number):
    process = start_nadir("solve", *TASK, *OFTEN, "-o", "run")
    wait_for(process, task / "run" / "checkpoint" / "state.npz")
    process.send_signal(number)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 3
    assert "--resume" in err
    assert json.loads((task / "run" / "run.json").read_text())["exit_reason"] == "interrupted"

    finished = nadir("solve", "linear-network", "-o", "run", "--resume")
    assert finished.code == 0, finished.err
    assert results(task / "run") == results(task / "whole")
    assert trace(task / "run") == trace(task / "whole")


def test_a_time_limit_gives_a_verdict_and_exit_code_3(nadir, task):
    run = nadir("solve", *TASK, "-o", "run", "--time-limit", "0.001", "--json")

    assert run.code == 3
    assert "--resume" in run.err
    assert run.json()["schema"] == "nadir.verdict/1"
    finished = nadir("solve", "linear-network", "--resume", "-o", "run")
    assert finished.code == 0, finished.err
    assert results(task / "run") == results(task / "whole")


@pytest.mark.parametrize("num_written", range(6))
def test_a_kill_between_the_last_files_is_made_good(nadir, task, num_written):
    before = results(task / "whole")
    for name in ("point.npz", "trajectory.npz", "witness.npz", "verdict.json", "certificate.json")[num_written:]:
        (task / "whole" / name).unlink()
    record = json.loads((task / "whole" / "run.json").read_text())
    (task / "whole" / "run.json").write_text(json.dumps(record | {"ended": None, "exit_reason": "running"}))

    assert nadir("solve", "linear-network", "-o", "whole", "--resume").code == 0

    assert results(task / "whole") == before
    assert nadir("verify", "whole").code == 0


def test_resuming_a_finished_run_changes_nothing(nadir, task):
    before = results(task / "whole")

    assert nadir("solve", *TASK, "-o", "whole", "--resume").code == 0

    assert results(task / "whole") == before


@pytest.mark.parametrize("flag, value", [("--hidden", "12"), ("--seed", "1"), ("--starts", "13"), ("--gap", "1e-5")])
def test_other_options_than_at_the_start_are_refused(nadir, task, flag, value):
    run = nadir("solve", "linear-network", "-o", "whole", "--resume", flag, value)

    assert run.code == 2
    assert flag in run.err


def test_changed_data_are_refused(nadir, task):
    x = numpy.load(task / "x.npy")
    x[0, 0] += 1.0
    numpy.save(task / "x.npy", x)

    run = nadir("solve", *TASK, "-o", "whole", "--resume")

    assert run.code == 2
    assert "x.npy" in run.err


def test_resume_finds_the_data_from_another_folder(nadir, task):
    before = results(task / "whole")
    (task / "elsewhere").mkdir()

    run = nadir("solve", "linear-network", "--resume", "-o", "../whole", cwd=task / "elsewhere")

    assert run.code == 0, run.err
    assert results(task / "whole") == before


def test_a_damaged_checkpoint_is_told(nadir, task):
    state = task / "whole" / "checkpoint" / "state.npz"
    state.write_bytes(state.read_bytes()[:-100])

    run = nadir("solve", *TASK, "-o", "whole", "--resume")

    assert run.code == 2
    assert "state.npz" in run.err
