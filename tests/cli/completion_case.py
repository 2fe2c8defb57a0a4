"""Matrix completion in NumPy: data, the convex problem solved by accelerated proximal gradient."""

import csv

import numpy


class Case:
    """Entries m[k] at (rows[k], cols[k]) of an m x n matrix, weights, penalties, side information."""

    def __init__(self, rows, cols, values, shape, penalty, weights=None, psd=False, weighted_penalty=False, left=None, right=None):
        self.rows, self.cols, self.values, self.shape, self.penalty, self.psd = rows, cols, values, shape, penalty, psd
        self.weights = numpy.ones(len(values)) if weights is None else weights
        self.left = numpy.eye(shape[0]) if left is None else left
        self.right = numpy.eye(shape[1]) if right is None else right
        self.row_scale = numpy.bincount(rows, minlength=shape[0]) if weighted_penalty else numpy.ones(self.left.shape[1])
        self.col_scale = numpy.bincount(cols, minlength=shape[1]) if weighted_penalty else numpy.ones(self.right.shape[1])

    def misfit(self, z):
        """x - m at the observed entries, X = A Z B^T."""
        return (self.left @ z @ self.right.T)[self.rows, self.cols] - self.values

    def value(self, u, v=None):
        """The objective of factors."""
        fit = 0.5 * numpy.sum(self.weights * self.misfit(u @ (u if self.psd else v).T) ** 2)
        if self.psd:
            return fit + self.penalty * numpy.sum(u**2)
        return fit + 0.5 * self.penalty * (numpy.sum(self.row_scale[:, None] * u**2) + numpy.sum(self.col_scale[:, None] * v**2))

    def least_value(self, tolerance=1e-11, max_iterations=30000):
        """(lower, upper) bounds of the least value over all ranks, by FISTA with restarts on the convex problem in
        C = sqrt(a) Z sqrt(b), whose dual value at the scaled residual is the lower bound."""
        left = self.left / numpy.sqrt(self.row_scale)
        right = self.right / numpy.sqrt(self.col_scale)
        inverse_step = numpy.max(self.weights) * (numpy.linalg.norm(left, 2) * numpy.linalg.norm(right, 2)) ** 2
        c = extrapolated = numpy.zeros((left.shape[1], right.shape[1]))
        momentum, upper, lower = 1.0, numpy.inf, -numpy.inf
        for iteration in range(max_iterations):
            misfit = (left @ extrapolated @ right.T)[self.rows, self.cols] - self.values
            following = self.shrunk(extrapolated - self.adjoint(misfit, left, right) / inverse_step, self.penalty / inverse_step)
            if numpy.sum((extrapolated - following) * (following - c)) > 0.0:
                momentum = 1.0
            next_momentum = (1.0 + numpy.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
            extrapolated = following + (momentum - 1.0) / next_momentum * (following - c)
            c, momentum = following, next_momentum
            if iteration % 20 == 0:
                misfit = (left @ c @ right.T)[self.rows, self.cols] - self.values
                upper = min(upper, 0.5 * numpy.sum(self.weights * misfit**2) + self.penalty * self.size(c))
                lower = max(lower, self.dual_value(misfit, left, right))
                if upper - lower <= tolerance * upper:
                    break
        return lower, upper

    def adjoint(self, misfit, left, right):
        dense = numpy.zeros(self.shape)
        numpy.add.at(dense, (self.rows, self.cols), self.weights * misfit)
        gradient = left.T @ dense @ right
        return (gradient + gradient.T) / 2.0 if self.psd else gradient

    def shrunk(self, c, threshold):
        if self.psd:
            values, vectors = numpy.linalg.eigh((c + c.T) / 2.0)
            return (vectors * numpy.maximum(values - threshold, 0.0)) @ vectors.T
        u, s, vt = numpy.linalg.svd(c, full_matrices=False)
        return (u * numpy.maximum(s - threshold, 0.0)) @ vt

    def size(self, c):
        return numpy.trace(c) if self.psd else numpy.sum(numpy.linalg.svd(c, compute_uv=False))

    def dual_value(self, misfit, left, right):
        slope = -self.adjoint(misfit, left, right)
        norm = numpy.linalg.eigvalsh(slope)[-1] if self.psd else numpy.linalg.norm(slope, 2)
        y = -self.weights * misfit * min(1.0, self.penalty / norm if norm > 0.0 else 1.0)
        return numpy.sum(y * self.values - y**2 / (2.0 * self.weights))


def alternating_least_squares(case, rank, num_sweeps, seed=0):
    """U, V after so many sweeps; for cases without side information and without psd."""
    random = numpy.random.default_rng(seed)
    factors = [random.standard_normal((size, rank)) for size in case.shape]
    for half_step in range(2 * num_sweeps):
        mine, other = half_step % 2, 1 - half_step % 2
        own, across = ((case.rows, case.cols), (case.cols, case.rows))[mine]
        scale = (case.row_scale, case.col_scale)[mine]
        for line in range(case.shape[mine]):
            at = own == line
            features, weights = factors[other][across[at]], case.weights[at]
            gram = (features.T * weights) @ features + case.penalty * max(scale[line], 1.0) * numpy.eye(rank)
            factors[mine][line] = numpy.linalg.solve(gram, features.T @ (weights * case.values[at]))
    return factors


def random_entries(random, shape, share, rank, noise=0.1):
    """Entries of a matrix of that rank plus noise; every row and column has one."""
    matrix = random.standard_normal((shape[0], rank)) @ random.standard_normal((rank, shape[1]))
    matrix += noise * random.standard_normal(shape)
    seen = random.random(shape) < share
    seen[numpy.arange(shape[0]), numpy.arange(shape[0]) % shape[1]] = True
    seen[numpy.arange(shape[1]) % shape[0], numpy.arange(shape[1])] = True
    rows, cols = numpy.nonzero(seen)
    return rows, cols, matrix[rows, cols]


def write_triples(path, rows, cols, values, delimiter=",", name=str):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        for row, col, value in zip(rows, cols, values):
            writer.writerow([name(row), name(col), repr(float(value))])


def read_labels(folder):
    """(global offset, {row id: (index, entries, offset)}, the same of columns) of a run folder."""
    sides = {"row": {}, "column": {}}
    with open(folder / "labels.csv", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["side"] == "all":
                total = float(line["offset"])
            else:
                sides[line["side"]][line["id"]] = (int(line["index"]), int(line["entries"]), float(line["offset"]))
    return total, sides["row"], sides["column"]
