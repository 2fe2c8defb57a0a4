"""matrix-completion from files to predictions; the oracle is NumPy: a convex solver, U V^T and the means, the residuals."""

import csv
import gzip
import io
import json
import shutil

import numpy
import pytest
from completion_case import Case, alternating_least_squares, random_entries, read_labels, write_triples

SOLVE = ("solve", "matrix-completion", "--ratings")
SHAPE, PENALTY = (9, 7), 0.8


@pytest.fixture
def case(tmp_path):
    """ratings.csv with integer ids without gaps, and what it holds."""
    rows, cols, values = random_entries(numpy.random.default_rng(5), SHAPE, share=0.6, rank=2)
    write_triples(tmp_path / "ratings.csv", rows, cols, values)
    return Case(rows, cols, values, SHAPE, PENALTY)


def write_with(path, case, name=str, header="", delimiter=",", more=""):
    lines = [header] if header else []
    for row, col, value in zip(case.rows, case.cols, case.values):
        lines.append(delimiter.join([name(row), name(col), repr(float(value))]) + more)
    path.write_text("\n".join(lines) + "\n")


def write_header(folder, case):
    write_with(folder / "f.csv", case, header="user,item,rating")
    return "f.csv"


def write_text_ids(folder, case):
    write_with(folder / "f.csv", case, name=lambda k: f'"No. {k}, old"', header="user,item,rating,when", more=",1970-01-01")
    return "f.csv"


def write_sparse_ids(folder, case):
    write_with(folder / "f.csv", case, name=lambda k: str(10**12 - 7 * k), more=",1,x")
    return "f.csv"


def write_tsv(folder, case):
    write_with(folder / "f.tsv", case, delimiter="\t")
    return "f.tsv"


def write_words(folder, case):
    write_with(folder / "f.txt", case, delimiter=" ")
    return "f.txt"


def write_windows(folder, case):
    write_with(folder / "f.csv", case)
    (folder / "f.csv").write_bytes((folder / "f.csv").read_bytes().replace(b"\n", b"\r\n"))
    return "f.csv"


def write_gzip(folder, case):
    write_with(folder / "f.csv", case)
    (folder / "f.csv.gz").write_bytes(gzip.compress((folder / "f.csv").read_bytes()))
    return "f.csv.gz"


def write_matrix_market(folder, case):
    lines = [f"{row + 1} {col + 1} {float(value)!r}" for row, col, value in zip(case.rows, case.cols, case.values)]
    head = "%%MatrixMarket matrix coordinate real general\n% a comment\n"
    (folder / "f.mtx").write_text(head + f"{SHAPE[0]} {SHAPE[1]} {len(lines)}\n" + "\n".join(lines) + "\n")
    return "f.mtx"


def write_scipy(layout):
    def write(folder, case):
        sparse = pytest.importorskip("scipy.sparse")
        matrix = sparse.coo_matrix((case.values, (case.rows, case.cols)), shape=SHAPE).asformat(layout)
        sparse.save_npz(folder / "f.npz", matrix)
        return "f.npz"

    return write


def write_dense(folder, case):
    matrix = numpy.full(SHAPE, numpy.nan)
    matrix[case.rows, case.cols] = case.values
    numpy.save(folder / "f.npy", matrix)
    return "f.npy"


@pytest.mark.parametrize("write", [write_header, write_text_ids, write_sparse_ids, write_tsv, write_words, write_windows, write_gzip,
                                   write_matrix_market, write_scipy("csr"), write_scipy("csc"), write_scipy("coo"), write_dense])
def test_every_format_of_ratings_means_the_same_problem(nadir, case, tmp_path, write):
    lower, upper = case.least_value()

    run = nadir(*SOLVE, write(tmp_path, case), "--lambda", PENALTY, "--json", "-o", "run")

    assert run.code == 0, run.err
    verdict = run.json()
    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
    assert verdict["details"]["entries"] == len(case.values)
    assert verdict["lower_bound"] <= upper and verdict["value"] >= lower
    assert verdict["value"] - lower <= 1e-6 * lower
    assert nadir("verify", "run").code == 0


