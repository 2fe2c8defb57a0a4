"""solve, judge and verify: the verdict object, the files, and the values that NumPy computes."""

import json

import numpy
import pytest
from conftest import LINEAR, least_value

VERDICT_KEYS = {
    "schema", "family", "verdict", "rigor", "value", "lower_bound", "gap", "relative_gap", "tolerance", "gradient_norm",
    "criticality_tolerance", "curvature", "evidence", "escape", "seconds"
}
VERDICTS = {
    "global-minimum", "local-minimum", "spurious-minimum", "strict-saddle", "degenerate-saddle", "not-critical",
    "undecided"
}


def save_point(path, w1, w2):
    numpy.savez(path, W1=w1, W2=w2)


def check_contract(verdict):
    assert VERDICT_KEYS <= set(verdict)
    assert verdict["schema"] == "nadir.verdict/1"
    assert verdict["verdict"] in VERDICTS
    assert verdict["rigor"] in {"proved", "probable", "numerical"}
    assert {"load", "solve", "judge"} <= set(verdict["seconds"])
    for evidence in verdict["evidence"]:
        assert {"claim", "theorem", "standing", "rigor", "numbers"} <= set(evidence)
        assert evidence["standing"] in {"holds", "refuted", "undecided"}
    if verdict["escape"] is not None:
        assert verdict["escape"]["kind"] in {"negative-curvature", "path", "first-order"}
        assert verdict["escape"]["decrease"] > 0
        assert verdict["escape"]["array"] == "escape"


def test_solve_finds_and_proves_the_reduced_rank_minimum(nadir, data, tmp_path):
    x, y = data
    expected = least_value(x, y, rank=2)

    run = nadir("solve", *LINEAR, "--json", "-o", "run")

    assert run.code == 0, run.err
    verdict = run.json()
    check_contract(verdict)
    assert verdict["verdict"] == "global-minimum"
    assert verdict["rigor"] == "proved"
    assert verdict["lower_bound"] <= expected * (1 + 1e-12)
    assert abs(verdict["value"] - expected) <= 1e-6 * expected
    assert json.loads((tmp_path / "run" / "verdict.json").read_text()) == verdict


def test_a_run_folder_holds_everything_and_verifies(nadir, data, tmp_path):
    assert nadir("solve", *LINEAR, "-o", "run").code == 0

    folder = tmp_path / "run"
    names = {p.name for p in folder.iterdir()}
    assert {"run.json", "point.npz", "verdict.json", "certificate.json", "witness.npz", "trace.csv"} <= names
    record = json.loads((folder / "run.json").read_text())
    assert record["family"] == "linear-network"
    assert record["exit_reason"] == "finished"
    assert record["problem"]["hidden"] == [2]
    assert {i["role"] for i in record["inputs"]} == {"x", "y"}
    point = numpy.load(folder / "point.npz")
    assert point["W1"].shape == (2, 4) and point["W2"].shape == (3, 2)

    verified = nadir("verify", "run", "--json")
    assert verified.code == 0, verified.err
    assert verified.json()["schema"] == "nadir.verification/1"
    assert verified.json()["verified"] is True


def test_the_value_is_that_of_the_blocks_in_point_npz(nadir, data, tmp_path):
    x, y = data
    value = nadir("solve", *LINEAR, "--json", "-o", "run").json()["value"]

    point = numpy.load(tmp_path / "run" / "point.npz")

    assert numpy.sum((y - x @ (point["W2"] @ point["W1"]).T) ** 2) / (2 * len(x)) == pytest.approx(value, rel=1e-12)


def test_judge_says_what_solve_said_of_its_point(nadir, data):
    solved = nadir("solve", *LINEAR, "--json", "-o", "run").json()

    judged = nadir("judge", *LINEAR, "--point", "run/point.npz", "--json")

    assert judged.code == 0, judged.err
    check_contract(judged.json())
    for key in ("verdict", "rigor", "value", "lower_bound", "gap", "gradient_norm"):
        assert judged.json()[key] == solved[key]


def test_judge_finds_the_saddle_at_the_origin_and_shows_a_way_down(nadir, data, tmp_path):
    x, y = data
    save_point(tmp_path / "zero.npz", numpy.zeros((2, 4)), numpy.zeros((3, 2)))

    run = nadir("judge", *LINEAR, "--point", "zero.npz", "--json", "-o", "judged")

    verdict = run.json()
    check_contract(verdict)
    assert verdict["verdict"] == "strict-saddle"
    assert verdict["escape"] is not None
    point = numpy.load(tmp_path / "judged" / "point.npz")
    moved = point["W2"] + point["escape/W2"], point["W1"] + point["escape/W1"]
    value = numpy.sum((y - x @ (moved[0] @ moved[1]).T) ** 2) / (2 * len(x))
    assert value <= verdict["value"] - verdict["escape"]["decrease"] * (1 - 1e-9)


