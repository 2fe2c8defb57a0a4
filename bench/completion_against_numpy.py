#!/usr/bin/python3
"""nadir's matrix completion beside alternating least squares in NumPy and L-BFGS of SciPy, on the same objective.

usage: bench/completion_against_numpy.py --nadir build/release/bin/nadir [--data FOLDER] [--entries N] [--limit SECONDS]
       [--only synthetic,growth,small,films,jokes] [--out FILE.json]

  synthetic  20000 x 5000, rank 16 plus noise 0.1, N entries (5 million); test error against the matrix without noise
  growth     seconds of ten sweeps over entries and over rank, as slopes on logarithmic scales
  small      500 x 500, rank 5 plus noise, 20 % observed: seconds to a proof at a relative gap of 1e-6
  films      ml-latest-small below --data; test where (row * 1000003 + column * 7919) % 10 == 0 on sorted ids
  jokes      jester5k, the same

nadir's times are its own (`seconds` of the verdict: load, solve, judge) and the wall time of the process. A peer's time is
that of its iterations on data in memory; evaluating its objective for the record is not counted. The peers are NumPy
and SciPy without compiled code of ours: alternating least squares by one product of the sparse pattern with all products
of two columns and batched solves, the fastest of the ways tried; L-BFGS with the residual in blocks and sparse products
for the gradient. All begin at random factors of the same size. The objective to reach is that at which alternating least
squares changes by less than 1e-6 a sweep, or the best one within its limit of time.
"""
import argparse
import csv
import datetime
import json
import os
import pathlib
import platform
import subprocess
import tempfile
import time

import numpy as np
import scipy.optimize
import scipy.sparse

CLOSE = 1e-6  # relative, of objectives that count as the same


class Problem:
    def __init__(self, rows, cols, values, shape, rank, penalty, test, row_penalty=None, col_penalty=None):
        self.rows, self.cols, self.values, self.shape, self.rank, self.penalty, self.test = rows, cols, values, shape, rank, penalty, test
        self.row_penalty = penalty * (np.ones(shape[0]) if row_penalty is None else row_penalty)
        self.col_penalty = penalty * (np.ones(shape[1]) if col_penalty is None else col_penalty)
        self.matrix = scipy.sparse.csr_matrix((values, (rows, cols)), shape=shape)
        self.matrix.sort_indices()
        self.csr_rows = np.repeat(np.arange(shape[0]), np.diff(self.matrix.indptr))
        self.transposed = self.matrix.T.tocsr()

    def residual(self, u, v):
        r = np.empty(self.matrix.nnz)
        for a in range(0, len(r), 1 << 16):
            part = slice(a, a + (1 << 16))
            r[part] = np.einsum("kr,kr->k", u[self.csr_rows[part]], v[self.matrix.indices[part]])
        return r - self.matrix.data

    def value(self, u, v):
        return 0.5 * np.sum(self.residual(u, v) ** 2) + 0.5 * (self.row_penalty @ np.sum(u**2, 1) + self.col_penalty @ np.sum(v**2, 1))

    def test_rmse(self, u, v):
        rows, cols, values = self.test
        return float(np.sqrt(np.mean((np.einsum("kr,kr->k", u[rows], v[cols]) - values) ** 2)))

    def start(self):
        rng = np.random.default_rng(1)  # not the seed of the synthetic truth
        size = (np.mean(self.values**2) / self.rank) ** 0.25
        return size * rng.standard_normal((self.shape[0], self.rank)), size * rng.standard_normal((self.shape[1], self.rank))