def test_the_point_has_the_value_and_the_labels_name_its_rows(nadir, case, tmp_path):
    write_text_ids(tmp_path, case)
    verdict = nadir(*SOLVE, "f.csv", "--lambda", PENALTY, "--json", "-o", "run").json()

    point = numpy.load(tmp_path / "run" / "point.npz")
    total, rows, cols = read_labels(tmp_path / "run")

    assert case.value(point["U"], point["V"]) == pytest.approx(verdict["value"], rel=1e-12)
    assert total == 0.0
    assert rows == {f"No. {k}, old": (k, numpy.sum(case.rows == k), 0.0) for k in range(SHAPE[0])}
    assert cols == {f"No. {k}, old": (k, numpy.sum(case.cols == k), 0.0) for k in range(SHAPE[1])}


def test_repeated_positions_are_summed_or_averaged_by_an_option(nadir, tmp_path):
    (tmp_path / "r.csv").write_text("a,x,1\na,y,3\nb,x,2\na,x,5\n")

    for how, first in (("sum", 6.0), ("average", 3.0)):
        verdict = nadir(*SOLVE, "r.csv", "--lambda", "0.5", "--duplicates", how, "--json", "-o", how).json()

        lower, upper = Case(numpy.array([0, 0, 1]), numpy.array([0, 1, 0]), numpy.array([first, 3.0, 2.0]), (2, 2), 0.5).least_value()
        assert verdict["verdict"] == "global-minimum"
        assert lower <= verdict["value"] * (1 + 1e-12) and verdict["value"] <= upper * (1 + 1e-6)


FILES = {
    "good.csv": "a,x,1\na,y,2\nb,x,3\nb,y,5\n",
    "twice.csv": "a,x,1\na,y,2\nb,x,3\na,x,4\n",
    "word.csv": "a,x,1\na,y,two\n",
    "nan.csv": "a,x,1\na,y,nan\n",
    "short.csv": "a,x,1\na,y\n",
    "no-id.csv": "a,x,1\n,y,2\n",
    "gap.csv": "a,x,1\n\na,y,2\n",
    "empty.csv": "",
    "header.csv": "user,item,rating\n",
    "skewed.csv": "1,1,2\n1,2,3\n2,1,3.5\n",
    "short-weights.csv": "a,x,1\na,y,1\nb,x,1\n",
    "zero-weight.csv": "a,x,1\na,y,0\nb,x,1\nb,y,1\n",
    "foreign-weight.csv": "a,x,1\na,y,1\nb,x,1\nb,z,1\n",
    "features.csv": "1,2\n3,4\n5,6\n",
    "outside.mtx": "%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 5.0\n",
    "damaged.npz": "PK\x03\x04",
    "damaged.csv.gz": "not gzip",
}


