#!/usr/bin/python3
"""nadir's matrix sensing beside SciPy's L-BFGS-B: symmetric normal measurements of a matrix of low rank.

usage: bench/sensing_against_scipy.py --nadir build/release/bin/nadir [--side 100] [--rank 5] [--measurements 2500]
       [--repeats 3] [--out FILE.json]

f(U) = 1/2 |A(U U^T) - y|^2 without noise, from normal starts. Time to a value of 1e-12 of |y|^2 / 2 or less. nadir's times
are its own (`seconds` of the verdict) and the wall time of the process, reading the operator included; SciPy's is that of
its iterations on data in memory, the operator as a matrix of one measurement a row and two products a value. A value of
zero is the proof of nadir's verdict: SciPy has none.
"""
import argparse
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

EXACT = 1e-12


def scipy_seconds(matrices, y, side, rank):
    scale = 0.5 * y @ y
    curve, begin = [], time.perf_counter()

    def evaluate(x):
        u = x.reshape(side, rank)
        residual = matrices @ (u @ u.T).ravel() - y
        value = 0.5 * residual @ residual
        curve.append((time.perf_counter() - begin, value / scale))
        return value, (2.0 * (matrices.T @ residual).reshape(side, side) @ u).ravel()

    start = np.random.default_rng(1).standard_normal(side * rank)
    scipy.optimize.minimize(evaluate, start, jac=True, method="L-BFGS-B",
                            options={"maxiter": 10000, "maxfun": 20000, "maxcor": 20, "ftol": 0.0, "gtol": 1e-12 * scale})
    return {"seconds": next((seconds for seconds, value in curve if value <= EXACT), None), "least_relative_value": min(v for _, v in curve),
            "evaluations": len(curve)}


def nadir_seconds(program, folder, rank, threads):
    begin = time.perf_counter()
    run = subprocess.run([program, "solve", "matrix-sensing", "--operator", f"{folder}/a.npy", "--measurements", f"{folder}/y.npy", "--psd", "--rank",
                          str(rank), "--gap", "1e-6", "--threads", str(threads), "--json", "-o", f"{folder}/run-{threads}"], stdout=subprocess.PIPE)
    wall = time.perf_counter() - begin
    verdict = json.loads(run.stdout)
    subprocess.run(["rm", "-r", f"{folder}/run-{threads}"], check=True)
    return {"threads": threads, "wall": wall, **{k: verdict["seconds"][k] for k in ("load", "solve", "judge")}, "verdict": verdict["verdict"],
            "rigor": verdict["rigor"], "value": verdict["value"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nadir", required=True)
    parser.add_argument("--side", type=int, default=100)
    parser.add_argument("--rank", type=int, default=5)
    parser.add_argument("--measurements", type=int, default=2500)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    matrices = rng.standard_normal((options.measurements, options.side, options.side)) / np.sqrt(options.measurements)
    matrices = 0.5 * (matrices + matrices.transpose(0, 2, 1))
    u = rng.standard_normal((options.side, options.rank))
    y = matrices.reshape(options.measurements, -1) @ (u @ u.T).ravel()
    report = {"date": datetime.date.today().isoformat(), "machine": platform.processor() or platform.machine(), "cores": os.cpu_count(),
              "side": options.side, "rank": options.rank, "measurements": options.measurements, "load_before": os.getloadavg()[0], "runs": []}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/a.npy", np.ascontiguousarray(np.moveaxis(matrices, 0, 2)))
        np.save(f"{folder}/y.npy", y)
        flat = matrices.reshape(options.measurements, -1)
        for _ in range(options.repeats):  # alternating, so that a change of load meets all
            run = {f"nadir, {threads} threads": nadir_seconds(options.nadir, folder, options.rank, threads) for threads in (1, 2)}
            report["runs"].append(run | {"scipy": scipy_seconds(flat, y, options.side, options.rank)})
    for run in report["runs"]:
        run["relative_value"] = run["nadir, 1 threads"]["value"] / (0.5 * y @ y)
        if run["scipy"]["seconds"]:
            run["scipy_over_nadir_wall"] = run["scipy"]["seconds"] / run["nadir, 2 threads"]["wall"]
            run["scipy_over_nadir_solve_and_judge"] = run["scipy"]["seconds"] / sum(run["nadir, 2 threads"][k] for k in ("solve", "judge"))
    report["load_after"] = os.getloadavg()[0]
    text = json.dumps(report, indent=1)
    if options.out:
        pathlib.Path(options.out).write_text(text + "\n")
    else:
        print(text)


if __name__ == "__main__":
    main()
