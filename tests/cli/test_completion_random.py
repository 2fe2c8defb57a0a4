"""A hunt for wrong verdicts of matrix-completion: random instances of every kind, solved from rank 1 to a proof.

The oracle is a convex solver in NumPy with a dual bound of its own, and the checker in a process of its own. Every
finished run is then changed in one place, by hand or as a forger would who recomputes all digests, and must be refused.
"""

import re
import shutil

import numpy
import pytest
from completion_case import Case, random_entries, write_triples
from forgery import change_number, copy_changed, forge, scale_numbers

KINDS = ["plain", "weights", "weighted-lambda", "psd", "features", "row-features", "centred", "holdout", "scaled", "dense"]


class Instance:
    """Files and arguments of a random instance, and the problem that they mean, as NumPy sees it."""

    def __init__(self, folder, seed):
        random = numpy.random.default_rng(seed)
        kind = KINDS[seed % len(KINDS)]
        shape = (int(random.integers(2, 14)), int(random.integers(2, 11)))
        shape = (shape[0], shape[0]) if kind == "psd" else shape
        share = 1.0 if kind == "dense" else random.uniform(0.3, 0.9)
        rows, cols, values = random_entries(random, shape, share, rank=int(random.integers(1, 4)), noise=random.choice([0.0, 0.1, 1.0]))
        options = {}
        if kind == "psd":
            rows, cols, values = self.symmetric(rows, cols, values)
        if kind == "scaled":
            values = values * 10.0 ** random.integers(-8, 9)
        penalty = float(numpy.sqrt(numpy.mean(values**2)) * random.uniform(0.1, 1.0))
        self.arguments = ["matrix-completion", "--ratings", "ratings.csv", "--lambda", repr(penalty)]
        write_triples(folder / "ratings.csv", rows, cols, values)
        if kind == "weights":
            options["weights"] = random.uniform(0.1, 3.0, len(values))
            write_triples(folder / "weights.csv", rows, cols, options["weights"])
            self.arguments += ["--weights", "weights.csv"]
        if kind == "weighted-lambda":
            options["weighted_penalty"] = True
            self.arguments += ["--weighted-lambda"]
        if kind == "psd":
            options["psd"] = True
            self.arguments += ["--psd"]
        for side, flag in enumerate(("row-features", "column-features")):
            if kind in ("features", flag):
                features = random.standard_normal((shape[side], max(1, shape[side] - 2)))
                numpy.save(folder / f"{flag}.npy", features)
                options[("left", "right")[side]] = features
                self.arguments += [f"--{flag}", f"{flag}.npy"]
        if kind == "centred":
            values = values - values.mean()
            self.arguments += ["--center", "global"]
        if kind == "holdout":
            self.arguments += ["--holdout", "0.2", "--center", "both"]
        # What is held out is drawn by nadir: no oracle but the checker.
        self.case = None if kind == "holdout" else Case(rows, cols, values, shape, penalty, **options)

    @staticmethod
    def symmetric(rows, cols, values):
        entries = {}
        for row, col, value in zip(rows, cols, values):
            entries[row, col] = entries[col, row] = value
        return (numpy.array([row for row, _ in entries]), numpy.array([col for _, col in entries]), numpy.array(list(entries.values())))


@pytest.mark.parametrize("seed", range(40))
def test_the_staircase_ends_in_a_proof_that_holds_and_that_nobody_can_change(nadir, tmp_path, seed):
    instance = Instance(tmp_path, seed)

    run = nadir("solve", *instance.arguments, "--seed", seed, "--json", "-o", "run")

    assert run.code == 0, run.err
    verdict = run.json()
    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved"), verdict
    if instance.case is not None:
        lower, upper = instance.case.least_value()
        scale = max(upper, verdict["gap_scale"])
        assert verdict["lower_bound"] <= upper
        assert verdict["gap"] >= verdict["value"] - upper
        assert verdict["value"] >= lower - 1e-12 * scale
        assert verdict["value"] - lower <= 1.001e-6 * scale
    verified = nadir("verify", "run", "--json")
    assert verified.code == 0 and verified.json()["verified"] is True, verified.out

    folder = tmp_path / "run"
    for number, (name, change) in enumerate([
        ("point.npz", change_number("U", seed)),
        ("verdict.json", scale_numbers("lower_bound", 1.0 + 1e-12)),
        ("certificate.json", scale_numbers("bound", 1.0 - 1e-9)),
        ("witness.npz", lambda content: content + b"\0"),
    ]):
        copy_changed(folder, tmp_path / f"changed-{number}", name, change)
        refused = nadir("verify", f"changed-{number}", "--json")
        assert refused.code == 1 and refused.json()["verified"] is False, name

    shutil.copy(tmp_path / "ratings.csv", tmp_path / "kept.csv")
    text = (tmp_path / "ratings.csv").read_text()
    (tmp_path / "ratings.csv").write_text(re.sub(r"(\d)\n", lambda m: str((int(m[1]) + 1) % 10) + "\n", text, count=1))
    assert nadir("verify", "run").code == 1
    shutil.move(tmp_path / "kept.csv", tmp_path / "ratings.csv")