@pytest.mark.parametrize("name, more, words", [
    ("twice.csv", (), ["twice.csv, line 4", "--duplicates", "line 1"]),
    ("word.csv", (), ["word.csv, line 2, column 3", "a number", "two"]),
    ("nan.csv", (), ["nan.csv, line 2, column 3", "finite"]),
    ("short.csv", (), ["short.csv, line 2"]),
    ("no-id.csv", (), ["no-id.csv, line 2, column 1"]),
    ("gap.csv", (), ["gap.csv, line 2"]),
    ("empty.csv", (), ["empty.csv", "entry"]),
    ("header.csv", (), ["header.csv", "entry"]),
    ("absent.csv", (), ["absent.csv"]),
    (".", (), ["."]),
    ("outside.mtx", (), ["outside.mtx, line 3"]),
    ("damaged.npz", (), ["damaged.npz"]),
    ("damaged.csv.gz", (), ["damaged.csv.gz"]),
    ("good.csv", ("--lambda", "-1"), ["--lambda", "at least 0", "-1"]),
    ("good.csv", ("--lambda", "nan"), ["--lambda", "nan"]),
    ("good.csv", ("--lambda", "much"), ["--lambda", "much"]),
    ("good.csv", ("--lambda", "cv"), ["--lambda", "too few"]),
    ("good.csv", ("--lambda-path", "1,0"), ["--lambda-path", "above 0"]),
    ("good.csv", ("--rank", "3"), ["--rank", "1 to 2", "3"]),
    ("good.csv", ("--rank", "0"), ["--rank", "1 to 2"]),
    ("good.csv", ("--rank", "-1"), ["--rank"]),
    ("good.csv", ("--rank", "some"), ["--rank", "auto", "some"]),
    ("good.csv", ("--center", "middle"), ["--center", "middle"]),
    ("good.csv", ("--duplicates", "keep"), ["--duplicates", "keep"]),
    ("good.csv", ("--holdout", "1"), ["--holdout", "0.9"]),
    ("good.csv", ("--holdout", "-0.1"), ["--holdout"]),
    ("good.csv", ("--row-norm-penalty", "1"), ["--row-norm-penalty", "--psd"]),
    ("good.csv", ("--weights", "short-weights.csv"), ["weight", "good.csv, line 4"]),
    ("good.csv", ("--weights", "zero-weight.csv"), ["zero-weight.csv, line 2", "above 0"]),
    ("good.csv", ("--weights", "foreign-weight.csv"), ["foreign-weight.csv, line 4"]),
    ("good.csv", ("--row-features", "features.csv"), ["features.csv", "2 lines", "3"]),
    ("good.csv", ("--column-features", "absent.npy"), ["absent.npy"]),
    ("good.csv", ("--test", "word.csv"), ["word.csv, line 2, column 3"]),
    ("skewed.csv", ("--psd",), ["skewed.csv, line 3", "symmetric", "line 2"]),
    ("good.csv", ("--psd", "--center", "rows"), ["--center", "--psd"]),
    ("good.csv", ("--psd", "--lambda", "cv"), ["--lambda", "--psd"]),
    ("good.csv", ("--start", "nowhere"), ["--start", "nowhere"]),
    ("good.csv", ("--start", "features.csv"), ["features.csv"]),
])
def test_bad_input_is_named_in_one_line_and_leaves_no_folder(nadir, tmp_path, name, more, words):
    for file, text in FILES.items():
        (tmp_path / file).write_text(text)
    before = set(tmp_path.iterdir())
    given = ("--lambda", "0.1") if "--lambda" not in more and "--lambda-path" not in more else ()

    run = nadir(*SOLVE, name, *given, *more, "-o", "run")

    assert run.code == 2, (run.out, run.err)
    lines = run.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("nadir: "), run.err
    for word in words:
        assert word in lines[0], run.err
    assert set(tmp_path.iterdir()) == before


def test_constant_ratings_are_fitted_exactly(nadir, tmp_path):
    (tmp_path / "r.csv").write_text("a,x,4\na,y,4\nb,x,4\nb,y,4\n")

    plain = nadir(*SOLVE, "r.csv", "--lambda", "1", "--json", "-o", "plain").json()
    centred = nadir(*SOLVE, "r.csv", "--lambda", "1", "--center", "global", "--json", "-o", "centred").json()

    # Shrinkage of the only singular value, 8, by 1: 1/2 + 7.
    assert (plain["verdict"], plain["rigor"]) == ("global-minimum", "proved")
    assert plain["value"] == pytest.approx(7.5, rel=1e-6)
    assert (centred["verdict"], centred["rigor"]) == ("global-minimum", "proved")
    assert centred["value"] <= 1e-12
    assert nadir("verify", "plain").code == nadir("verify", "centred").code == 0
    predicted = nadir("predict", "centred", "--row", "a", "--top", "1", "--json")
    assert predicted.code == 0 and predicted.json()["predictions"] == []


