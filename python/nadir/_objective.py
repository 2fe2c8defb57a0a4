"""What the tools of nadir.landscape are called on: a run, a problem and a point, a function of the user's own, a PyTorch module."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy

from . import _nadir
from ._arrays import real_vector
from ._minimize import make_function
from ._options import option_texts
from ._point import Layout, Point, blocks_of, flat_of
from ._problem import Problem, reject_unknown
from ._runs import Result


class Objective:
    """One of the three that the C++ side takes.

    folder    of a run; what is found is written into it
    problem   with `flat` and `layout`, a point of any layout that its family has
    function  with `flat`
    """

    def __init__(self, kind: str, handle: Any, flat: Any = None, layout: Optional[Layout] = None,
                 names: Optional[Callable[[numpy.ndarray], Any]] = None) -> None:
        self.kind = kind
        self.handle = handle
        self.flat = flat
        self.layout = layout
        self.point_of = names or (lambda flat: flat)  # a flat vector in the user's own words

    def flat_of(self, given: Any, name: str) -> numpy.ndarray:
        """Another point, in the user's own words, as a flat vector beside `flat`."""
        if self.kind == "problem":
            flat, layout = (given, self.layout) if isinstance(given, numpy.ndarray) else blocks_of(given, name)
            if layout != self.layout:
                if sorted(block[0] for block in layout) != sorted(block[0] for block in self.layout):  # type: ignore[union-attr]
                    raise ValueError(f"{name}: expected the blocks {', '.join(block[0] for block in self.layout)}, found "  # type: ignore[union-attr]
                                     f"{', '.join(block[0] for block in layout)}")
                flat = flat_of(getattr(given, "point", given), self.layout, name)  # type: ignore[arg-type]
            return real_vector(flat, name)
        vector = real_vector(getattr(given, "x", given), name)
        if vector.size != self.flat.size:
            raise ValueError(f"{name}: expected {self.flat.size} numbers, found {vector.size}")
        return vector

    def call(self, tool: str, *arguments: Any) -> Any:
        """_nadir.TOOL_of_KIND with what this kind takes first."""
        function = getattr(_nadir, f"{tool}_of_{self.kind}")
        if self.kind == "run":
            return function(self.handle, *arguments)
        if self.kind == "problem":
            return function(self.handle, self.flat, self.layout, *arguments)
        try:
            return function(self.handle, self.flat, *arguments)
        finally:
            self.forget()

    def forget(self) -> None:
        """What was kept from call to call, as the graph of a module, goes."""


def _of_problem(problem: Problem, point: Any) -> Objective:
    if point is None:
        raise TypeError("point: expected a dict of arrays or a result of this problem, found nothing")
    flat, layout = (problem._flat(point), problem.layout) if isinstance(point, numpy.ndarray) else blocks_of(point, "point")
    # A point of another layout, as a rank that grew, needs a family of its own.
    handle = problem._evaluated() if layout == problem.layout else problem._make(with_data=True)
    if layout != problem.layout:
        handle.prepare()
    return Objective("problem", handle, flat, layout, lambda values: Point(values, layout))


def _of_torch(problem: Any, point: Any) -> Objective:
    """Blocks are d_out x d_in, one column after another, as everywhere in nadir; PyTorch has one row after another."""
    order = numpy.concatenate([numpy.arange(first, first + rows * columns).reshape(rows, columns).T.reshape(-1)
                               for first, rows, columns in problem.block_places()])
    back = numpy.argsort(order)

    def fun(z: numpy.ndarray) -> Any:
        value, gradient = problem.value_and_gradient(z[back])
        return value, gradient[order]

    def hessp(z: numpy.ndarray, v: numpy.ndarray) -> numpy.ndarray:
        return problem.hessian_product(z[back], v[back])[order]

    layout = [(name, rows, columns) for (name, _), (_, rows, columns) in zip(problem.layout, problem.block_places())]
    function = make_function(fun, problem.dimension, (), True, None, hessp, layout)
    objective = Objective("function", function, None, None, lambda flat: flat[back])
    objective.flat_of = lambda given, name: problem.vector(given)[order]  # type: ignore[method-assign]
    objective.forget = problem._forget  # type: ignore[method-assign]
    objective.flat = objective.flat_of(problem.point() if point is None else point, "point")
    return objective