def half_step(matrix, penalties, v):
    r = v.shape[1]
    left, right = np.triu_indices(r)
    pattern = scipy.sparse.csr_matrix((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
    packed = pattern @ (v[:, left] * v[:, right])
    gram = np.empty((matrix.shape[0], r, r))
    gram[:, left, right] = gram[:, right, left] = packed
    gram[:, np.arange(r), np.arange(r)] += np.maximum(penalties, 1e-300)[:, None]
    return np.linalg.solve(gram, (matrix @ v)[:, :, None])[:, :, 0]


def record(curve, p, seconds, u, v):
    curve.append({"seconds": seconds, "value": float(p.value(u, v)), "test_rmse": p.test_rmse(u, v)})


def numpy_als(p, limit):
    u, v = p.start()
    curve, elapsed = [], 0.0
    while elapsed < limit:
        begin = time.perf_counter()
        u = half_step(p.matrix, p.row_penalty, v)
        v = half_step(p.transposed, p.col_penalty, u)
        elapsed += time.perf_counter() - begin
        record(curve, p, elapsed, u, v)
        if len(curve) > 1 and curve[-2]["value"] - curve[-1]["value"] <= CLOSE * curve[-1]["value"]:
            break
    return curve


class TimeIsUp(Exception):
    pass


def scipy_lbfgs(p, limit):
    split, curve, clock = p.shape[0] * p.rank, [], [0.0, 0.0]

    def factors(x):
        return x[:split].reshape(-1, p.rank), x[split:].reshape(-1, p.rank)

    def evaluate(x):
        begin = time.perf_counter()
        u, v = factors(x)
        r = p.residual(u, v)
        weighted = scipy.sparse.csr_matrix((r, p.matrix.indices, p.matrix.indptr), shape=p.shape)
        value = 0.5 * r @ r + 0.5 * (p.row_penalty @ np.sum(u**2, 1) + p.col_penalty @ np.sum(v**2, 1))
        gradient = np.concatenate([(weighted @ v + p.row_penalty[:, None] * u).ravel(), (weighted.T @ u + p.col_penalty[:, None] * v).ravel()])
        clock[1] += time.perf_counter() - begin
        if clock[1] > limit:
            raise TimeIsUp
        return value, gradient

    def iteration(x):
        record(curve, p, clock[1], *factors(x))

    try:
        scipy.optimize.minimize(evaluate, np.concatenate([f.ravel() for f in p.start()]), jac=True, method="L-BFGS-B", callback=iteration,
                                options={"maxiter": 10**6, "maxfun": 10**6, "maxcor": 20, "ftol": 1e-12, "gtol": 0.0})
    except TimeIsUp:
        pass
    return curve


def first(curve, holds):
    return next((point["seconds"] for point in curve if holds(point)), None)


def nadir(program, threads, words, verify=False):
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        command = [program, "solve", "matrix-completion", *map(str, words), "--threads", str(threads), "--json", "-o", f"{folder}/run"]
        run = subprocess.run(command, stdout=subprocess.PIPE)
        wall = time.perf_counter() - begin
        verdict = json.loads(run.stdout)
        point = np.load(f"{folder}/run/point.npz")
        with open(f"{folder}/run/trace.csv") as file:
            trace = [{"seconds": float(row["seconds"]), "value": float(row["value"])} for row in csv.DictReader(file)]
        with open(f"{folder}/run/labels.csv") as file:
            labels = [row for row in csv.DictReader(file)]
        result = {"threads": threads, "wall": wall, **{k: verdict["seconds"][k] for k in ("load", "solve", "judge")}, "verdict": verdict["verdict"],
                  "rigor": verdict["rigor"], "value": verdict["value"], "relative_gap": verdict["relative_gap"],
                  "rank": verdict["details"]["rank"], "lambda": verdict["details"]["lambda"], "iterations": verdict["details"]["iterations"],
                  "test_rmse": verdict["details"].get("holdout_rmse"), "judge_over_solve": verdict["seconds"]["judge"] / max(verdict["seconds"]["solve"], 1e-9)}
        if verify:
            begin = time.perf_counter()
            check = subprocess.run([program, "verify", f"{folder}/run", "--json"], stdout=subprocess.PIPE)
            result |= {"verify": time.perf_counter() - begin, "verified": json.loads(check.stdout)["verified"]}
        return result, trace, (point["U"], point["V"]), labels


def save(path, rows, cols, values, shape):
    np.savez(path, format=np.array(b"coo"), row=rows.astype(np.int32), col=cols.astype(np.int32), data=values, shape=np.array(shape))


def synthetic(shape, rank, num_entries, noise, folder):
    rng = np.random.default_rng(0)
    u, v = rng.standard_normal((shape[0], rank)), rng.standard_normal((shape[1], rank)) / np.sqrt(rank)
    at = np.unique(rng.integers(0, shape[0] * shape[1], int(1.1 * num_entries) + 1000))
    rng.shuffle(at)
    entry = lambda k: np.einsum("kr,kr->k", u[k // shape[1]], v[k % shape[1]])
    train, test = at[:num_entries], at[num_entries : num_entries + min(100000, num_entries // 10)]
    data = train // shape[1], train % shape[1], entry(train) + noise * rng.standard_normal(len(train))
    save(f"{folder}/train.npz", *data, shape)
    exact = test // shape[1], test % shape[1], entry(test)
    save(f"{folder}/test.npz", *exact, shape)
    return data, exact


def compare(p, traces, limit):
    """Seconds of every contender to the objective of converged alternating least squares, and to the best test error."""
    curves = {"numpy als": numpy_als(p, limit), "scipy l-bfgs": scipy_lbfgs(p, limit)}
    target = curves["numpy als"][-1]["value"] * (1 + CLOSE)
    best = min(point["test_rmse"] for curve in curves.values() for point in curve)
    result = {"objective": target, "best_test_rmse_of_peers": best, "seconds_to_objective": {}, "seconds_to_test_rmse_within_0.1%": {}}
    for name, curve in {**curves, **traces}.items():
        result["seconds_to_objective"][name] = first(curve, lambda point: point["value"] <= target)
        if "test_rmse" in curve[0]:
            result["seconds_to_test_rmse_within_0.1%"][name] = first(curve, lambda point: point["test_rmse"] <= 1.001 * best)
    result["last_of_peers"] = {name: curve[-1] | {"iterations": len(curve)} for name, curve in curves.items()}
    return result


def run_synthetic(options, folder):
    # Both sides shrink with fewer entries. The penalty is twice the norm of the noise.
    side = max(1, round(20 * np.sqrt(options.entries / 5e6)))
    shape, rank = (1000 * side, 250 * side), 16
    penalty = 2.0 * 0.1 * (np.sqrt(options.entries / shape[0]) + np.sqrt(options.entries / shape[1]))
    data, exact = synthetic(shape, rank, options.entries, 0.1, folder)
    files = ["--ratings", f"{folder}/train.npz", "--test", f"{folder}/test.npz"]
    sweeps = ["--solver", "alternating", "--switch-decrease", "0", "--max-iterations", "10"]
    result, traces = {"ten_sweeps": [], "proof": []}, {}
    for threads in (1, 2):
        result["ten_sweeps"].append(nadir(options.nadir, threads, [*files, "--rank", rank, "--lambda", "0.05", *sweeps])[0])
        solved, trace, _, _ = nadir(options.nadir, threads, [*files, "--lambda", penalty], verify=threads == 2)
        result["proof"].append(solved)
        traces[f"nadir, {threads} threads"] = trace
    p = Problem(*data, shape, solved["rank"], penalty, exact)
    return result | compare(p, traces, options.limit)


def slope(xs, ys):
    return float(np.polyfit(np.log(xs), np.log(ys), 1)[0])


def run_growth(options, folder):
    sweeps = ["--solver", "alternating", "--switch-decrease", "0", "--max-iterations", "10", "--lambda", "1"]

    def seconds(num_entries, rank):
        synthetic((20000, 5000), rank, num_entries, 0.1, folder)
        return nadir(options.nadir, 1, ["--ratings", f"{folder}/train.npz", "--rank", rank, *sweeps])[0]["solve"]

    entries, ranks = [options.entries // 8, options.entries // 4, options.entries // 2], [8, 16, 32]
    by_entries, by_rank = [seconds(n, 16) for n in entries], [seconds(options.entries // 4, r) for r in ranks]
    return {"entries": entries, "seconds_by_entries": by_entries, "slope_in_entries": slope(entries, by_entries),
            "ranks": ranks, "seconds_by_rank": by_rank, "slope_in_rank": slope(ranks, by_rank)}


def run_small(options, folder):
    data, _ = synthetic((500, 500), 5, 50000, 0.1, folder)
    return [nadir(options.nadir, threads, ["--ratings", f"{folder}/train.npz", "--lambda", "3"], verify=True)[0] for threads in (1, 2)]


def split_ratings(path, folder):
    """The part to fit and the part to test, as files and as indices of the ids of the part to fit."""
    with open(path) as file:
        lines = list(csv.reader(file))[1:]
    ids = [sorted({int(line[side]) for line in lines}) for side in (0, 1)]
    index = [{name: k for k, name in enumerate(side)} for side in ids]
    for name in ("train", "test"):
        with open(f"{folder}/{name}.csv", "w") as out:
            for line in lines:
                is_test = (index[0][int(line[0])] * 1000003 + index[1][int(line[1])] * 7919) % 10 == 0
                if is_test == (name == "test"):
                    print(*line[:3], sep=",", file=out)
    return [np.loadtxt(f"{folder}/{name}.csv", delimiter=",") for name in ("train", "test")]


def run_ratings(options, folder, path, words):
    train, test = split_ratings(path, folder)
    result = {"nadir": []}
    for threads in (1, 2):
        solved, trace, _, labels = nadir(options.nadir, threads, ["--ratings", f"{folder}/train.csv", "--test", f"{folder}/test.csv", *words], verify=True)
        result["nadir"].append(solved)
    # The peers get the data as nadir centred them, its lambda and its rank.
    total = float(labels[0]["offset"])
    index, offset, count = {}, {}, {}
    for side in ("row", "column"):
        of_side = [row for row in labels if row["side"] == side]
        index[side] = {int(row["id"]): int(row["index"]) for row in of_side}
        offset[side] = np.array([float(row["offset"]) for row in of_side])
        count[side] = np.array([float(row["entries"]) for row in of_side])

    def indexed(table):
        known = np.array([row[0] in index["row"] and row[1] in index["column"] for row in table])
        rows = np.array([index["row"][int(k)] for k in table[known, 0]])
        cols = np.array([index["column"][int(k)] for k in table[known, 1]])
        return rows, cols, table[known, 2] - total - offset["row"][rows] - offset["column"][cols]

    shape = len(offset["row"]), len(offset["column"])
    counts = (count["row"], count["column"]) if "--weighted-lambda" in words else (None, None)
    p = Problem(*indexed(train), shape, solved["rank"], solved["lambda"], indexed(test), *counts)
    return result | compare(p, {"nadir, 2 threads, lambda in hand": trace}, options.limit)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nadir", required=True)
    parser.add_argument("--data")
    parser.add_argument("--entries", type=int, default=5000000)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--only", default="synthetic,growth,small,films,jokes")
    parser.add_argument("--out")
    options = parser.parse_args()
    jobs = {"synthetic": run_synthetic, "growth": run_growth, "small": run_small}
    if options.data:
        data = pathlib.Path(options.data)
        jobs["films"] = lambda o, f: run_ratings(o, f, data / "ml-latest-small/ratings.csv", ["--center", "both", "--center-damping", "5"])
        jobs["jokes"] = lambda o, f: run_ratings(o, f, data / "jester5k/jester5k.csv",
                                                 ["--center", "both", "--center-damping", "5", "--weighted-lambda"])
    report = {"date": datetime.date.today().isoformat(), "machine": platform.processor() or platform.machine(), "cores": os.cpu_count(),
              "numpy": np.__version__, "scipy": scipy.__version__, "limit_seconds": options.limit, "omp_wait_policy": os.environ.get("OMP_WAIT_POLICY")}
    for name in options.only.split(","):
        if name not in jobs:
            continue
        with tempfile.TemporaryDirectory() as folder:
            before = os.getloadavg()[0]
            report[name] = {"load_before": before, "results": jobs[name](options, folder), "load_after": os.getloadavg()[0]}
        if options.out:
            pathlib.Path(options.out).write_text(json.dumps(report, indent=1) + "\n")
        else:
            print(json.dumps({name: report[name]}, indent=1), flush=True)


if __name__ == "__main__":
    main()
