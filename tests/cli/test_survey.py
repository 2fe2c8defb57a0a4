"""nadir survey: landscapes whose minima are known, killed and resumed surveys, and the database beside them."""

import json
import math
import signal
import sqlite3
import time

import numpy
import pytest

WELLS = ("double-well", "--dimension", "3")


def without_times(result):
    return {key: value for key, value in result.items() if key not in ("seconds", "workers", "folder")}


def many_minima(folder, n, epsilon):
    """1/2 |A(x x^T - z z^T)|^2 with all entries observed, those at two even places weakly; 2^((n+1)/2) strict local
    minima, +z and -z the global ones (Yalcin, Zhang, Lavaei, Sojoudi 2022). Up to sign: 2^((n-1)/2)."""
    matrices, y = [], []
    z = numpy.array([1.0 - k % 2 for k in range(n)])
    for i in range(n):
        for j in range(i + 1):
            weight = 1.0 if i == j or i % 2 or j % 2 else epsilon
            matrix = numpy.zeros((n, n))
            matrix[i, j] = matrix[j, i] = 1.0 if i == j else math.sqrt(2.0 * weight) / 2.0
            matrices.append(matrix)
            y.append(z @ matrix @ z)
    numpy.save(folder / "operator.npy", numpy.moveaxis(numpy.array(matrices), 0, 2))
    numpy.save(folder / "y.npy", numpy.array(y))
    return ["matrix-sensing", "--operator", "operator.npy", "--measurements", "y.npy", "--psd", "--rank", 1]


def rows(path, query):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_two_wells_have_half_of_the_starts_each(nadir, tmp_path):
    run = nadir("survey", *WELLS, "--starts", 400, "--json", "-o", "wells")

    result = run.json()
    assert run.code == 0
    assert result["schema"] == "nadir.survey/1"
    assert [c["verdict"] for c in result["classes"]] == ["global-minimum", "global-minimum"]
    assert sum(c["count"] for c in result["classes"]) == 400
    for c in result["classes"]:
        assert c["interval"][0] <= 0.5 <= c["interval"][1]
    assert result["minima"] == 2 and result["unseen"]["estimate"] == 0.0
    assert json.loads((tmp_path / "wells" / "survey.json").read_text()) == result
    signs = rows(tmp_path / "wells" / "survey.sqlite", "SELECT class, point FROM ends JOIN classes USING (start)")
    by_sign = {(c, numpy.frombuffer(point)[0] > 0.0) for c, point in signs}
    assert len(by_sign) == 2
    assert nadir("verify", "wells").code == 0


