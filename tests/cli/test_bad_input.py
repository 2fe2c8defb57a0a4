"""What is wrong with the input ends with exit code 2 and one line that names it, and leaves no folder behind."""

import os
import subprocess

import numpy
import pytest
from conftest import EXECUTABLE, LINEAR

DATA = ("linear-network", "--x", "x.npy", "--y", "y.npy")


def refused(run, *words):
    assert run.code == 2, (run.code, run.out, run.err)
    assert run.out == ""
    lines = run.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("nadir: "), run.err
    for word in words:
        assert word in lines[0], run.err


@pytest.mark.parametrize("arguments, words", [
    ((), ["solve", "verify"]),
    (("sovle",), ["solve"]),
    (("frobnicate",), ["solve, judge"]),
    (("solve",), ["FAMILY"]),
    (("solve", "linear-netwrok"), ["nearest is 'linear-network'"]),
    (("solve", *DATA, "--hiden", "3"), ["--hidden"]),
    (("solve", *DATA, "--hidden", "0"), ["--hidden", "at least 1"]),
    (("solve", *DATA, "--hidden", "2,x"), ["--hidden", "'x'"]),
    (("solve", *DATA, "--hidden"), ["--hidden"]),
    (("solve", *DATA, "--starts", "0"), ["--starts"]),
    (("solve", *DATA, "--gap", "-1"), ["--gap"]),
    (("solve", *DATA, "--gap", "nan"), ["--gap"]),
    (("solve", *DATA, "--seed", "-3"), ["--seed"]),
    (("solve", *DATA, "--loss", "sqared"), ["--loss", "squared"]),
    (("solve", *DATA, "--solver", "magic"), ["magic"]),
    (("solve", *DATA, "--memory", "5"), ["--memory", "l-bfgs"]),
    (("solve", *DATA, "--hidden", "9223372036854775807"), ["9223372036854775807"]),
    (("solve", *DATA, "--start", "nowhere"), ["--start", "nowhere"]),
    (("solve", *DATA, "--require", "best"), ["--require", "global-proved"]),
    (("solve", *DATA, "--config", "absent.toml"), ["absent.toml"]),
    (("solve", *DATA, "--resume"), ["--resume"]),
    (("solve", *DATA, "word"), ["word"]),
    (("solve", "linear-network", "--x", "absent.npy", "--y", "y.npy"), ["absent.npy"]),
    (("solve", "linear-network", "--x", "x.npy"), ["y"]),
    (("judge", *DATA), ["--point"]),
    (("judge", *DATA, "--point", "absent.npz"), ["absent.npz"]),
    (("verify", "absent"), ["absent"]),
    (("verify",), ["nadir verify DIR"]),
    (("report", "absent"), ["absent"]),
    (("help", "no-such-family"), ["linear-network"]),
    (("reproduce", "nothing-of-that-name"), ["nothing-of-that-name"]),
])
def test_misuse_is_named(nadir, data, tmp_path, arguments, words):
    before = set(tmp_path.iterdir())

    refused(nadir(*arguments), *words)

    assert set(tmp_path.iterdir()) == before


@pytest.mark.skipif("address" in os.environ.get("NADIR_SANITIZE", ""),
                    reason="the address sanitizer ends the program where memory runs out, instead of throwing")
def test_a_network_larger_than_memory_is_told(nadir, data):
    refused(nadir("solve", *DATA, "--hidden", "100000000000"), "memory")


def test_data_whose_squares_overflow_are_a_breakdown_with_advice(nadir, data, tmp_path):
    x, _ = data
    numpy.save(tmp_path / "x.npy", 1e200 * x)

    run = nadir("solve", *DATA)

    assert run.code == 4
    assert "overflow" in run.err and "divide" in run.err


def test_a_solver_that_leaves_the_range_of_double_is_a_breakdown_with_advice(nadir):
    run = nadir("solve", "double-well", "--solver", "gradient-descent", "--step-size", "1e300", "--json")

    assert run.code == 4
    assert run.json()["details"]["termination"] == "not_finite"
    assert "scale" in run.err


def test_nan_is_named_with_file_row_and_column(nadir, data, tmp_path):
    x, _ = data
    x[7, 2] = numpy.nan
    numpy.save(tmp_path / "x.npy", x)

    refused(nadir("solve", *DATA), "x.npy", "row 7, column 2", "NaN")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"PK\x03\x04", b"not an array"])