@pytest.mark.parametrize("num_sweeps", [0, 1, 5, 300])
def test_factors_of_a_foreign_program_are_judged_and_the_gap_covers_the_truth(nadir, case, tmp_path, num_sweeps):
    lower, _ = case.least_value()
    u, v = alternating_least_squares(case, rank=4, num_sweeps=num_sweeps)
    numpy.savez(tmp_path / "als.npz", U=u, V=v)

    run = nadir("judge", "matrix-completion", "--ratings", "ratings.csv", "--lambda", PENALTY, "--point", "als.npz", "--json", "-o", "judged")

    assert run.code == 0, run.err
    verdict = run.json()
    assert verdict["value"] == pytest.approx(case.value(u, v), rel=1e-12)
    assert verdict["gap"] >= case.value(u, v) - lower * (1 + 1e-10)
    assert verdict["lower_bound"] <= lower * (1 + 1e-10)
    assert (verdict["verdict"] == "global-minimum") == (num_sweeps == 300)
    assert nadir("verify", "judged").code == 0


def test_too_small_a_rank_is_never_called_global(nadir, case):
    lower, _ = case.least_value()

    verdict = nadir(*SOLVE, "ratings.csv", "--lambda", PENALTY, "--rank", "1", "--json", "-o", "run").json()

    assert verdict["value"] > lower * 1.001
    assert verdict["verdict"] != "global-minimum"
    assert verdict["gap"] >= verdict["value"] - lower


def test_seed_decides_the_bits_and_threads_do_not(nadir, case, tmp_path):
    def point(name, *more):
        assert nadir(*SOLVE, "ratings.csv", "--lambda", PENALTY, "--rank", "3", "-o", name, *more).code == 0
        return (tmp_path / name / "point.npz").read_bytes()

    assert point("a", "--threads", "1", "--seed", "2") == point("b", "--threads", "2", "--seed", "2")
    assert point("c", "--seed", "3") != point("d", "--seed", "2")


def test_an_interrupted_run_resumes_to_the_same_bits(nadir, tmp_path):
    rows, cols, values = random_entries(numpy.random.default_rng(1), (120, 90), share=0.3, rank=6)
    write_triples(tmp_path / "r.csv", rows, cols, values)
    task = (*SOLVE, "r.csv", "--lambda", "0.5")
    assert nadir(*task, "-o", "whole", "--threads", "1").code == 0

    assert nadir(*task, "-o", "parts", "--time-limit", "0.01").code == 3
    for _ in range(3):
        nadir(*task, "-o", "parts", "--resume", "--time-limit", "0.02")
    resumed = nadir(*task, "-o", "parts", "--resume")

    assert resumed.code == 0, resumed.err
    assert (tmp_path / "parts" / "point.npz").read_bytes() == (tmp_path / "whole" / "point.npz").read_bytes()
    assert nadir("verify", "parts").code == 0


def predictions(text):
    return {(line["row"], line["column"]): (float(line["prediction"]), line["basis"]) for line in csv.DictReader(io.StringIO(text))}


@pytest.fixture
def predictor(nadir, case, tmp_path):
    """A finished run on ids with commas and quotes, and what NumPy predicts from its files."""
    names = lambda k: f'"""{k}"", Jr."'
    write_with(tmp_path / "named.csv", case, name=names, header="who,what,how much")
    run = nadir(*SOLVE, "named.csv", "--lambda", "0.3", "--center", "both", "--center-damping", "2", "--json", "-o", "run")
    assert run.code == 0, run.err
    point = numpy.load(tmp_path / "run" / "point.npz")
    total, rows, cols = read_labels(tmp_path / "run")
    id_of = lambda k: f'"{k}", Jr.'
    row_offsets = numpy.array([rows[id_of(k)][2] for k in range(SHAPE[0])])
    col_offsets = numpy.array([cols[id_of(k)][2] for k in range(SHAPE[1])])
    return id_of, names, total, row_offsets, col_offsets, total + point["U"] @ point["V"].T + row_offsets[:, None] + col_offsets