@pytest.mark.parametrize("n", [3, 5])
def test_all_spurious_minima_of_a_known_landscape_are_found_and_proved(nadir, tmp_path, n):
    problem = many_minima(tmp_path, n, 0.05)

    result = nadir("survey", *problem, "--starts", 150, "--json", "-o", "run").json()

    minima = [c for c in result["classes"] if c["verdict"].endswith("minimum")]
    assert [c["verdict"] for c in minima] == ["global-minimum"] + ["spurious-minimum"] * (2 ** ((n - 1) // 2) - 1)
    assert all(c["rigor"] == "proved" for c in minima)
    assert sum(c["count"] for c in minima) == 150
    first = rows(tmp_path / "run" / "survey.sqlite", "SELECT DISTINCT ends.verdict FROM ends JOIN classes USING (start) WHERE better_start >= 0")
    assert first == [("local-minimum",)]  # as first judged, alone


def test_every_end_of_hooi_on_noise_is_a_minimum_of_its_own(nadir, tmp_path):
    tensor = numpy.random.default_rng(0).standard_normal((20, 20, 20))
    numpy.save(tmp_path / "t.npy", tensor)

    result = nadir("survey", "tucker", "--tensor", "t.npy", "--ranks", "3,3,3", "--start", "random", "--starts", 10, "--json", "-o", "run").json()

    errors = []
    for layout, point, value in rows(tmp_path / "run" / "survey.sqlite", "SELECT layout, point, value FROM ends"):
        values, blocks = numpy.frombuffer(point), []
        for name, shape in (block.rsplit(" ", 1) for block in layout.split(", ")):
            height, width = map(int, shape.split("x"))
            blocks.append(values[: height * width].reshape(height, width, order="F"))
            values = values[height * width :]
        core = numpy.einsum("abc,ai,bj,ck->ijk", tensor, *blocks[-3:])  # the best one for orthonormal factors
        errors.append(0.5 * numpy.sum((tensor - numpy.einsum("ijk,ai,bj,ck->abc", core, *blocks[-3:])) ** 2))
        assert abs(errors[-1] - value) <= 1e-9 * value
    distinct = len({round(error, 2) for error in errors})
    assert distinct >= 3
    assert len(result["classes"]) >= distinct
    assert all(c["spread"] < 0.01 for c in result["classes"])


def test_threads_do_not_change_the_result(nadir):
    results = [nadir("survey", *WELLS, "--starts", 80, "--threads", t, "--seed", 5, "--json", "-o", f"t{t}").json() for t in (1, 2, 7)]

    assert without_times(results[0]) == without_times(results[1]) == without_times(results[2])
    assert without_times(results[0]) != without_times(nadir("survey", *WELLS, "--starts", 80, "--seed", 6, "--json").json())


def test_killed_at_any_moment_it_goes_on_to_the_same_result(nadir, start_nadir, tmp_path):
    problem = many_minima(tmp_path, 5, 0.05)
    command = ["survey", *problem, "--starts", 100, "--solver", "gradient-descent", "--checkpoint-every", 0.02, "--json"]
    began = time.monotonic()
    whole = nadir(*command, "-o", "whole")
    seconds = time.monotonic() - began
    assert whole.code == 0
    random = numpy.random.default_rng(1)

    killed = 0
    for _ in range(6):
        process = start_nadir(*command, "--resume", "-o", "cut")
        time.sleep(random.uniform(0.05, 0.4) * seconds)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    resumed = nadir(*command, "--resume", "-o", "cut")

    assert killed >= 1  # the first comes before half of the time; on a machine that others use, later ones may not
    assert resumed.code == 0, resumed.err
    assert without_times(resumed.json()) == without_times(whole.json())
    columns = "start, state, verdict, rigor, value, gap, gradient_norm, negative, least_eigenvalue, termination, iterations, escapes, point"
    ends = [rows(tmp_path / name / "survey.sqlite", f"SELECT {columns} FROM ends ORDER BY start") for name in ("whole", "cut")]
    assert ends[0] == ends[1]
    assert rows(tmp_path / "cut" / "survey.sqlite", "SELECT count(*) FROM unfinished") == [(0,)]
    assert rows(tmp_path / "cut" / "survey.sqlite", "PRAGMA integrity_check") == [("ok",)]


def test_signals_and_time_limits_keep_every_end(nadir, start_nadir, tmp_path):
    command = ["survey", *WELLS, "--starts", 100000, "--threads", 2]
    process = start_nadir(*command, "-o", "run")
    database = tmp_path / "run" / "survey.sqlite"
    for _ in range(200):
        time.sleep(0.05)
        if database.exists() and rows(tmp_path / "run" / "survey.sqlite", "SELECT count(*) FROM sqlite_master")[0][0] and rows(database, "SELECT count(*) FROM ends")[0][0] > 50:
            break
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 3
    assert "--resume" in err and "of 100000" in out
    kept = rows(database, "SELECT count(*) FROM ends")[0][0]
    assert kept > 50
    limited = nadir(*command, "--resume", "--time-limit", 2, "--json", "-o", "run")
    assert limited.code == 3
    assert limited.json()["stopped"] == "time_limit"
    assert rows(database, "SELECT count(*) FROM ends")[0][0] > kept
    fewer = nadir(*command[:4], "--starts", kept, "--resume", "--json", "-o", "run")
    assert fewer.code == 0 and fewer.json()["starts"]["counted"] == kept


def test_until_ends_it_when_so_many_minima_are_found(nadir):
    one = nadir("survey", *WELLS, "--starts", 1000, "--until", "minima=2", "--threads", 1, "--json").json()
    two = nadir("survey", *WELLS, "--starts", 1000, "--until", "minima=2", "--threads", 2, "--json").json()

    assert one["until"] == {"condition": "minima=2", "met": True}
    assert one["starts"]["counted"] < 100
    assert without_times(one) == without_times(two)


def test_saddles_on_the_way_are_kept_with_their_index(nadir, tmp_path):
    random = numpy.random.default_rng(0)
    numpy.save(tmp_path / "x.npy", random.standard_normal((40, 3)))
    numpy.save(tmp_path / "y.npy", random.standard_normal((40, 3)))
    network = ["linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "3", "--start", "zeros"]

    left = nadir("survey", *network, "--starts", 2, "--solver", "gradient-descent", "--json").json()
    kept = nadir("survey", *network, "--starts", 2, "--escape-rounds", 0, "--json").json()

    assert left["saddles"] and left["saddles"][0]["count"] >= 2
    assert left["classes"][0]["verdict"] == "global-minimum"
    assert [c["verdict"] for c in kept["classes"]] == ["strict-saddle"]
    assert kept["saddles"][0]["count"] == 2 and kept["saddles"][0]["least"] == kept["classes"][0]["value"]


def test_a_value_of_exactly_zero_is_an_end_like_others(nadir, tmp_path):
    numpy.save(tmp_path / "x.npy", numpy.eye(3))
    numpy.save(tmp_path / "y.npy", numpy.zeros((3, 2)))
    command = ["survey", "linear-network", "--x", "x.npy", "--y", "y.npy", "--hidden", "2", "--start", "zeros", "--starts", 3, "-o", "run"]
    assert nadir(*command).code == 0
    database = tmp_path / "run" / "survey.sqlite"
    before = rows(database, "SELECT start, value, seconds FROM ends")

    assert nadir(*command, "--resume").code == 0

    assert [value for _, value, _ in before] == [0.0] * 3
    assert rows(database, "SELECT start, value, seconds FROM ends") == before  # nothing was computed again


def test_starts_that_break_down_are_kept_as_such(nadir, tmp_path):
    numpy.save(tmp_path / "x.npy", numpy.eye(3))
    numpy.save(tmp_path / "y.npy", numpy.full((3, 1), 1e170))  # squares leave the range of double

    run = nadir("survey", "network", "--x", "x.npy", "--y", "y.npy", "--hidden", "2", "--starts", 3, "-o", "run")

    assert run.code == 4 and "breakdown" in run.err and run.out == ""
    ends = rows(tmp_path / "run" / "survey.sqlite", "SELECT state, value, point FROM ends")
    assert ends == [("broken", None, None)] * 3


def test_two_surveys_never_write_to_one_folder(nadir, start_nadir, tmp_path):
    first = start_nadir("survey", *WELLS, "--starts", 1000000, "--threads", 1, "-o", "run")
    for _ in range(200):
        if (tmp_path / "run" / "survey.sqlite").exists():
            break
        time.sleep(0.05)

    second = nadir("survey", *WELLS, "--starts", 1000000, "--resume", "-o", "run")

    assert second.code == 2 and "running nadir" in second.err
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=60) == 3


@pytest.mark.parametrize(
    "arguments, place",
    [
        (["--starts", "0"], "starts"),
        (["--starts", "-3"], "starts"),
        (["--starts", "1e3"], "starts"),
        (["--starts", "99999999999999999999"], "starts"),
        (["--until", "minima=0"], "--until"),
        (["--until", "minima=-1"], "--until"),
        (["--until", "minima=1.5"], "--until"),
        (["--until", "saddles=2"], "--until"),
        (["--until", "minima"], "--until"),
        (["--point-tolerance", "-1"], "point-tolerance"),
        (["--point-tolerance", "nan"], "point-tolerance"),
        (["--start", "nowhere.npz"], "--start"),
        (["--solver", "magic"], "solver"),
        (["--resume"], "--resume"),
        (["--resume", "-o", "file"], "file"),
        (["-o", "full"], "full"),
        (["extra"], "extra"),
    ],
)
def test_bad_options_are_told_and_leave_nothing(nadir, tmp_path, arguments, place):
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("")
    before = sorted(tmp_path.rglob("*"))

    run = nadir("survey", *WELLS, *arguments)

    assert run.code == 2
    assert place in run.err and run.err.count("\n") == 1 and run.out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_another_survey_is_refused(nadir, tmp_path):
    assert nadir("survey", *WELLS, "--starts", 5, "-o", "run").code == 0
    assert nadir("survey", *WELLS, "--starts", 5, "--seed", 3, "-o", "other").code == 0

    assert nadir("survey", *WELLS, "--starts", 5, "-o", "run").code == 2
    assert "seed" in nadir("survey", *WELLS, "--seed", 4, "--resume", "-o", "run").err
    assert "dimension" in nadir("survey", "double-well", "--dimension", 2, "--resume", "-o", "run").err
    assert "survey" in nadir("solve", *WELLS, "--resume", "-o", "run").err
    (tmp_path / "run" / "survey.sqlite").write_bytes((tmp_path / "other" / "survey.sqlite").read_bytes())
    swapped = nadir("survey", *WELLS, "--resume", "-o", "run")
    assert swapped.code == 2 and "survey.sqlite: seed: expected 0, found 3" in swapped.err


def test_require_is_asked_of_the_best_end(nadir, tmp_path):
    problem = many_minima(tmp_path, 3, 0.05)

    assert nadir("survey", *problem, "--starts", 30, "--require", "global-proved").code == 0
    limited = nadir("survey", *problem, "--starts", 3, "--max-iterations", 1, "--require", "global")
    assert limited.code == 1 and "--require global is not met" in limited.err