def run_of(x: Any) -> Optional[str]:
    """The folder of a run: named, or that of a result; None for what has none."""
    if isinstance(x, (str, os.PathLike)):
        return os.fspath(x)
    return x.folder or None if isinstance(x, Result) else None


def objective_of(x: Any, point: Any, args: Any, jac: Any, hess: Any, hessp: Any, name: str, others: Sequence[Any] = ()) -> Objective:
    """What `x` is; `name` is the tool's, for messages. `others` are further points: a result beside which one is in hand is not
    looked at through its folder."""
    is_function = callable(x) and not isinstance(x, Problem)
    if not is_function and any(given is not None for given in (jac, hess, hessp)):
        raise TypeError(f"{name}: jac, hess and hessp belong to a function of your own, found {type(x).__name__}")
    if isinstance(x, (str, os.PathLike)):
        if point is not None:
            raise TypeError(f"{name}: a run folder has its own point; found another one")
        for other in others:
            if run_of(other) is None:
                raise TypeError(f"{name}: beside a run folder, expected the folder of another run or an .npz of its blocks, found "
                                f"{type(other).__name__}")
        return Objective("run", os.fspath(x))
    if isinstance(x, Result):
        if point is not None:
            raise TypeError(f"{name}: a result has its own point; found another one")
        if x.point is None:
            raise ValueError(f"{name}: expected a result with a point, found one of a run that was stopped before it had one")
        has_files = x.folder and all(run_of(other) is not None for other in others)
        return Objective("run", x.folder) if has_files else _of_problem(x.problem, x.point)
    if isinstance(x, Problem):
        return _of_problem(x, point)
    torch = sys.modules.get("nadir.torch")
    if torch is not None and isinstance(x, torch.TorchProblem):
        return _of_torch(x, point)
    if hasattr(x, "named_parameters"):
        raise TypeError(f"{name}: a module alone has no loss; pass nadir.torch.problem(module, loss, inputs, targets)")
    if not callable(x):
        raise TypeError(f"{name}: expected a run folder, a result, a problem, a function or nadir.torch.problem(...), found "
                        f"{type(x).__name__}")
    if point is None:
        raise TypeError(f"{name}: expected the point at which to look, found nothing")
    start = real_vector(getattr(point, "x", point), "point")  # a result of nadir.minimize stands for its point
    args = args if isinstance(args, tuple) else (args,)
    return Objective("function", make_function(x, start.size, args, jac, hess, hessp), start)


def common_rows() -> List[Mapping[str, Any]]:
    """What every tool takes of the options of runs, in the words that are true of a tool."""
    rows = [row for row in _nadir.run_options() if row["name"] in ("seed", "threads", "time-limit")]
    stops = "seconds after which it ends with what is known until then, and is_complete == False"
    return [{**row, "help": stops} if row["name"] == "time-limit" else row for row in rows]


def texts_for(options: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], name: str) -> Dict[str, str]:
    """Options of a tool as the C++ side parses them; TypeError for one that it does not have."""
    keywords = [row["name"].replace("-", "_") for row in rows]
    reject_unknown(options, keywords, f"{name}()")
    return {key.replace("_", "-"): text for key, text in option_texts(options).items()}


def number(value: Optional[float], unknown: float = numpy.nan) -> float:
    """null stands for what is infinite or undefined."""
    return unknown if value is None else float(value)


def numbers(values: Any) -> numpy.ndarray:
    """An array of doubles, null as nan; lists of lists become two-dimensional."""
    return numpy.array(values, dtype=float) if values is not None else numpy.array([])