def test_solve_reaches_the_global_minimum_from_a_saddle(nadir, data, tmp_path):
    x, y = data
    save_point(tmp_path / "zero.npz", numpy.zeros((2, 4)), numpy.zeros((3, 2)))

    run = nadir("solve", *LINEAR, "--start", "zero.npz", "--json", "-o", "run")

    assert run.json()["verdict"] == "global-minimum"
    assert run.json()["value"] == pytest.approx(least_value(x, y, rank=2), rel=1e-6)


def test_solve_leaves_the_degenerate_saddle_of_a_deep_network(nadir, data, tmp_path):
    # All of three layers zero: the Hessian vanishes too (Kawaguchi 2016, corollary 2.4).
    x, y = data
    numpy.savez(tmp_path / "zero.npz", W1=numpy.zeros((2, 4)), W2=numpy.zeros((2, 2)), W3=numpy.zeros((3, 2)))
    deep = ("linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "2,2")
    assert nadir("judge", *deep, "--point", "zero.npz", "--json").json()["verdict"] == "degenerate-saddle"

    run = nadir("solve", *deep, "--start", "zero.npz", "--json", "-o", "run")

    assert run.json()["verdict"] == "global-minimum"
    assert run.json()["value"] == pytest.approx(least_value(x, y, rank=2), rel=1e-6)
    assert run.json()["details"]["escapes"] >= 1


def test_several_starts_stand_in_the_details(nadir, data):
    run = nadir("solve", *LINEAR, "--starts", "5", "--json", "-o", "run")

    ends = run.json()["details"]["ends"]
    assert sum(end["count"] for end in ends) == 5
    assert all({"value", "verdict", "count"} <= set(end) for end in ends)
    assert min(end["value"] for end in ends) == pytest.approx(run.json()["value"])


def test_the_seed_decides_the_bits_and_threads_do_not(nadir, data, tmp_path):
    def point(folder, *more):
        assert nadir("solve", *LINEAR, "-o", folder, *more).code == 0
        return (tmp_path / folder / "point.npz").read_bytes()

    assert point("a", "--seed", "3", "--threads", "1") == point("b", "--seed", "3", "--threads", "2")
    assert point("c", "--seed", "4") != point("d", "--seed", "3")


@pytest.mark.parametrize("level, code", [("global", 0), ("global-proved", 0), ("local", 0), ("local-proved", 0)])
def test_require_is_met_by_a_proved_global_minimum(nadir, data, level, code):
    assert nadir("solve", *LINEAR, "--require", level).code == code


def test_require_refuses_a_saddle(nadir, data, tmp_path):
    save_point(tmp_path / "zero.npz", numpy.zeros((2, 4)), numpy.zeros((3, 2)))

    for level in ("global", "local", "local-proved"):
        run = nadir("judge", *LINEAR, "--point", "zero.npz", "--require", level, "--json")
        assert run.code == 1
        assert run.json()["verdict"] == "strict-saddle"


def test_verify_refuses_a_changed_byte(nadir, data, tmp_path):
    assert nadir("solve", *LINEAR, "-o", "run").code == 0
    text = (tmp_path / "run" / "verdict.json").read_text()
    (tmp_path / "run" / "verdict.json").write_text(text.replace('"value": ', '"value": 1', 1))

    run = nadir("verify", "run", "--json")

    assert run.code == 1
    assert run.json()["verified"] is False


def test_report_prints_what_solve_printed(nadir, data):
    solved = nadir("solve", *LINEAR, "-o", "run")

    reported = nadir("report", "run")

    has_page = "no page" not in reported.err  # built where npm was found
    assert (solved.code, reported.code) == (0, 0 if has_page else 2)
    assert reported.out == solved.out + ("page        run/report.html\n" if has_page else "")
    first, *_, last = solved.out.splitlines()
    assert "global-minimum: proved" in first
    assert last.endswith("nadir verify run")
    assert "not established: " in solved.out


def test_without_o_runs_are_numbered(nadir, data, tmp_path):
    assert nadir("solve", *LINEAR).code == 0
    assert nadir("solve", *LINEAR).code == 0

    assert (tmp_path / "nadir-run-linear-network-001" / "verdict.json").exists()
    assert (tmp_path / "nadir-run-linear-network-002" / "verdict.json").exists()


def test_a_better_point_in_hand_is_loaded_and_compared(nadir, data, tmp_path):
    save_point(tmp_path / "zero.npz", numpy.zeros((2, 4)), numpy.zeros((3, 2)))
    assert nadir("solve", *LINEAR, "-o", "run").code == 0

    run = nadir("judge", *LINEAR, "--point", "run/point.npz", "--better", "zero.npz", "--better", "run/point.npz",
                "--json")

    assert run.code == 0, run.err
    assert run.json()["verdict"] == "global-minimum"
