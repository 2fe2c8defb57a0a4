#!/usr/bin/python3
"""Tucker decompositions of nadir beside the same algorithms over NumPy's and SciPy's BLAS, in one run.

usage: bench/tucker_against_numpy.py --bench build/bench/bin/nadir_tensor_bench [--rounds N] [--only CASE,...] [--out FILE.json]

Cases: exponents say the shape, r the rank of every mode; an exact tensor of those ranks plus Gaussian noise of a tenth of
its norm; double and float. Competitors, on one thread, by CPU time, in turn, the least of all rounds counting:

  nadir     sthosvd; ten sweeps of HOOI from it
  numpy     the same: Gram matrices (A @ A.T, a rank-k update), the leading eigenvectors by LAPACK (eigh with an index
            range), products by matmul on (left, n, right) without a copy; HOOI with contractions shared between modes
  textbook  HOOI as in the textbook: for each mode all products from the tensor on

Errors are compared: they must agree.
"""
import argparse
import datetime
import json
import os
import platform
import subprocess
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402  (after the number of threads)
import scipy.linalg  # noqa: E402

CASES = {"64^4 r8": ((64,) * 4, 8), "200^3 r20": ((200,) * 3, 20), "400^3 r40": ((400,) * 3, 40),
         "100^3 r10": ((100,) * 3, 10), "1000x200x100 r10": ((1000, 200, 100), 10)}


def make(shape, rank, dtype):
    rng = np.random.default_rng(0)
    tensor = rng.standard_normal((rank,) * len(shape))
    for k, n in enumerate(shape):
        tensor = product(tensor, k, np.linalg.qr(rng.standard_normal((n, rank)))[0])
    scale = 0.1 * np.linalg.norm(tensor) / np.sqrt(tensor.size)
    for part in tensor:
        part += scale * rng.standard_normal(part.shape)
    return tensor.astype(dtype)


def product(tensor, k, matrix):
    left, right = int(np.prod(tensor.shape[:k])), int(np.prod(tensor.shape[k + 1 :]))
    shape = tensor.shape[:k] + (matrix.shape[0],) + tensor.shape[k + 1 :]
    if right == 1:
        return (tensor.reshape(left, tensor.shape[k]) @ matrix.T).reshape(shape)
    return np.matmul(matrix, tensor.reshape(left, tensor.shape[k], right)).reshape(shape)


def leading(tensor, k, rank):
    unfolded = np.moveaxis(tensor, k, 0).reshape(tensor.shape[k], -1)
    gram, n = unfolded @ unfolded.T, tensor.shape[k]
    return np.ascontiguousarray(scipy.linalg.eigh(gram, subset_by_index=(n - rank, n - 1))[1][:, ::-1])


def sthosvd(tensor, rank):
    factors, rest = [], tensor
    for k in range(tensor.ndim):
        factors.append(leading(rest, k, rank))
        rest = product(rest, k, factors[k].T)
    return factors, rest


def hooi_shared(tensor, factors, sweeps):
    factors, stack, d = list(factors), [], tensor.ndim
    for update in range(sweeps * d):
        k = update % d
        while any(mode == k for mode, _ in stack):
            stack.pop()
        for away in range(1, d):
            mode = (k - away) % d
            if all(m != mode for m, _ in stack):
                stack.append((mode, product(stack[-1][1] if stack else tensor, mode, factors[mode].T)))
        factors[k] = leading(stack[-1][1], k, factors[k].shape[1])
    return factors, product(stack[-1][1], k, factors[k].T)


def hooi_textbook(tensor, factors, sweeps):
    factors = list(factors)
    for _ in range(sweeps):
        for k in range(tensor.ndim):
            rest = tensor
            for j in range(tensor.ndim):
                if j != k:
                    rest = product(rest, j, factors[j].T)
            factors[k] = leading(rest, k, factors[k].shape[1])
    return factors, product(rest, k, factors[k].T)


def timed(function, *arguments):
    begin = time.process_time()
    result = function(*arguments)
    return time.process_time() - begin, result


def error(tensor, core):
    square = float(np.vdot(tensor, tensor)) if tensor.dtype == np.float64 else float(np.sum(tensor.astype(np.float64) ** 2))
    return float(np.sqrt(1 - np.sum(core.astype(np.float64) ** 2) / square))


def run_case(options, name, dtype, folder):
    shape, rank = CASES[name]
    tensor = make(shape, rank, dtype)
    path = f"{folder}/tensor.npy"
    np.save(path, tensor)
    best = {}
    for _ in range(options.rounds):
        ours = json.loads(subprocess.run([options.bench, path, str(rank), "10"], stdout=subprocess.PIPE, check=True).stdout)
        seconds = {"sthosvd": {"nadir": ours["sthosvd_seconds"]}, "hooi": {"nadir": ours["hooi_seconds"]}}
        seconds["sthosvd"]["numpy"], (factors, core) = timed(sthosvd, tensor, rank)
        numpy_error = error(tensor, core)
        seconds["hooi"]["numpy"], (_, core) = timed(hooi_shared, tensor, factors, 10)
        if tensor.size <= 2**24:
            seconds["hooi"]["textbook"], _ = timed(hooi_textbook, tensor, factors, 10)
        for job, row in seconds.items():
            for who, value in row.items():
                best.setdefault(job, {})[who] = min(value, best.get(job, {}).get(who, np.inf))
        shares = {key: max(value, best.get("shares", {}).get(key, 0)) for key, value in ours.items() if key.endswith("share")}
        best |= {"shares": shares, "gemm_gflops": ours["gemm_gflops"], "read_gbytes": ours["read_gbytes"], "bytes_over_tensor": ours["bytes_over_tensor"],
                 "errors": {"nadir": [ours["sthosvd_error"], ours["hooi_error"]], "numpy": [numpy_error, error(tensor, core)]}}
    best["numpy_over_nadir"] = {job: best[job]["numpy"] / best[job]["nadir"] for job in ("sthosvd", "hooi")}
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(CASES))
    parser.add_argument("--out")
    options = parser.parse_args()
    report = {"date": datetime.date.today().isoformat(), "machine": platform.machine(), "cores": os.cpu_count(), "numpy": np.__version__,
              "scipy": scipy.__version__, "load_before": os.getloadavg()[0], "cases": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only.split(","):
            for dtype in (np.float64, np.float32):
                report["cases"][f"{name} {np.dtype(dtype).name}"] = result = run_case(options, name, dtype, folder)
                print(name, np.dtype(dtype).name, json.dumps(result), flush=True)
    report["load_after"] = os.getloadavg()[0]
    if options.out:
        with open(options.out, "w") as file:
            json.dump(report, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