def test_means_in_labels_are_those_of_numpy(case, predictor):
    _, _, total, row_offsets, col_offsets, _ = predictor

    rest = case.values - case.values.mean()
    row_means = numpy.bincount(case.rows, rest) / (numpy.bincount(case.rows) + 2)
    rest = rest - row_means[case.rows]
    col_means = numpy.bincount(case.cols, rest) / (numpy.bincount(case.cols) + 2)

    assert total == pytest.approx(case.values.mean(), rel=1e-14)
    numpy.testing.assert_allclose(row_offsets, row_means, rtol=1e-12, atol=1e-14)
    numpy.testing.assert_allclose(col_offsets, col_means, rtol=1e-12, atol=1e-14)


def test_pairs_are_predicted_in_their_order(nadir, predictor, tmp_path):
    id_of, names, *_, expected = predictor
    pairs = [(8, 6), (0, 0), (3, 5), (0, 0)]
    (tmp_path / "pairs.csv").write_text("who,what\n" + "".join(f"{names(i)},{names(j)},more\n" for i, j in pairs))

    run = nadir("predict", "run", "--pairs", "pairs.csv", "--json")

    assert run.code == 0, run.err
    assert run.json()["schema"] == "nadir.predictions/1"
    found = run.json()["predictions"]
    assert [(p["row"], p["column"], p["basis"]) for p in found] == [(id_of(i), id_of(j), "model") for i, j in pairs]
    assert [p["prediction"] for p in found] == pytest.approx([expected[pair] for pair in pairs], rel=1e-12)
    assert nadir("predict", "run", "--pairs", "pairs.csv", "-o", "out.csv").code == 0
    assert (tmp_path / "out.csv").read_text() == nadir("predict", "run", "--pairs", "pairs.csv").out


def test_top_lists_the_best_columns_without_entries(nadir, case, predictor):
    id_of, _, *_, expected = predictor
    row = 4
    unseen = sorted(set(range(SHAPE[1])) - set(case.cols[case.rows == row]), key=lambda j: -expected[row, j])

    run = nadir("predict", "run", "--row", id_of(row), "--top", "2", "--json")

    found = run.json()["predictions"]
    assert [p["column"] for p in found] == [id_of(j) for j in unseen[:2]]
    assert [p["prediction"] for p in found] == pytest.approx([expected[row, j] for j in unseen[:2]], rel=1e-12)


def test_unknown_ids_are_refused_or_get_the_means(nadir, predictor, tmp_path):
    id_of, names, total, row_offsets, col_offsets, _ = predictor
    (tmp_path / "pairs.csv").write_text(f"{names(0)},{names(0)}\n{names(1)},nobody\nnobody,{names(2)}\nnobody,nothing\n")

    refused = nadir("predict", "run", "--pairs", "pairs.csv")
    means = predictions(nadir("predict", "run", "--pairs", "pairs.csv", "--unknown", "mean").out)

    assert refused.code == 2 and refused.out == ""
    assert "pairs.csv, line 2, column 2" in refused.err and "nobody" in refused.err
    assert means[id_of(0), id_of(0)][1] == "model"
    assert means[id_of(1), "nobody"] == (pytest.approx(total + row_offsets[1]), "mean")
    assert means["nobody", id_of(2)] == (pytest.approx(total + col_offsets[2]), "mean")
    assert means["nobody", "nothing"] == (pytest.approx(total), "mean")