def test_damaged_files_are_named(nadir, data, tmp_path, content):
    (tmp_path / "x.npy").write_bytes(content)

    refused(nadir("solve", *DATA), "x.npy")


def test_samples_that_do_not_match_are_refused(nadir, data, tmp_path):
    numpy.save(tmp_path / "y.npy", numpy.zeros((29, 3)))

    refused(nadir("solve", *DATA), "29", "30")


@pytest.mark.parametrize("blocks, words", [
    ({"W1": (4, 2), "W2": (3, 2)}, ["W1", "(2, 4)", "(4, 2)", "transpose"]),
    ({"W1": (2, 4)}, ["W2"]),
    ({"W1": (2, 4), "W2": (3, 2), "W3": (3, 3)}, ["W3"]),
    ({"W1": (2, 4), "W2": (3, 2, 1)}, ["W2"]),
    ({"W1": (2, 4), "w2": (3, 2)}, ["W2"]),
])
def test_points_of_another_shape_are_refused(nadir, data, tmp_path, blocks, words):
    numpy.savez(tmp_path / "p.npz", **{name: numpy.zeros(shape) for name, shape in blocks.items()})

    refused(nadir("judge", *LINEAR, "--point", "p.npz"), "p.npz", *words)
    refused(nadir("solve", *LINEAR, "--start", "p.npz"), "p.npz", *words)


def test_a_point_with_infinity_is_refused(nadir, data, tmp_path):
    numpy.savez(tmp_path / "p.npz", W1=numpy.full((2, 4), numpy.inf), W2=numpy.zeros((3, 2)))

    refused(nadir("judge", *LINEAR, "--point", "p.npz"), "p.npz", "W1", "inf")


def test_config_faults_name_file_line_and_nearest_key(nadir, data, tmp_path):
    (tmp_path / "c.toml").write_text('x = "x.npy"\ny = "y.npy"\nhiden = [2]\n')
    refused(nadir("solve", "linear-network", "--config", "c.toml"), "c.toml:3", "hiden", "hidden")

    (tmp_path / "c.toml").write_text('x = "x.npy"\ny = "y.npy\n')
    refused(nadir("solve", "linear-network", "--config", "c.toml"), "c.toml:2")


def test_a_folder_that_holds_something_is_refused(nadir, data, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("irreplaceable")

    refused(nadir("solve", *LINEAR, "-o", "full"), "full", "thesis.tex")
    refused(nadir("judge", *LINEAR, "--point", "full/thesis.tex", "-o", "full"), "full")

    assert (tmp_path / "full" / "thesis.tex").read_text() == "irreplaceable"
    assert len(list((tmp_path / "full").iterdir())) == 1


def test_a_file_in_place_of_the_folder_is_refused(nadir, data):
    refused(nadir("solve", *LINEAR, "-o", "x.npy"), "x.npy")
    refused(nadir("solve", *LINEAR, "-o", "x.npy/run"), "x.npy")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_named(nadir, data, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)

    refused(nadir("solve", *LINEAR, "-o", "locked/run"), "locked/run")


def test_a_folder_where_nobody_can_write_is_named(nadir, data):
    refused(nadir("solve", *LINEAR, "-o", "/proc/run"), "/proc/run")


@pytest.mark.parametrize("command", [("version",), ("families",), ("--help",), ("solve", *LINEAR, "--json"),
                                     ("solve", *LINEAR)])
def test_a_full_disk_behind_standard_output_is_told(nadir, data, command):
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = nadir(*command, stdout=full)

    assert run.code == 2
    assert "standard output" in run.err


def test_a_closed_standard_output_is_told_and_hits_no_file(data, tmp_path):
    run = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", EXECUTABLE, "solve", *LINEAR, "-o", "run"], cwd=tmp_path,
                         stderr=subprocess.PIPE, text=True, check=False)

    assert run.returncode == 2
    assert "standard output" in run.stderr
    assert numpy.load(tmp_path / "run" / "point.npz")["W1"].shape == (2, 4)


def test_a_reader_that_went_away_is_told(data, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        run = subprocess.run([EXECUTABLE, "families"], stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)

    assert run.returncode == 2
    assert "standard output" in run.stderr
