"""matrix-sensing from files to proofs; the oracle is NumPy: a proximal method with its own dual bound, and closed forms."""

import numpy
import pytest
from forgery import change_number, copy_changed, forge, scale_numbers


class Sensing:
    """A(X)_k = <A_k, X>, y, penalty L of the nuclear norm or trace; files operator.npy, right.npy, y.npy, and arguments."""

    def __init__(self, folder, matrices, y, penalty=0.0, psd=False):
        self.matrices, self.y, self.penalty, self.psd = matrices, y, penalty, psd
        self.map = matrices.reshape(len(y), -1)
        self.shape = matrices.shape[1:]
        numpy.save(folder / "operator.npy", numpy.ascontiguousarray(numpy.moveaxis(matrices, 0, 2)))
        numpy.save(folder / "y.npy", y)
        self.arguments = ["matrix-sensing", "--operator", "operator.npy", "--measurements", "y.npy"]
        self.arguments += (["--lambda", repr(penalty)] if penalty else []) + (["--psd"] if psd else [])

    def value(self, u, v=None):
        fit = 0.5 * numpy.sum((self.map @ (u @ (u if self.psd else v).T).ravel() - self.y) ** 2)
        return fit + (self.penalty * numpy.sum(u**2) if self.psd else 0.5 * self.penalty * (numpy.sum(u**2) + numpy.sum(v**2)))

    def least_value(self, tolerance=1e-11, max_iterations=30000):
        """(lower, upper) bounds of the least value over all ranks: FISTA with restarts; the dual value at the residual."""
        inverse_step = numpy.linalg.norm(self.map, 2) ** 2
        x = extrapolated = numpy.zeros(self.shape)
        momentum, upper, lower = 1.0, numpy.inf, 0.0
        for iteration in range(max_iterations):
            gradient = (self.map.T @ (self.map @ extrapolated.ravel() - self.y)).reshape(self.shape)
            following, _ = self.shrunk(extrapolated - gradient / inverse_step, self.penalty / inverse_step)
            if numpy.sum((extrapolated - following) * (following - x)) > 0.0:
                momentum = 1.0
            next_momentum = (1.0 + numpy.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
            extrapolated = following + (momentum - 1.0) / next_momentum * (following - x)
            x, momentum = following, next_momentum
            if iteration % 20 == 0:
                residual = self.map @ x.ravel() - self.y
                upper = min(upper, 0.5 * numpy.sum(residual**2) + self.penalty * self.shrunk(x, 0.0)[1])
                slope = -(self.map.T @ residual).reshape(self.shape)
                norm = numpy.linalg.eigvalsh(slope)[-1] if self.psd else numpy.linalg.norm(slope, 2)
                z = -residual * (min(1.0, self.penalty / norm) if norm > 0.0 else 1.0)
                lower = max(lower, z @ self.y - 0.5 * z @ z)
                if upper - lower <= tolerance * upper:
                    break
        return lower, upper

    def shrunk(self, x, threshold):
        """The proximal point, and the nuclear norm of x."""
        if self.psd:
            values, vectors = numpy.linalg.eigh((x + x.T) / 2.0)
            return (vectors * numpy.maximum(values - threshold, 0.0)) @ vectors.T, numpy.sum(values)
        u, s, vt = numpy.linalg.svd(x, full_matrices=False)
        return (u * numpy.maximum(s - threshold, 0.0)) @ vt, numpy.sum(s)


def gaussian(folder, seed, shape, rank, num_measurements, noise=0.0, penalty=0.0, psd=False):
    random = numpy.random.default_rng(seed)
    matrices = random.standard_normal((num_measurements, *shape)) / numpy.sqrt(num_measurements)
    if psd:
        matrices = (matrices + matrices.transpose(0, 2, 1)) / 2.0
    u = random.standard_normal((shape[0], rank))
    truth = u @ (u if psd else random.standard_normal((shape[1], rank))).T
    y = matrices.reshape(num_measurements, -1) @ truth.ravel() + noise * random.standard_normal(num_measurements)
    return Sensing(folder, matrices, y, penalty, psd), truth


def product_of(folder, psd):
    point = numpy.load(folder / "point.npz")
    return point["U"] @ (point["U"] if psd else point["V"]).T


@pytest.mark.parametrize("psd", [True, False])
@pytest.mark.parametrize("rank", ["2", "auto"])
def test_without_noise_the_matrix_is_recovered_and_proved(nadir, tmp_path, psd, rank):
    shape = (8, 8) if psd else (8, 6)
    problem, truth = gaussian(tmp_path, 1, shape, rank=2, num_measurements=60, psd=psd)

    run = nadir("solve", *problem.arguments, "--rank", rank, "--json", "-o", "run")

    assert run.code == 0, run.err
    verdict = run.json()
    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved")
    assert numpy.linalg.norm(product_of(tmp_path / "run", psd) - truth) <= 1e-4 * numpy.linalg.norm(truth)
    assert nadir("verify", "run").code == 0


@pytest.mark.parametrize("seed", range(12))
def test_with_a_penalty_the_convex_optimum_is_reached_and_no_change_is_accepted(nadir, tmp_path, seed):
    psd = seed % 2 == 0
    random = numpy.random.default_rng(100 + seed)
    shape = (7, 7) if psd else (7, int(random.integers(1, 10)))
    problem, _ = gaussian(tmp_path, seed, shape, rank=2, num_measurements=int(random.integers(3, 60)), noise=0.1,
                          penalty=float(random.uniform(0.05, 1.0)), psd=psd)
    lower, upper = problem.least_value()

    run = nadir("solve", *problem.arguments, "--json", "-o", "run")

    assert run.code == 0, run.err
    verdict = run.json()
    assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved"), verdict
    assert verdict["lower_bound"] <= upper
    assert verdict["gap"] >= verdict["value"] - upper
    assert lower * (1 - 1e-12) <= verdict["value"] <= upper * (1 + 1.001e-6)
    point = numpy.load(tmp_path / "run" / "point.npz")
    assert problem.value(point["U"], None if psd else point["V"]) == pytest.approx(verdict["value"], rel=1e-12)
    assert nadir("verify", "run").code == 0

    folder = tmp_path / "run"
    copy_changed(folder, tmp_path / "a", "point.npz", change_number("U", seed))
    copy_changed(folder, tmp_path / "b", "witness.npz", lambda content: content[:-1])
    copy_changed(folder, tmp_path / "c", "certificate.json", scale_numbers("bound", 1.0 - 1e-9))
    # All digests made anew: another point; a better bound in both files.
    forge(folder, tmp_path / "d", "point.npz", change_number("U", seed))
    better = copy_changed(folder, tmp_path / "e", "certificate.json", scale_numbers("bound", 1.001))
    (better / "verdict.json").write_bytes(scale_numbers("lower_bound", 1.001)((better / "verdict.json").read_bytes()))
    forge(better, tmp_path / "f", "certificate.json", lambda content: content)
    assert nadir("verify", forge(folder, tmp_path / "same", "point.npz", lambda content: content)).code == 0
    for name in "abcdf":
        refused = nadir("verify", name, "--json")
        assert refused.code == 1 and refused.json()["verified"] is False, name
    problem.y[0] += 1e-9
    numpy.save(tmp_path / "y.npy", problem.y)
    assert nadir("verify", "run").code == 1


@pytest.mark.parametrize("psd", [True, False])
def test_rank_one_measurements_mean_what_the_dense_array_means(nadir, tmp_path, psd):
    random = numpy.random.default_rng(4)
    left, right = random.standard_normal((40, 6)), random.standard_normal((40, 6 if psd else 5))
    right = left if psd else right
    truth = random.standard_normal(6)[:, None] * random.standard_normal(right.shape[1])[None, :]
    truth = truth @ truth.T if psd else truth
    matrices = left[:, :, None] * right[:, None, :]
    problem = Sensing(tmp_path, matrices, numpy.einsum("kij,ij->k", matrices, truth) + 0.1 * random.standard_normal(40), 3.0, psd)
    numpy.save(tmp_path / "left.npy", left)
    numpy.save(tmp_path / "right.npy", right)
    pairs = [a if a != "operator.npy" else "left.npy" for a in problem.arguments] + ([] if psd else ["--operator-right", "right.npy"])
    lower, upper = problem.least_value(tolerance=1e-9)

    dense, short = (nadir("solve", *arguments, "--json", "-o", name) for arguments, name in ((problem.arguments, "dense"), (pairs, "pairs")))

    for run, name in ((dense, "dense"), (short, "pairs")):
        assert run.code == 0, run.err
        verdict = run.json()
        assert (verdict["verdict"], verdict["rigor"]) == ("global-minimum", "proved"), verdict
        assert verdict["lower_bound"] <= upper and lower <= verdict["value"] * (1 + 1e-9) and verdict["value"] <= upper * (1 + 1e-6)
        assert nadir("verify", name).code == 0


def test_under_measured_ends_are_never_called_global_unless_they_fit(nadir, tmp_path):
    # 1.26 measurements a degree of freedom: descent ends at wrong second-order points from many starts.
    n, rank = 30, 3
    degrees = n * rank - rank * (rank - 1) // 2
    num_wrong = 0
    for seed in range(6):
        problem, _ = gaussian(tmp_path, 50 + seed, (n, n), rank, round(1.26 * degrees), psd=True)

        run = nadir("solve", *problem.arguments, "--rank", rank, "--seed", seed, "--json", "-o", f"run-{seed}")

        assert run.code == 0, run.err
        verdict = run.json()
        is_wrong = verdict["value"] > 1e-6 * 0.5 * numpy.sum(problem.y**2)
        num_wrong += is_wrong
        assert (verdict["verdict"] == "global-minimum") == (not is_wrong)
        assert verdict["lower_bound"] == 0.0  # the truth fits exactly
        assert nadir("verify", f"run-{seed}").code == 0
    assert num_wrong > 0  # else the instances show nothing


def isometry_family(folder, delta):
    """|A(X)|^2 = a^2 + 2 delta a c + c^2 + 2 (1 + delta) b^2 for X = [[a, b], [b, c]]: the isometry constant is delta."""
    off = numpy.sqrt((1.0 + delta) / 2.0)
    matrices = numpy.array([[[1.0, 0.0], [0.0, delta]], [[0.0, 0.0], [0.0, numpy.sqrt(1.0 - delta**2)]], [[0.0, off], [off, 0.0]]])
    problem = Sensing(folder, matrices, matrices[:, 0, 0].copy(), psd=True)
    numpy.savez(folder / "wrong.npz", U=numpy.array([[0.0], [numpy.sqrt(delta)]]))
    numpy.savez(folder / "truth.npz", U=numpy.array([[1.0], [0.0]]))
    return problem


def test_beyond_an_isometry_constant_of_one_half_a_strict_minimum_is_spurious_proved(nadir, tmp_path):
    problem = isometry_family(tmp_path, 0.6)
    arguments = (*problem.arguments, "--rank", "1", "--point", "wrong.npz")

    alone = nadir("judge", *arguments, "--json", "-o", "alone").json()
    beside = nadir("judge", *arguments, "--better", "truth.npz", "--json", "-o", "beside").json()

    assert (alone["verdict"], alone["rigor"]) == ("local-minimum", "proved")
    assert (beside["verdict"], beside["rigor"]) == ("spurious-minimum", "proved")
    # f(x) = (1 - delta^2) / 2 and Hessian eigenvalues 2 (1 + delta)(2 delta - 1), 4 delta: half of those without the 1/2.
    assert beside["value"] == pytest.approx(0.32, rel=1e-12)
    assert beside["curvature"]["min_eigenvalue"] == pytest.approx(0.64, rel=1e-6)
    assert nadir("verify", "alone").code == nadir("verify", "beside").code == 0
    forge(tmp_path / "beside", tmp_path / "forged", "point.npz", change_number("U", 0))
    assert nadir("verify", "forged").code == 1


def test_below_one_half_the_same_point_is_a_saddle_with_a_way_out(nadir, tmp_path):
    problem = isometry_family(tmp_path, 0.4)

    verdict = nadir("judge", *problem.arguments, "--rank", "1", "--point", "wrong.npz", "--json", "-o", "judged").json()

    assert (verdict["verdict"], verdict["rigor"]) == ("strict-saddle", "proved")
    point = numpy.load(tmp_path / "judged" / "point.npz")
    assert problem.value(point["U"] + point["escape/U"]) <= verdict["value"] - verdict["escape"]["decrease"] * (1 - 1e-9)
    assert nadir("verify", "judged").code == 0


def test_threads_do_not_change_the_bits(nadir, tmp_path):
    problem, _ = gaussian(tmp_path, 3, (12, 12), rank=2, num_measurements=120, psd=True)
    for threads in (1, 2):
        assert nadir("solve", *problem.arguments, "--threads", threads, "-o", f"run-{threads}").code == 0

    assert (tmp_path / "run-1" / "point.npz").read_bytes() == (tmp_path / "run-2" / "point.npz").read_bytes()


def spoil(name, **arrays):
    def write(folder):
        for file, array in arrays.items():
            numpy.save(folder / f"{file}.npy", array)

    write.__name__ = name
    return write


EYES = numpy.stack([numpy.eye(3)] * 5, axis=2)
SKEWED = EYES.copy()
SKEWED[0, 2, 3] = 0.5
NAN = EYES.copy()
NAN[1, 1, 1] = numpy.nan


@pytest.mark.parametrize("write, more, words", [
    (spoil("skewed", operator=SKEWED), ("--psd",), ["operator.npy", "measurement 3", "symmetric", "0, 2"]),
    (spoil("oblong", operator=numpy.ones((3, 2, 5))), ("--psd",), ["operator.npy", "square", "3 x 2"]),
    (spoil("nan", operator=NAN), (), ["operator.npy", "1, 1, 1"]),
    (spoil("zero", operator=0.0 * EYES), (), ["operator.npy", "zero"]),
    (spoil("flat", operator=numpy.ones(5)), (), ["operator.npy", "n x m x k"]),
    (spoil("short", y=numpy.ones(4)), (), ["y.npy", "5 numbers", "4"]),
    (spoil("square", y=numpy.ones((5, 5))), (), ["y.npy", "5 numbers"]),
    (spoil("infinite", y=numpy.full(5, numpy.inf)), (), ["y.npy", "inf"]),
    (spoil("empty", operator=numpy.ones((3, 3, 0)), y=numpy.ones(0)), (), ["operator.npy"]),
    (spoil("right", right=numpy.ones((5, 3))), ("--operator-right", "right.npy"), ["--operator-right", "three dimensions"]),
    (spoil("pairs", operator=numpy.ones((5, 3)), right=numpy.ones((4, 3))), ("--operator-right", "right.npy"), ["right.npy", "5 x m"]),
    (spoil("pairs-psd", operator=numpy.ones((5, 3)), right=numpy.ones((5, 3))), ("--operator-right", "right.npy", "--psd"), ["right.npy", "--psd"]),
    (spoil("good"), ("--rank", "4"), ["--rank", "larger side, 3", "4"]),
    (spoil("good"), ("--rank", "0"), ["--rank"]),
    (spoil("good"), ("--rank", "most"), ["--rank", "most"]),
    (spoil("good"), ("--lambda", "-1"), ["--lambda", "-1"]),
    (spoil("good"), ("--lambda", "nan"), ["--lambda"]),
    (spoil("good"), ("--measurements", "absent.npy"), ["absent.npy"]),
    (spoil("good"), ("--start", "nowhere"), ["--start", "nowhere"]),
])
def test_bad_input_is_named_in_one_line_and_leaves_no_folder(nadir, tmp_path, write, more, words):
    numpy.save(tmp_path / "operator.npy", EYES)
    numpy.save(tmp_path / "y.npy", numpy.ones(5))
    write(tmp_path)
    before = set(tmp_path.iterdir())
    given = () if "--measurements" in more else ("--measurements", "y.npy")

    run = nadir("solve", "matrix-sensing", "--operator", "operator.npy", *given, *more, "-o", "run")

    assert run.code == 2, (run.out, run.err)
    lines = run.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("nadir: "), run.err
    for word in words:
        assert word in lines[0], run.err
    assert set(tmp_path.iterdir()) == before


def test_predicting_entries_is_told_to_be_of_another_family(nadir, tmp_path):
    problem, _ = gaussian(tmp_path, 2, (4, 4), rank=1, num_measurements=16)
    assert nadir("solve", *problem.arguments, "-o", "run").code == 0

    run = nadir("predict", "run", "--row", "1")

    assert run.code == 2 and run.out == ""
    assert "matrix-sensing" in run.err
