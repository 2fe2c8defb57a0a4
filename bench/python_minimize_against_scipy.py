#!/usr/bin/env python3
"""nadir.minimize beside scipy.optimize.minimize on published problems: what each ends with, and what it cost.

usage: PYTHONPATH=build/release/python bench/python_minimize_against_scipy.py [--nist FOLDER] [--details]

Problems: Moré-Garbow-Hillstrom; NIST's nonlinear regressions from both starts, where FOLDER holds NIST's .dat files;
starts at saddles (bench/least_squares_problems.py). Everybody gets the same functions: value, gradient, and
Hessian-vector products where the method takes them. A run is `solved` when its value is the published least one to a
millionth; its end is `at a saddle` when nadir.judge_function says so, whoever found it.

Writes a Markdown table: counts of calls and seconds are sums over a group, with nadir's judging apart.
"""
import argparse
import time
import warnings

import numpy
import scipy.optimize

import nadir
from least_squares_problems import more_garbow_hillstrom, nist, saddles

TOLERANCE = 1e-8
SCIPY = {
    "trust-krylov": {"gtol": TOLERANCE, "maxiter": 2000},
    "trust-ncg": {"gtol": TOLERANCE, "maxiter": 2000},
    "Newton-CG": {"xtol": 1e-10, "maxiter": 2000},
    "L-BFGS-B": {"gtol": TOLERANCE, "ftol": 1e-15, "maxiter": 15000, "maxfun": 15000},
}
METHODS = ["nadir trust-region", "nadir l-bfgs", *("scipy " + name for name in SCIPY)]


class Counted:
    """Calls of a problem's functions; a run that wants too many, or takes too long, is ended."""

    class Ended(Exception):
        pass

    def __init__(self, problem, seconds):
        self.problem, self.calls = problem, {"fun": 0, "jac": 0, "hessp": 0}
        self.until = time.perf_counter() + seconds

    def _call(self, name, *variables):
        self.calls[name] += 1
        if time.perf_counter() > self.until:
            raise self.Ended
        return getattr(self.problem, name)(*variables)

    def fun(self, x):
        return self._call("fun", x)

    def jac(self, x):
        return self._call("jac", x)

    def hessp(self, x, v):
        return self._call("hessp", x, v)


def run(method, problem, seconds):
    """End point and value, or None where the method broke down; calls; seconds."""
    counted = Counted(problem, seconds)
    library, name = method.split(" ", 1)
    judging = {"nfev": 0, "njev": 0, "nhev": 0}
    begin = time.perf_counter()
    end = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if library == "nadir":
                result = nadir.minimize(counted.fun, problem.start, jac=counted.jac, hessp=counted.hessp, method=name)
                judging = result.judging
            else:
                hessp = None if name == "L-BFGS-B" else counted.hessp
                result = scipy.optimize.minimize(counted.fun, problem.start, jac=counted.jac, hessp=hessp, method=name,
                                                 options=SCIPY[name])
            end = numpy.array(result.x)
    except Counted.Ended:
        pass
    except (ValueError, numpy.linalg.LinAlgError, OverflowError):  # trust-region subproblems refuse nan
        pass
    return end, counted.calls, judging, time.perf_counter() - begin


def kind_of(problem, x):
    """What the end is: "solved", or nadir's word for it."""
    if x is None or not numpy.isfinite(x).all():
        return "broke down"
    if problem.is_solved(problem.fun(x)):
        return "solved"
    for tolerance in (1e-8, 1e-5):  # some methods stop at larger gradients
        verdict = nadir.judge_function(problem.fun, x, jac=problem.jac, hessp=problem.hessp,
                                       options={"gradient_tolerance": tolerance})
        if verdict != "not-critical":
            break
    return str(verdict)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nist", metavar="FOLDER", help="with NIST's .dat files")
    parser.add_argument("--details", action="store_true", help="a line for every run")
    parser.add_argument("--seconds", type=float, default=10.0, help="limit of one run")
    arguments = parser.parse_args()
    groups = [("Moré-Garbow-Hillstrom", more_garbow_hillstrom()), ("starts at saddles", saddles())]
    if arguments.nist:
        groups.insert(1, ("NIST StRD", nist(arguments.nist)))
    for group, problems in groups:
        print(f"\n{group}: {len(problems)} runs\n")
        print("| method | solved | other minimum | at a saddle | undecided, not critical or broke down | fun | jac | hessp | seconds |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for method in METHODS:
            kinds, calls, judged, seconds = [], {"fun": 0, "jac": 0, "hessp": 0}, 0, 0.0
            for problem in problems:
                end, made, judging, took = run(method, problem, arguments.seconds)
                kinds.append(kind_of(problem, end))
                for name in calls:
                    calls[name] += made[name]
                judged += sum(judging.values())
                seconds += took
                if arguments.details:
                    print(f"<!-- {method}: {problem.name}: {kinds[-1]}, {made} -->")
            other = sum(kind in ("local-minimum", "spurious-minimum") for kind in kinds)
            saddle = sum("saddle" in kind for kind in kinds)
            solved = kinds.count("solved")
            note = f" ({judged} of all calls judge)" if judged else ""
            print(f"| {method}{note} | {solved} | {other} | {saddle} | {len(kinds) - solved - other - saddle} | {calls['fun']} | "
                  f"{calls['jac']} | {calls['hessp']} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
