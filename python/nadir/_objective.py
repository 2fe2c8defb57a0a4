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
from ._point import Layout, Point, blocks_of
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

    def call(self, tool: str, *arguments: Any) -> Any:
        """_nadir.TOOL_of_KIND with what this kind takes first."""
        function = getattr(_nadir, f"{tool}_of_{self.kind}")
        if self.kind == "run":
            return function(self.handle, *arguments)
        if self.kind == "problem":
            return function(self.handle, self.flat, self.layout, *arguments)
        return function(self.handle, self.flat, *arguments)


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
    x = problem.point() if point is None else problem.vector(point)
    function = make_function(problem._fun, x.size, (), True, None, problem.hessian_product, problem.blocks())
    return Objective("function", function, x)


def objective_of(x: Any, point: Any, args: Any, jac: Any, hess: Any, hessp: Any, name: str) -> Objective:
    """What `x` is; `name` is the tool's, for messages."""
    is_function = callable(x) and not isinstance(x, Problem)
    if not is_function and any(given is not None for given in (jac, hess, hessp)):
        raise TypeError(f"{name}: jac, hess and hessp belong to a function of your own, found {type(x).__name__}")
    if isinstance(x, (str, os.PathLike)):
        if point is not None:
            raise TypeError(f"{name}: a run folder has its own point; found another one")
        return Objective("run", os.fspath(x))
    if isinstance(x, Result):
        if point is not None:
            raise TypeError(f"{name}: a result has its own point; found another one")
        if x.point is None:
            raise ValueError(f"{name}: expected a result with a point, found one of a run that was stopped before it had one")
        return Objective("run", x.folder) if x.folder else _of_problem(x.problem, x.point)
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
    start = real_vector(point, "point")
    args = args if isinstance(args, tuple) else (args,)
    return Objective("function", make_function(x, start.size, args, jac, hess, hessp), start)


def texts_for(options: Mapping[str, Any], rows: "Sequence[Mapping[str, Any]]", name: str) -> Dict[str, str]:
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
