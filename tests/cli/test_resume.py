"""Kills, signals and time limits: whatever ends a run, --resume ends in the same bits."""

import json
import random
import signal
import time

import numpy
import pytest
from conftest import write_data

# Long enough to be killed at many moments, and starts enough to be killed in and between them.
TASK = ("linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "12,8,12", "--starts", "12",
        "--checkpoint-every", "0")


@pytest.fixture
def task(tmp_path):
    write_data(tmp_path, d_in=14, d_out=12, n=60)
    return tmp_path


def results(folder):
    verdict = json.loads((folder / "verdict.json").read_text())
    del verdict["seconds"]
    return (folder / "point.npz").read_bytes(), (folder / "witness.npz").read_bytes(), verdict


def trace(folder):
    """Every row without its seconds."""
    rows = [line.split(",") for line in (folder / "trace.csv").read_text().splitlines()]
    return [row[:1] + row[2:] for row in rows]


@pytest.fixture
def whole(nadir, task):
    """The uninterrupted run and how long it took."""
    start = time.monotonic()
    assert nadir("solve", *TASK, "-o", "whole").code == 0
    return task / "whole", time.monotonic() - start


def wait_for(process, path):
    while not path.exists() and process.poll() is None:
        time.sleep(0.001)


@pytest.mark.parametrize("attempt", range(6))
def test_kill_at_any_moment_and_resume_gives_the_same_bits(nadir, start_nadir, task, whole, attempt):
    folder, seconds = whole
    moment = random.Random(attempt)
    for _ in range(3):
        process = start_nadir("solve", *TASK, "-o", "run", "--resume")
        time.sleep(moment.uniform(0.0, 0.8 * seconds))
        process.kill()
        process.communicate()

    finished = nadir("solve", *TASK, "-o", "run", "--resume")

    assert finished.code == 0, finished.err
    assert results(task / "run") == results(folder)
    assert trace(task / "run") == trace(folder)
    assert nadir("verify", "run").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_the_state(nadir, start_nadir, task, whole, number):
    folder, _ = whole
    process = start_nadir("solve", *TASK, "-o", "run")
    wait_for(process, task / "run" / "checkpoint" / "state.npz")
    process.send_signal(number)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 3
    assert "--resume" in err
    assert json.loads((task / "run" / "run.json").read_text())["exit_reason"] == "interrupted"

    finished = nadir("solve", "linear-network", "-o", "run", "--resume")
    assert finished.code == 0, finished.err
    assert results(task / "run") == results(folder)
    assert trace(task / "run") == trace(folder)


def test_a_time_limit_gives_a_verdict_and_exit_code_3(nadir, task, whole):
    folder, seconds = whole

    run = nadir("solve", *TASK, "-o", "run", "--time-limit", f"{seconds / 10:.3f}", "--json")

    assert run.code == 3
    assert "--resume" in run.err
    assert run.json()["schema"] == "nadir.verdict/1"
    finished = nadir("solve", "linear-network", "--resume", "-o", "run")
    assert finished.code == 0, finished.err
    assert results(task / "run") == results(folder)


def test_resuming_a_finished_run_changes_nothing(nadir, task, whole):
    folder, _ = whole
    before = results(folder)

    assert nadir("solve", *TASK, "-o", "whole", "--resume").code == 0

    assert results(folder) == before


@pytest.mark.parametrize("flag, value", [("--hidden", "12"), ("--seed", "1"), ("--starts", "13"), ("--gap", "1e-5")])
def test_other_options_than_at_the_start_are_refused(nadir, task, whole, flag, value):
    run = nadir("solve", "linear-network", "-o", "whole", "--resume", flag, value)

    assert run.code == 2
    assert flag in run.err


def test_changed_data_are_refused(nadir, task, whole):
    x = numpy.load(task / "x.npy")
    x[0, 0] += 1.0
    numpy.save(task / "x.npy", x)

    run = nadir("solve", *TASK, "-o", "whole", "--resume")

    assert run.code == 2
    assert "x.npy" in run.err


def test_resume_finds_the_data_from_another_folder(nadir, task, whole):
    folder, _ = whole
    before = results(folder)
    (task / "elsewhere").mkdir()

    run = nadir("solve", "linear-network", "--resume", "-o", folder, cwd=task / "elsewhere")

    assert run.code == 0, run.err
    assert results(folder) == before


def test_a_damaged_checkpoint_is_told(nadir, task, whole):
    folder, _ = whole
    state = folder / "checkpoint" / "state.npz"
    state.write_bytes(state.read_bytes()[:-100])

    run = nadir("solve", *TASK, "-o", "whole", "--resume")

    assert run.code == 2
    assert "state.npz" in run.err