@pytest.mark.parametrize("arguments, words", [
    ((), ["--pairs", "--row"]),
    (("--row", "nobody"), ["--row", "nobody"]),
    (("--row", "x", "--pairs", "pairs.csv"), ["both"]),
    (("--pairs", "absent.csv"), ["absent.csv"]),
    (("--pairs", "narrow.csv"), ["narrow.csv, line 1"]),
    (("--row", "x", "--top", "0"), ["--top"]),
])
def test_bad_requests_for_predictions_are_named(nadir, predictor, tmp_path, arguments, words):
    (tmp_path / "pairs.csv").write_text("a,b\n")
    (tmp_path / "narrow.csv").write_text("a\n")

    run = nadir("predict", "run", *arguments)

    assert run.code == 2 and run.out == ""
    for word in words:
        assert word in run.err


def test_predictions_need_the_ratings_as_they_were(nadir, case, predictor, tmp_path):
    text = (tmp_path / "named.csv").read_text()
    (tmp_path / "named.csv").write_text(text.replace(",0.", ",1.", 1))

    run = nadir("predict", "run", "--row", "x", "--unknown", "mean")

    assert run.code == 2
    assert "named.csv" in run.err


def test_held_out_errors_are_those_of_the_predictions(nadir, case, predictor, tmp_path):
    id_of, _, *_, = predictor
    verdict = nadir(*SOLVE, "named.csv", "--lambda", "0.3", "--center", "global", "--holdout", "0.3", "--holdout-seed", "4", "--json",
                    "-o", "held").json()

    # A rating that --top lists is one that was not fitted.
    errors = []
    for row in range(SHAPE[0]):
        listed = predictions(nadir("predict", "held", "--row", id_of(row), "--top", "99", "--unknown", "mean").out)
        for at in numpy.flatnonzero(case.rows == row):
            if (id_of(row), id_of(case.cols[at])) in listed:
                errors.append(listed[id_of(row), id_of(case.cols[at])][0] - case.values[at])

    details = verdict["details"]
    assert details["holdout_entries"] + details["entries"] == len(case.values)
    assert len(errors) == details["holdout_entries"] > 0
    assert details["holdout_rmse"] == pytest.approx(numpy.sqrt(numpy.mean(numpy.square(errors))), rel=1e-12)
    assert details["holdout_mae"] == pytest.approx(numpy.mean(numpy.abs(errors)), rel=1e-12)


def test_errors_on_a_test_file_are_those_of_numpy(nadir, case, tmp_path):
    is_test = numpy.arange(len(case.values)) % 5 == 0
    for name, part in (("train", ~is_test), ("test", is_test)):
        write_triples(tmp_path / f"{name}.csv", case.rows[part], case.cols[part], case.values[part])
    with open(tmp_path / "test.csv", "a", encoding="utf-8") as file:
        file.write("7,99,1.5\n")

    run = nadir(*SOLVE, "train.csv", "--test", "test.csv", "--lambda", "0.3", "--json", "-o", "run")

    assert run.code == 0, run.err
    details = run.json()["details"]
    _, rows, cols = read_labels(tmp_path / "run")
    point = numpy.load(tmp_path / "run" / "point.npz")
    fitted = point["U"] @ point["V"].T
    errors = [fitted[rows[str(i)][0], cols[str(j)][0]] - m for i, j, m in zip(case.rows[is_test], case.cols[is_test], case.values[is_test])
              if str(i) in rows and str(j) in cols]
    assert details["holdout_entries"] == len(errors)
    assert details["holdout_unknown"] == numpy.sum(is_test) + 1 - len(errors)
    assert details["holdout_rmse"] == pytest.approx(numpy.sqrt(numpy.mean(numpy.square(errors))), rel=1e-10)
    assert details["holdout_mae"] == pytest.approx(numpy.mean(numpy.abs(errors)), rel=1e-10)


