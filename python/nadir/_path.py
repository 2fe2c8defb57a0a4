"""nadir.landscape.path: low ways between two points."""

from __future__ import annotations

import dataclasses
import html
import json
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

import numpy

from . import _nadir
from ._objective import common_rows, number, numbers, objective_of, run_of, texts_for
from ._point import Point, blocks_of
from ._problem import Problem, describe
from ._runs import Result
from ._svg import curves_svg, table_html


@dataclasses.dataclass(frozen=True)
class Barrier:
    """The highest place of a curve: `height` above the higher of the two ends, `height_over_line` above the line between
    their values. The true maximum exceeds `value` by no more than about `uncertainty`, an estimate."""

    value: float
    t: float
    height: float
    height_over_line: float
    uncertainty: float


@dataclasses.dataclass(frozen=True)
class PathCurve:
    """The objective along a curve, t from 0 to 1; `bends` are the points between the ends that the curve has."""

    name: str
    kind: str
    is_aligned: bool
    is_converged: bool
    length: float
    barrier: Barrier
    t: numpy.ndarray = dataclasses.field(repr=False)
    values: numpy.ndarray = dataclasses.field(repr=False)
    bends: List[Any] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class PathSaddle:
    """Where the highest point of the elastic band was brought to, and what the judge says of it: a strict-saddle with
    `negative` == 1 is the pass; anything else is not."""

    verdict: str
    rigor: str
    value: float
    gradient_norm: float
    negative: Optional[int]
    min_eigenvalue: float
    t: float
    name: str
    point: Any = dataclasses.field(repr=False)


class Path:
    """Ways between two points. docs/formats/path.md.

    curves       list of nadir.landscape.PathCurve, the straight line first
    lowest       the curve with the lowest barrier
    saddle       None, or the nadir.landscape.PathSaddle on the elastic band
    alignment    None, or {"distance", "label"} after the second point was moved by the problem's symmetries; `aligned` is that point
    values       of the two ends
    distance     between them
    is_complete  False where a time limit came before everything was done
    """

    def __init__(self, text: str, as_text: str, bends: Sequence[List[Any]], saddle: Any, aligned: Any) -> None:
        self.as_json = text
        self._state = (text, as_text, bends, saddle, aligned)
        self._text = as_text
        fields = json.loads(text)
        self.family: str = fields["family"]
        self.is_complete: bool = fields["complete"]
        self.values = numbers(fields["values"])
        self.distance: float = number(fields["distance"])
        self.alignment: Optional[Mapping[str, Any]] = fields["alignment"]
        self.aligned = aligned
        self.curves: List[PathCurve] = [
            PathCurve(c["name"], c["kind"], c["is_aligned"], c["converged"], number(c["length"]),
                      Barrier(*(number(c["barrier"][key], numpy.inf) for key in ("value", "t", "height", "height_over_line", "uncertainty"))),
                      numbers(c["t"]), numbers(c["values"]), points)
            for c, points in zip(fields["curves"], bends)]
        s = fields["saddle"]
        self.saddle: Optional[PathSaddle] = None if s is None else PathSaddle(
            s["verdict"], s["rigor"], number(s["value"]), number(s["gradient_norm"]), s["negative"], number(s["min_eigenvalue"]),
            number(s["t"]), s["name"], saddle)
        self.seconds: float = number(fields["seconds"])

    @property
    def lowest(self) -> PathCurve:
        return min(self.curves, key=lambda curve: curve.barrier.height)

    def to_dict(self) -> Dict[str, Any]:
        """path.json, docs/formats/path.md. The digests are empty where the points were in hand."""
        return json.loads(self.as_json)

    def __reduce__(self) -> Any:
        return (Path, self._state)

    def _headline(self) -> str:
        curve = self.lowest
        barrier = f"a barrier of {curve.barrier.height:.6g}" if curve.barrier.height > 0 else "no barrier seen"
        found = f"{barrier} on the lowest way found, {curve.name}; {self.curves[0].barrier.height:.6g} straight across"
        pass_ = ""
        if self.saddle is not None:
            is_pass = self.saddle.verdict == "strict-saddle" and self.saddle.negative == 1
            pass_ = f"; the pass is a saddle of index 1 at {self.saddle.value:.6g}, {self.saddle.rigor}" if is_pass else "; no pass is known"
        return found + pass_ + ("" if self.is_complete else "; stopped early")

    def __repr__(self) -> str:
        return f"paths of {self.family}: {self._headline()}\n{self._text}".rstrip("\n")

    def _repr_html_(self) -> str:
        rows = [[c.name, f"{c.barrier.height:.6g}", f"{c.barrier.value:.6g}", f"{c.barrier.t:.3g}", f"{c.length:.4g}"] for c in self.curves]
        return (f"<div><p><b>{html.escape(self._headline())}</b></p>"
                + curves_svg([(c.name, c.t, c.values) for c in self.curves], "values along the ways", "t")
                + table_html(["way", "barrier", "highest value", "at t", "length"], rows) + "</div>")


