"""solve, judge and verify: the three verbs, over problems with data in hand."""

from __future__ import annotations

import json
import os
import textwrap
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import numpy

from . import _nadir
from ._minimize import verdict_of
from ._options import option_texts
from ._point import Layout, Point, blocks_of
from ._problem import Problem, default_of, describe, in_keywords, reject_unknown
from ._verdict import Claim, Verdict, trace_array, verdict_html


class Result:
    """What solve and judge find: the verdict first, then the point and how it was found.

    verdict   nadir.Verdict, a string such as "global-minimum" with rigor, numbers and claims
    point     nadir.Point, arrays by block name in the memory where they were found
    trace     a structured array, a row an iteration: iteration, seconds, value, gradient_norm, curvature, step, event
    trajectory  None, or with keep_points=N a dict with iterations, values and under each block's name its values along the
              run, of shape (points, rows, columns)
    escape    None, or a dict with kind, decrease and displacement (a Point): the way downhill from here
    folder    the run folder, "" where none was written
    stopped   "" for a finished run, or "time_limit"
    """

    verdict: Verdict
    point: Optional[Point]
    trace: numpy.ndarray
    trajectory: Optional[Mapping[str, numpy.ndarray]]
    escape: Optional[Mapping[str, Any]]
    folder: str
    solver: str
    termination: str
    stopped: str
    problem: Problem

    def __init__(self, problem: Problem, family: Any, found: Mapping[str, Any]) -> None:
        self.problem = problem
        self.verdict = verdict_of(found)
        self.point = None if found["point"] is None else Point(found["point"]["flat"], found["point"]["layout"])
        self.escape = found["escape"]
        if self.escape is not None and self.point is not None:
            self.escape = {**self.escape, "displacement": Point(self.escape["displacement"], self.point.layout)}
            self.verdict.escape = self.escape
        self.trace = trace_array(found["trace"])
        self.trajectory = trajectory_of(found["trajectory"], self.point)
        self.folder, self.solver = found["folder"], found["solver"]
        self.termination, self.stopped = found["termination"], found["stopped"]
        # Families that predict keep their data: a prediction needs them.
        self._family = None
        if self.point is not None and family.predicts(self.point.flat, self.point.layout):
            self._family = family

    @property
    def rigor(self) -> str:
        """proved, probable or numerical."""
        return self.verdict.rigor

    @property
    def value(self) -> float:
        return self.verdict.value

    @property
    def gap(self) -> float:
        """An upper bound of the value minus the global minimum."""
        return self.verdict.gap

    @property
    def claims(self) -> List[Claim]:
        return self.verdict.claims

    @property
    def details(self) -> Mapping[str, Any]:
        """What the family adds: docs/formats/verdict.md."""
        return self.verdict.details

    def require(self, level: str) -> Result:
        """Raises nadir.RequirementError unless the verdict is at least global, global-proved, local or local-proved;
        gives the result back otherwise."""
        self.verdict.require(level)
        return self

    def predict(self, rows: Any, columns: Any, unknown: str = "refuse") -> numpy.ndarray:
        """Entries that nobody gave, of families that predict (matrix-completion). Rows and columns are ids where the data
        have ids, and counted from 0 otherwise; unknown="mean" predicts a mean for an id that the data do not have,
        "refuse" raises ValueError."""
        if self._family is None or self.point is None:
            raise TypeError(f"this result of {self.problem.family} predicts nothing: either the family does not, or the "
                            "result was pickled, which leaves the data behind")
        if unknown not in ("refuse", "mean"):
            raise ValueError(f"unknown: expected 'refuse' or 'mean', found {unknown!r}")
        rows, columns = id_texts(rows, "rows"), id_texts(columns, "columns")
        if len(rows) != len(columns):
            raise ValueError(f"columns: expected {len(rows)} ids, as many as rows, found {len(columns)}")
        return self._family.predict(self.point.flat, self.point.layout, rows, columns, unknown == "refuse")[0]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_family": None}

    def __repr__(self) -> str:
        lines = [repr(self.verdict), f"  value   {self.value:.10g}"]
        if numpy.isfinite(self.gap):
            lines.append(f"  gap     {self.gap:.3g}")
        if self.solver:
            lines.append(f"  solver  {self.solver}, {max(len(self.trace) - 1, 0)} iterations, {self.termination}"
                         + (f", stopped by {self.stopped}" if self.stopped else ""))
        if self.point is not None:
            lines.append(f"  point   {', '.join(f'{n} {r} x {c}' for n, r, c in self.point.layout)}")
        if self.folder:
            lines.append(f"  folder  {self.folder}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return verdict_html(self.verdict, self.trace)


def trajectory_of(found: Optional[Mapping[str, Any]], point: Optional[Point]) -> Optional[dict[str, numpy.ndarray]]:
    """Each block along the run, as trajectory.npz has it."""
    if found is None or point is None:
        return None
    count = len(found["iterations"])
    blocks = {}
    offset = 0
    flat = found["points"].reshape(count, -1)
    for name, rows, columns in point.layout:
        blocks[name] = flat[:, offset : offset + rows * columns].reshape(count, columns, rows).transpose(0, 2, 1)
        offset += rows * columns
    return {"iterations": found["iterations"].astype(numpy.int64), "values": found["values"], **blocks}


def id_texts(values: Any, name: str) -> List[str]:
    """Ids as the texts that the data have for them: 3 and 3.0 are "3"."""
    array = numpy.asarray(values)
    if array.ndim > 1:
        raise ValueError(f"{name}: expected a one-dimensional array of ids, found shape {array.shape}")
    return [str(int(i)) if isinstance(i, float) and i.is_integer() else str(i) for i in array.reshape(-1).tolist()]


def require_problem(problem: Any) -> None:
    if not isinstance(problem, Problem):
        raise TypeError(f"problem: expected a problem such as nadir.LinearNetwork(...), found {type(problem).__name__}; "
                        "a function of your own goes to nadir.minimize or nadir.judge_function")


def solver_option_names() -> List[str]:
    """The keywords of the options of every solver."""
    return [row["name"].replace("-", "_") for solver in _nadir.solver_names() for row in _nadir.solver_options(solver)]


def _solve_keywords() -> List[str]:
    rows = list(_nadir.solve_options()) + list(_nadir.run_options())
    return [row["name"].replace("-", "_") for row in rows] + solver_option_names()


def texts_of(options: Mapping[str, Any], output: Any) -> Dict[str, str]:
    """Options as the C++ side parses them, the run folder among them."""
    texts = {name.replace("_", "-"): text for name, text in option_texts(options).items()}
    if output is not None:
        texts["output"] = os.fspath(output)
    return texts


def solve(
    problem: Problem,
    start: Any = None,
    output: Any = None,
    *,
    callback: Optional[Callable[[Mapping[str, Any]], Any]] = None,
    **options: Any,
) -> Result:
    """SOLVE_DOC"""
    require_problem(problem)
    keywords = _solve_keywords()
    reject_unknown(options, keywords, "solve()")
    texts = texts_of(options, output)
    flat: Optional[numpy.ndarray] = None
    layout: Layout = []
    if isinstance(start, (str, os.PathLike)):
        texts["start"] = os.fspath(start)
    elif start is not None:
        flat, layout = blocks_of(start, "start")

    def on_row(iteration: int, seconds: float, value: float, gradient_norm: float, event: str) -> None:
        callback({"iteration": iteration, "seconds": seconds, "value": value,  # type: ignore[misc]
                  "gradient_norm": gradient_norm, "event": event})

    family = problem._make(with_data=True, for_folder=output is not None)
    on_folder = problem._save_data if output is not None else None
    found = _nadir.solve(family, texts, flat, layout, on_folder, on_row if callback is not None else None)
    return Result(problem, family, found)


def judge(problem: Problem, point: Any = None, output: Any = None, *, better: Sequence[Any] = (), gap: Optional[float] = None,
          gradient_tolerance: Optional[float] = None, threads: Optional[int] = None, time_limit: Optional[float] = None,
          resume: bool = False) -> Result:
    """Judges a point from anywhere: what it is, how far that may be trusted, and the way out where there is one.

    Parameters
    ----------
    problem : Problem
    point : dict of arrays, Result, or file (.npz)
        One array a block, weights d_out x d_in. May be left out where the data hold a point (a trained model).
    output : path, optional
        The run folder to write, with the certificate that nadir.verify checks. Nothing is written otherwise.
    better : sequence of points
        Points to compare with; a lower one makes a local minimum a spurious one.
    gap : float
        Relative gap that counts as global-minimum, default 1e-6.
    gradient_tolerance : float
        Gradient, relative to its scale, that counts as critical, default 1e-8.
    threads : int
        For large products; 0 means all cores. Never changes the result.
    time_limit : float
        Seconds after which the judgement is what was found until then, and result.stopped == "time_limit".
    resume : bool
        Write over a folder that judge wrote.

    Ctrl-C ends it with KeyboardInterrupt.
    """
    require_problem(problem)
    texts = texts_of({"gap": gap, "gradient_tolerance": gradient_tolerance, "threads": threads,
                    "time_limit": time_limit, "resume": resume or None}, output)
    flat: Optional[numpy.ndarray] = None
    layout: Layout = []
    if isinstance(point, (str, os.PathLike)):
        texts["point"] = os.fspath(point)
    elif point is not None:
        flat, layout = blocks_of(point, "point")
    family = problem._make(with_data=True, for_folder=output is not None)
    found = _nadir.judge(family, texts, flat, layout, [blocks_of(other, "better") for other in better])
    if output is not None:
        problem._save_data(found["folder"])
    return Result(problem, family, found)


class Verification:
    """Whether the claims of a run folder hold. True in a condition exactly when they do; `is_decided` is False where a time
    limit came first and nothing stands against the folder so far."""

    def __init__(self, text: str) -> None:
        fields = json.loads(text)
        self.is_decided: bool = fields["verified"] is not None
        self.verified: bool = bool(fields["verified"])
        self.fields: Mapping[str, Any] = fields
        self.claims: List[Mapping[str, Any]] = fields["claims"]
        self.as_json = text

    def __bool__(self) -> bool:
        return self.verified

    def require(self) -> Verification:
        """Raises nadir.RequirementError where the folder is not verified."""
        from ._verdict import RequirementError

        if not self.verified:
            raise RequirementError(repr(self))
        return self

    def __repr__(self) -> str:
        answer = "verified: " if self.verified else "NOT VERIFIED: " if self.is_decided else "not decided: "
        words = {True: "yes", False: "NO ", None: "?  "}
        lines = [answer + self.fields.get("statement", "")]
        lines += [f"  {words[c['verified']]}  {c['claim']}" for c in self.claims]
        lines += [f"  objection: {o}" for o in self.fields.get("objections", [])]
        return "\n".join(lines)


def verify(folder: Any, arithmetic: str = "automatic", time_limit: Optional[float] = None) -> Verification:
    """Checks a run folder from its certificate alone, by code that shares nothing with solvers and judges but the file
    formats. arithmetic="balls" insists on arbitrary precision for every claim, however long it takes.

    A folder that does not verify may still be right: a claim can hold and be beyond what the check re-derives. After
    `time_limit` seconds, verification.is_decided is False unless something stands against the folder already. Ctrl-C ends it with
    KeyboardInterrupt.
    """
    if arithmetic not in ("automatic", "balls"):
        raise ValueError(f"arithmetic: expected 'automatic' or 'balls', found {arithmetic!r}")
    if time_limit is not None and not float(time_limit) > 0.0:
        raise ValueError(f"time_limit: expected seconds above 0, found {time_limit!r}")
    return Verification(_nadir.verify(os.fspath(folder), arithmetic == "balls", numpy.inf if time_limit is None else float(time_limit)))


def _solve_doc() -> str:
    parts = ["""Solves a problem from a start, judges the end, and leaves what is no minimum.

Parameters
----------
problem : Problem
    Such as nadir.LinearNetwork(X, Y, hidden=[32, 16]).
start : str, dict of arrays, Result or file, optional
    The name of a start (problem.start_names), or a point.
output : path, optional
    The run folder to write; data in hand are stored in it, under data/, for nadir.verify. Without it nothing is
    written, and nothing can be resumed.
callback : callable, optional
    Called with a dict (iteration, seconds, value, gradient_norm, event) after each iteration."""]
    rows = [row for row in _nadir.solve_options() if row["name"] != "start"]
    rows += [row for row in _nadir.run_options() if row["name"] != "output"]
    parts += [describe(row) for row in rows]
    for solver in _nadir.solver_names():
        own = _nadir.solver_options(solver)
        if own:
            listed = "; ".join(f"{row['name'].replace('-', '_')}: {in_keywords(row['help'])}, default {default_of(row)!r}" for row in own)
            parts.append(f"with solver={solver!r}\n" + textwrap.fill(listed, 100, initial_indent="    ", subsequent_indent="    "))
    parts.append("""
Returns
-------
Result
    verdict first: result.verdict == "global-minimum", result.rigor == "proved", result.point["W1"].

Ctrl-C ends a run between two iterations with KeyboardInterrupt; with `output` its state is saved, and the same call
with resume=True goes on from it. A time limit ends it with result.stopped == "time_limit".""")
    return "\n".join(parts)


solve.__doc__ = _solve_doc()


def solver_options(solver: str) -> str:
    """The options of one solver, with defaults and meaning, as text."""
    return "\n".join(describe(row) for row in _nadir.solver_options(solver))
