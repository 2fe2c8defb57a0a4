#!/usr/bin/python3
"""nadir survey of a 2-50-1 network: solves a second, and its growth from one thread to several.

usage: bench/survey_growth.py --nadir build/release/bin/nadir [--starts 100] [--samples 100] [--threads 2] [--repeats 3]
       [--out FILE.json]

A tanh network with weight decay 1e-3 fits sin(3 x_1) + x_2^2 at normal x; every start is solved by the default solver to the
default tolerances (at most 300 iterations) and judged. One thread and several take turns; the least wall time of each
counts. Both surveys must find the same. `cpu_seconds` is user and system time of the process: divided by wall time it
says how many cores the machine really gave, and the growth on a free machine is bounded by
threads * cpu_seconds(one) / cpu_seconds(several). `waits` counts how often a thread of the process gave up its core to
wait for something: where these are few, nothing else keeps the growth from that bound.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import subprocess
import tempfile
import time

import numpy as np


def survey(program, folder, name, starts, threads):
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run([program, "survey", "network", "--x", f"{folder}/x.npy", "--y", f"{folder}/y.npy", "--hidden", "50", "--activation", "tanh",
                          "--weight-decay", "1e-3", "--max-iterations", "300", "--starts", str(starts), "--threads", str(threads), "--json", "-o",
                          f"{folder}/{name}"], stdout=subprocess.PIPE, check=True)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    result = json.loads(run.stdout)
    found = {key: value for key, value in result.items() if key not in ("seconds", "workers", "folder")}
    return {"wall_seconds": wall, "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "waits": after.ru_nvcsw - before.ru_nvcsw}, found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nadir", required=True)
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out")
    options = parser.parse_args()

    random = np.random.default_rng(0)
    x = random.standard_normal((options.samples, 2))
    best, found = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", x)
        np.save(f"{folder}/y.npy", np.sin(3 * x[:, :1]) + x[:, 1:] ** 2)
        for repeat in range(options.repeats):
            for threads in (1, options.threads):
                times, found[threads] = survey(options.nadir, folder, f"{repeat}-{threads}", options.starts, threads)
                if threads not in best or times["wall_seconds"] < best[threads]["wall_seconds"]:
                    best[threads] = times
    assert found[1] == found[options.threads], "the number of threads changes the result"
    one, several = best[1], best[options.threads]
    report = {
        "machine": platform.processor() or platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0],
        "date": datetime.date.today().isoformat(), "network": "2-50-1 tanh", "samples": options.samples, "starts": options.starts,
        "threads": options.threads, "one": one, "several": several,
        "solves_a_core_second": options.starts / one["cpu_seconds"],
        "growth": one["wall_seconds"] / several["wall_seconds"],
        "cores_given": several["cpu_seconds"] / several["wall_seconds"],
        "growth_on_a_free_machine_at_most": options.threads * one["cpu_seconds"] / several["cpu_seconds"],
    }
    text = json.dumps(report, indent=1)
    print(text)
    if options.out:
        pathlib.Path(options.out).write_text(text + "\n")


if __name__ == "__main__":
    main()