@pytest.mark.parametrize("seed", range(10))
def test_a_forger_who_recomputes_all_digests_is_refused(nadir, tmp_path, seed):
    instance = Instance(tmp_path, seed)
    assert nadir("solve", *instance.arguments, "-o", "run").code == 0
    folder = tmp_path / "run"
    raise_bound = lambda name: scale_numbers("bound" if name == "certificate.json" else "lower_bound", 1.0 + 1e-3)

    # Nothing but digests made anew: accepted.
    assert nadir("verify", forge(folder, tmp_path / "same", "point.npz", lambda content: content)).code == 0
    # A point that is not the one; a bound that is too good, in both files.
    moved = forge(folder, tmp_path / "moved", "point.npz", change_number("U", 0))
    bound = copy_changed(folder, tmp_path / "bound", "certificate.json", raise_bound("certificate.json"))
    (bound / "verdict.json").write_bytes(raise_bound("verdict.json")((bound / "verdict.json").read_bytes()))
    forge(bound, tmp_path / "both", "certificate.json", lambda content: content)

    for name in (moved, tmp_path / "both"):
        refused = nadir("verify", name, "--json")
        assert refused.code == 1, refused.out
        assert refused.json()["verified"] is False


@pytest.mark.parametrize("seed", range(40, 60))
def test_points_from_anywhere_get_a_gap_that_covers_the_truth(nadir, tmp_path, seed):
    if KINDS[seed % len(KINDS)] == "holdout":
        pytest.skip("no oracle: what is held out is drawn by nadir")
    instance = Instance(tmp_path, seed)
    case, random = instance.case, numpy.random.default_rng(seed)
    lower, _ = case.least_value()
    rank = int(random.integers(1, 4))
    size = numpy.sqrt(numpy.sqrt(numpy.mean(case.values**2))) * random.choice([0.0, 0.1, 1.0, 10.0])
    u = size * random.standard_normal((case.left.shape[1], rank))
    v = size * random.standard_normal((case.right.shape[1], rank))
    numpy.savez(tmp_path / "p.npz", **({"U": u} if case.psd else {"U": u, "V": v}))

    run = nadir("judge", *instance.arguments, "--point", "p.npz", "--json", "-o", "judged")

    assert run.code == 0, run.err
    verdict, value = run.json(), case.value(u, v)
    assert verdict["value"] == pytest.approx(value, rel=1e-12)
    assert verdict["gap"] >= (value - lower) * (1 - 1e-10)
    assert verdict["verdict"] != "global-minimum" or value - lower <= 1e-6 * verdict["gap_scale"]
    assert nadir("verify", "judged").code == 0


def test_the_row_norm_regulariser_is_part_of_the_proved_problem(nadir, tmp_path):
    # One entry m = 4 of a 1 x 1 matrix, U = u: 1/2 (u^2 - 4)^2 + L u^2 + Q (|u| - c)_+^4 on a fine grid.
    (tmp_path / "r.csv").write_text("1,1,4\n")
    grid = numpy.linspace(0.0, 3.0, 3000001)
    values = 0.5 * (grid**2 - 4.0) ** 2 + 0.1 * grid**2 + 2.0 * numpy.maximum(grid - 1.0, 0.0) ** 4

    verdict = nadir("solve", "matrix-completion", "--ratings", "r.csv", "--psd", "--lambda", "0.1", "--row-norm-penalty", "2",
                    "--row-norm-limit", "1", "--json", "-o", "run").json()

    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
    assert verdict["lower_bound"] <= values.min()
    assert verdict["value"] == pytest.approx(values.min(), rel=2e-6)
    assert nadir("verify", "run").code == 0