def path(x: Any, *points: Any, kinds: Union[None, str, Sequence[str]] = None, args: Any = (), jac: Any = None, hess: Any = None,
         hessp: Any = None, bends: Optional[int] = None, align: Optional[bool] = None, samples: Optional[int] = None,
         iterations: Optional[int] = None, seed: Optional[int] = None, threads: Optional[int] = None,
         time_limit: Optional[float] = None) -> Path:
    """PATH_DOC"""
    first, other = _ends(x, points)
    where = objective_of(x, first, args, jac, hess, hessp, "path", [other])
    texts = texts_for({"bends": bends, "align": align, "points": samples, "iterations": iterations, "seed": seed, "threads": threads,
                       "time_limit": time_limit}, _rows(), "path")
    words = [] if kinds is None else kinds.split(",") if isinstance(kinds, str) else [str(kind) for kind in kinds] or ["straight"]
    if where.kind == "run":
        found = where.call("path", texts, words, os.fspath(run_of(other)))  # type: ignore[arg-type]
        return _of_folder(found, where.handle)
    found = where.call("path", texts, words, where.flat_of(other, "other"))
    return Path(found["json"], found["text"], [[where.point_of(bend) for bend in bends_] for bends_ in found["bends"]],
                None if found["saddle"] is None else where.point_of(found["saddle"]),
                None if found["aligned"] is None else where.point_of(found["aligned"]))


def _ends(x: Any, points: Sequence[Any]) -> tuple[Any, Any]:
    """The first end, None where `x` has its own, and the other one."""
    has_point = isinstance(x, (str, os.PathLike, Result)) or (not isinstance(x, Problem) and hasattr(x, "block_places") and len(points) == 1)
    wanted = 1 if has_point else 2
    if len(points) != wanted:
        raise TypeError(f"path: expected {'the other point' if wanted == 1 else 'two points'} after {type(x).__name__}, found {len(points)}")
    return (None, points[0]) if has_point else (points[0], points[1])


def _of_folder(found: Mapping[str, Any], folder: str) -> Path:
    """With the points as blocks, which path.npz has by name."""
    with numpy.load(os.path.join(folder, "path.npz")) as archive:
        arrays = {name: archive[name] for name in archive.files}

    def point(prefix: str) -> Optional[Point]:
        blocks = {name[len(prefix):]: array for name, array in arrays.items() if name.startswith(prefix)}
        return Point(*blocks_of(blocks, prefix)) if blocks else None

    curves = json.loads(found["json"])["curves"]
    bends = [[point(f"{c['kind']}/{k}/") for k in range(1, len(points) + 1)] for c, points in zip(curves, found["bends"])]
    return Path(found["json"], found["text"], bends, point("saddle/"), point("aligned/"))


def _rows() -> Any:
    return [*_nadir.path_options(), *common_rows()]


path.__doc__ = "\n".join(["""Low ways between two points: the straight line, trained curves, an elastic band over the pass.

    nadir.landscape.path("run", "other-run")             two runs of one problem; written into the first folder
    nadir.landscape.path(result, other)                  a result and another one, or a point
    nadir.landscape.path(problem, a, b)
    nadir.landscape.path(fun, a, b, jac=...)
    nadir.landscape.path(nadir.torch.problem(...), b)    from the module's own parameters to others, by name or flat; or (..., a, b)

Parameters
----------
kinds : str or list of str
    Of "bezier", "polygon", "elastic-band": the curves beside the straight line; default bezier and elastic-band, [] for none.
args, jac, hess, hessp
    Of a function, as of nadir.minimize.
samples : int
    Even points at which a curve is evaluated; near its highest place there are more. Default 61.""",
                          *(describe(row) for row in _rows() if row["name"] != "points"), """
Returns
-------
Path
    path.lowest.barrier.height, path.curves, path.saddle.verdict; nadir.plot.path(path) draws it.

The two ends are first brought together by the symmetries that the family knows (units of networks in another order); of a
function of your own or a module none is known. A low way that was found is one; that none was found says nothing."""])
