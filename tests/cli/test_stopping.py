"""Time limits inside judge and verify: exit code 3, nothing claimed that a whole run does not claim, and a way to go on."""

import json

import numpy
import pytest
from conftest import write_data

NOW = ("--time-limit", "1e-9")


def data(folder):
    random = numpy.random.default_rng(0)
    write_data(folder, 4, 3, 30)
    dense = random.standard_normal((8, 3)) @ random.standard_normal((3, 7))
    dense[random.random(dense.shape) < 0.3] = numpy.nan
    numpy.save(folder / "ratings.npy", dense)
    A = random.standard_normal((5, 5, 12))
    numpy.save(folder / "A.npy", A)
    u = random.standard_normal((5, 1))
    numpy.save(folder / "m.npy", numpy.einsum("ijk,ij->k", A, u @ u.T))
    numpy.save(folder / "t.npy", random.standard_normal((5, 4, 3)))
    numpy.save(folder / "s.npy", numpy.diag([3.0, 2.0, 1.0]))


FAMILIES = {
    "linear-network": ("--x", "x.npy", "--y", "y.npy", "--hidden", "2"),
    "bures-wasserstein": ("--loss", "bures-wasserstein", "--covariance", "s.npy", "--latent", "2", "--hidden", "1"),
    "network": ("--x", "x.npy", "--y", "y.npy", "--hidden", "2", "--activation", "tanh", "--weight-decay", "0.01"),
    "matrix-completion": ("--ratings", "ratings.npy", "--rank", "2", "--lambda", "0.3"),
    "matrix-sensing": ("--operator", "A.npy", "--measurements", "m.npy", "--rank", "1"),
    "tucker": ("--tensor", "t.npy", "--ranks", "2,2,2"),
    "double-well": (),
}


@pytest.fixture(params=sorted(FAMILIES))
def task(request, nadir, tmp_path):
    """A finished run `whole`, and what names its problem."""
    data(tmp_path)
    family = "linear-network" if request.param == "bures-wasserstein" else request.param
    command = (family, *FAMILIES[request.param])
    run = nadir("solve", *command, "-o", "whole")
    assert run.code == 0, run.err
    return command


def claims(folder):
    return json.loads((folder / "certificate.json").read_text())["claims"]


def without_seconds(folder):
    verdict = json.loads((folder / "verdict.json").read_text())
    del verdict["seconds"]
    return verdict, (folder / "witness.npz").read_bytes()


def test_a_judge_out_of_time_says_what_it_proved_until_then(nadir, tmp_path, task):
    point = ("--point", "whole/point.npz")
    whole = nadir("judge", *task, *point, "-o", "judged", "--json").json()

    cut = nadir("judge", *task, *point, "-o", "cut", "--json", *NOW)

    assert cut.code == 3
    assert "time limit" in cut.err and "--resume" in cut.err
    verdict = cut.json()
    assert verdict["details"]["stopped"] == "time_limit"
    assert verdict["verdict"] in ("undecided", whole["verdict"])
    assert verdict["value"] == pytest.approx(whole["value"], rel=1e-9, abs=1e-12)
    kinds = [(c["kind"], c["numbers"]) for c in claims(tmp_path / "judged")]
    assert [(c["kind"], c["numbers"]) for c in claims(tmp_path / "cut")] == kinds[:len(claims(tmp_path / "cut"))]
    assert json.loads((tmp_path / "cut" / "run.json").read_text())["exit_reason"] == "time_limit"
    assert nadir("verify", "cut").code == 0
    assert nadir("report", "cut").code == 0

    again = nadir("judge", *task, *point, "-o", "cut", "--resume")

    assert again.code == 0, again.err
    assert without_seconds(tmp_path / "cut") == without_seconds(tmp_path / "judged")


def test_a_judge_without_a_folder_says_that_nothing_is_saved(nadir, task):
    run = nadir("judge", *task, "--point", "whole/point.npz", *NOW)

    assert run.code == 3
    assert "nothing is saved" in run.err
    assert "the examination was stopped" in run.out


def test_a_check_out_of_time_decides_nothing(nadir, tmp_path, task):
    before = sorted(p.name for p in (tmp_path / "whole").iterdir())

    cut = nadir("verify", "whole", "--json", *NOW)

    assert cut.code == 3
    assert cut.json()["verified"] is None
    assert cut.json()["statement"].startswith("stopped")
    for claim in cut.json()["claims"]:
        assert claim["verified"] in (True, None)
    assert nadir("verify", "whole", *NOW).out.startswith("not decided")
    assert nadir("report", "whole", "--verify", *NOW).code == 3
    assert sorted(p.name for p in (tmp_path / "whole").iterdir()) == before
    assert nadir("verify", "whole").code == 0


def test_what_is_refuted_in_time_stays_refuted(nadir, tmp_path, task):
    point = tmp_path / "whole" / "point.npz"
    point.write_bytes(point.read_bytes() + b"x")

    run = nadir("verify", "whole", "--json", *NOW)

    assert run.code == 1
    assert run.json()["verified"] is False


def test_a_run_out_of_time_goes_on_to_the_same_end(nadir, tmp_path, task):
    cut = nadir("solve", *task, "-o", "cut", "--json", *NOW)

    assert cut.code == 3
    assert cut.json()["details"]["stopped"] == "time_limit"
    assert nadir("verify", "cut").code == 0
    assert nadir("solve", task[0], "-o", "cut", "--resume").code == 0
    assert without_seconds(tmp_path / "cut") == without_seconds(tmp_path / "whole")
    assert (tmp_path / "cut" / "point.npz").read_bytes() == (tmp_path / "whole" / "point.npz").read_bytes()