def test_lambda_comes_from_the_path_by_the_held_out_error(nadir, tmp_path):
    rows, cols, values = random_entries(numpy.random.default_rng(2), (60, 50), share=0.4, rank=2, noise=0.3)
    is_test = numpy.arange(len(values)) % 6 == 0
    for name, part in (("train", ~is_test), ("test", is_test)):
        write_triples(tmp_path / f"{name}.csv", rows[part], cols[part], values[part])
    path = [0.01, 2.0, 100.0]
    errors = []
    for penalty in path:
        errors.append(nadir(*SOLVE, "train.csv", "--test", "test.csv", "--lambda", penalty, "--json").json()["details"]["holdout_rmse"])

    verdict = nadir(*SOLVE, "train.csv", "--test", "test.csv", "--lambda-path", ",".join(map(str, path)), "--json", "-o", "run").json()

    assert verdict["details"]["lambda"] == path[int(numpy.argmin(errors))]
    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
    assert nadir("verify", "run").code == 0


def test_lambda_by_cross_validation_is_recorded_and_the_run_verifies(nadir, tmp_path):
    rows, cols, values = random_entries(numpy.random.default_rng(3), (30, 20), share=0.5, rank=2)
    write_triples(tmp_path / "r.csv", rows, cols, values)

    verdict = nadir(*SOLVE, "r.csv", "--json", "-o", "run").json()

    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
    assert verdict["details"]["lambda"] > 0.0
    assert nadir("verify", "run").code == 0
    lower, upper = Case(rows, cols, values, (30, 20), verdict["details"]["lambda"]).least_value(tolerance=1e-8)
    assert verdict["lower_bound"] <= upper and verdict["value"] - lower <= 1e-6 * upper


def test_the_folder_may_be_moved_and_still_verifies(nadir, case, tmp_path):
    assert nadir(*SOLVE, "ratings.csv", "--lambda", PENALTY, "-o", "run").code == 0
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "run", tmp_path / "elsewhere" / "run")

    assert nadir("verify", "elsewhere/run", "--json").json()["verified"] is True
    assert json.loads((tmp_path / "elsewhere" / "run" / "verdict.json").read_text())["family"] == "matrix-completion"


def test_predictions_with_side_information_go_through_the_features(nadir, case, tmp_path):
    random = numpy.random.default_rng(6)
    left, right = random.standard_normal((SHAPE[0], 4)), random.standard_normal((SHAPE[1], 3))
    numpy.save(tmp_path / "left.npy", left)
    numpy.savetxt(tmp_path / "right.csv", right, delimiter=",")
    (tmp_path / "pairs.csv").write_text("8,6\n0,3\n")

    run = nadir(*SOLVE, "ratings.csv", "--lambda", "0.3", "--row-features", "left.npy", "--column-features", "right.csv", "--center", "global",
                "-o", "run")

    assert run.code == 0, run.err
    point = numpy.load(tmp_path / "run" / "point.npz")
    expected = case.values.mean() + left @ point["U"] @ point["V"].T @ right.T
    found = nadir("predict", "run", "--pairs", "pairs.csv", "--json").json()["predictions"]
    assert [p["prediction"] for p in found] == pytest.approx([expected[8, 6], expected[0, 3]], rel=1e-12)


def test_predictions_of_a_semidefinite_matrix_are_symmetric_over_shared_names(nadir, tmp_path):
    (tmp_path / "r.csv").write_text("ann,ann,2\nann,bob,1\nbob,ann,1\nbob,cid,0.5\ncid,bob,0.5\nbob,bob,3\n")
    (tmp_path / "pairs.csv").write_text("ann,cid\ncid,ann\ncid,cid\n")

    run = nadir(*SOLVE, "r.csv", "--psd", "--lambda", "0.1", "-o", "run")

    assert run.code == 0, run.err
    u = numpy.load(tmp_path / "run" / "point.npz")["U"]
    found = [p["prediction"] for p in nadir("predict", "run", "--pairs", "pairs.csv", "--json").json()["predictions"]]
    assert found[0] == found[1]
    assert found == pytest.approx([u[0] @ u[2], u[0] @ u[2], u[2] @ u[2]], rel=1e-12)
    assert [p["column"] for p in nadir("predict", "run", "--row", "ann", "--json").json()["predictions"]] == ["cid"]
