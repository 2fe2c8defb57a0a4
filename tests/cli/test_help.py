"""Help, lists and prose: generated from the options, on the right stream, complete."""

import json

import pytest
from conftest import LINEAR


def test_every_command_has_help_on_standard_output(nadir):
    for command in ("solve", "judge", "verify", "report", "reproduce", "families", "version"):
        run = nadir(command, "--help")
        assert run.code == 0, run.err
        assert command in run.out and run.err == ""
        assert nadir("help", command).out == run.out


@pytest.mark.parametrize("command", ["solve", "judge"])
def test_help_of_a_family_names_every_option_with_its_default(nadir, command):
    text = nadir(command, "linear-network", "--help").out

    for flag in ("--x", "--y", "--hidden", "--residual", "--weight-decay", "--gap", "--gradient-tolerance", "--seed",
                 "--threads", "--json", "--quiet", "--time-limit", "--checkpoint-every", "--resume", "--config",
                 "--require", "-o, --output"):
        assert flag in text
    assert "default 1e-06" in text
    assert max(len(line) for line in text.splitlines()) <= 110


def test_help_family_tells_data_theorem_and_starts(nadir):
    text = nadir("help", "linear-network").out

    assert "nadir solve linear-network" in text
    assert "Starts (--start)" in text
    assert "Kawaguchi" in text


def test_families_are_listed_one_line_each(nadir):
    lines = nadir("families").out.splitlines()

    assert any(line.split()[0] == "linear-network" for line in lines)
    names = [family["name"] for family in nadir("families", "--json").json()["families"]]
    assert [line.split()[0] for line in lines] == names


def test_version_names_compiler_blas_and_threads(nadir):
    text = nadir("version").out
    assert all(word in text for word in ("nadir ", "compiler", "blas", "threads"))
    assert nadir("version", "--json", "--threads", "1").json()["threads"] == 1


def test_reproduce_lists_sources_and_comparisons(nadir):
    run = nadir("reproduce", "--json")

    assert run.code == 0
    assert all({"name", "source", "compares"} <= set(claim) for claim in run.json()["claims"])


def test_json_stands_alone_and_prose_needs_a_terminal(nadir, data):
    run = nadir("solve", *LINEAR, "--json", "-o", "a")
    json.loads(run.out)
    assert run.err == ""

    assert "iteration" in nadir("solve", *LINEAR, "--json", "--progress", "-o", "b").err
    assert nadir("solve", *LINEAR, "--progress", "--quiet", "-o", "c").err == ""


def test_a_config_file_means_what_the_flags_mean(nadir, data, tmp_path):
    (tmp_path / "c.toml").write_text('x = "x.npy"\ny = "y.npy"\nhidden = [3]\ngradient_tolerance = 1e-7\nseed = 5\n'
                                     'output = "from-config"\njson = true\n')
    by_flags = nadir("solve", "linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "2", "--gradient-tolerance",
                     "1e-7", "--seed", "5", "--json", "-o", "flags").json()

    run = nadir("solve", "linear-network", "--config", "c.toml", "--hidden", "2")

    verdict = run.json()
    assert (tmp_path / "from-config" / "point.npz").read_bytes() == (tmp_path / "flags" / "point.npz").read_bytes()
    del verdict["seconds"], by_flags["seconds"]
    assert verdict == by_flags
