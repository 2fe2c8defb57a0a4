"""nadir.landscape.slice: the objective on a line or a plane through a point."""

from __future__ import annotations

import dataclasses
import html
import json
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy

from . import _nadir
from ._objective import Objective, common_rows, number, numbers, objective_of, run_of, texts_for
from ._problem import describe
from ._runs import Result
from ._spectrum import WHERE_DOC
from ._svg import curves_svg, map_svg, table_html


@dataclasses.dataclass(frozen=True)
class SliceAxis:
    """A coordinate of 1 is a step of Euclidean `length` along the axis."""

    kind: str
    label: str
    length: float
    coordinates: numpy.ndarray = dataclasses.field(repr=False)
    normalisation: Optional[str] = None
    eigenvalue: Optional[float] = None
    explained: Optional[float] = None


class Slice:
    """The objective on a line or a plane. docs/formats/slice.md.

    axes        one or two nadir.landscape.SliceAxis, with `coordinates`
    layers      arrays by name: value, and gradient_norm and curvature_ratio where asked for; layers["value"][i, j] belongs to
                axes[0].coordinates[i] and axes[1].coordinates[j]
    values      layers["value"]
    value       at the point itself, exactly
    marks       points of interest: dicts with label, coordinates, value and distance off the line or plane
    trajectory  None, or arrays by name: iteration, coordinates, value, distance
    adaptive    None, or a dict with tolerance, error and the points that were evaluated; the layers are interpolated then
    is_complete False where a time limit ended it; what is missing is nan
    """

    def __init__(self, text: str, as_text: str) -> None:
        self.as_json = text
        self._text = as_text
        fields = json.loads(text)
        self.family: str = fields["family"]
        self.is_complete: bool = fields["complete"]
        self.axes: List[SliceAxis] = [
            SliceAxis(a["kind"], a["label"], number(a["length"]), numbers(a["coordinates"]), a["normalisation"], a["eigenvalue"], a["explained"])
            for a in fields["axes"]]
        self.layers: Dict[str, numpy.ndarray] = {layer["name"]: numbers(layer["values"]) for layer in fields["layers"]}
        self.marks: List[Mapping[str, Any]] = [
            {**mark, "coordinates": numbers(mark["coordinates"]), "value": number(mark["value"])} for mark in fields["marks"]]
        self.value: float = self.marks[0]["value"]
        self.trajectory: Optional[Mapping[str, numpy.ndarray]] = None
        if fields["trajectory"] is not None:
            self.trajectory = {name: numbers([row[name] for row in fields["trajectory"]])
                               for name in ("iteration", "coordinates", "value", "distance")}
        self.adaptive: Optional[Mapping[str, Any]] = None
        if fields["adaptive"] is not None:
            self.adaptive = {**fields["adaptive"], "points": numbers(fields["adaptive"]["points"])}
        self.evaluations: int = fields["evaluations"]
        self.seconds: float = number(fields["seconds"])

    @property
    def values(self) -> numpy.ndarray:
        return self.layers["value"]

    def to_dict(self) -> Dict[str, Any]:
        """slice.json, docs/formats/slice.md. `point_sha256` is empty where the point was in hand."""
        return json.loads(self.as_json)

    def __reduce__(self) -> Any:
        return (Slice, (self.as_json, self._text))

    def _headline(self) -> str:
        known = self.values[numpy.isfinite(self.values)]
        seen = f"values from {known.min():.6g} to {known.max():.6g}" if known.size else "no finite value"
        lower = int((known < self.value).sum())
        below = "nothing seen below the point" if lower == 0 else f"{lower} of {self.values.size} points below the point"
        return f"{seen}, {self.value:.6g} at the point; {below} (numerical)" + ("" if self.is_complete else ", stopped early")

    def __repr__(self) -> str:
        kind = "line" if len(self.axes) == 1 else "plane"
        return f"{kind} through {self.family}: {self._headline()}\n{self._text}".rstrip("\n")

    def _repr_html_(self) -> str:
        first = self.axes[0]
        if len(self.axes) == 1:
            picture = curves_svg([("value", first.coordinates, self.values)], "value along the line", first.label)
        else:
            marks = [(mark["label"], *map(float, mark["coordinates"])) for mark in self.marks]
            picture = (f"<p>across: {html.escape(first.label)}; up: {html.escape(self.axes[1].label)}</p>"
                       + map_svg(first.coordinates, self.axes[1].coordinates, self.values, "value on the plane", marks))
        rows = [[mark["label"], ", ".join(f"{c:.4g}" for c in mark["coordinates"]), f"{mark['value']:.8g}", f"{mark['distance']:.3g}"]
                for mark in self.marks]
        return (f"<div><p><b>{html.escape(self._headline())}</b></p>{picture}"
                + table_html(["point", "coordinates", "value", "off the picture by"], rows) + "</div>")


def _words(value: Any, separator: str) -> Any:
    """(51, 31) -> "51x31"; what is no sequence stays."""
    return separator.join(map(str, value)) if isinstance(value, (list, tuple, numpy.ndarray)) else value


def _iterates(trajectory: Any, where: Objective) -> Optional[numpy.ndarray]:
    if trajectory is None:
        return None
    if isinstance(trajectory, Mapping):
        raise TypeError("trajectory: expected a sequence of points, found a dict")
    return numpy.stack([where.flat_of(point, "trajectory") for point in trajectory]) if len(trajectory) else numpy.zeros((0, where.flat.size))


def _kept_trajectory(x: Any) -> Optional[numpy.ndarray]:
    """Of a result in hand that kept points along its run: one flat point a row."""
    if not isinstance(x, Result) or x.trajectory is None or x.point is None:
        return None
    blocks = [numpy.asarray(x.trajectory[name]).transpose(0, 2, 1).reshape(len(x.trajectory["iterations"]), -1) for name in x.point]
    return numpy.concatenate(blocks, axis=1)


def slice(x: Any, point: Any = None, *, to: Any = None, trajectory: Optional[Sequence[Any]] = None, args: Any = (), jac: Any = None,
          hess: Any = None, hessp: Any = None, directions: Optional[str] = None, dimensions: Optional[int] = None,
          grid: Union[None, int, str, Tuple[int, int]] = None, range: Optional[Sequence[Any]] = None, normalise: Optional[str] = None,
          biases: Optional[bool] = None, layers: Union[None, str, Sequence[str]] = None, adaptive: Optional[float] = None,
          seed: Optional[int] = None, threads: Optional[int] = None, time_limit: Optional[float] = None) -> Slice:
    """SLICE_DOC"""
    others = [] if to is None else list(to) if isinstance(to, (list, tuple)) and not _is_vector(to) else [to]
    where = objective_of(x, point, args, jac, hess, hessp, "slice", others)
    extent = None if range is None else numpy.asarray(range, dtype=float).reshape(-1)
    given = {"directions": directions, "dimensions": dimensions, "grid": _words(grid, "x"), "range": extent, "normalise": normalise,
             "biases": biases, "layers": _words(layers, ","), "adaptive": adaptive, "seed": seed, "threads": threads, "time_limit": time_limit}
    if trajectory is not None and directions is None:
        given["directions"] = "trajectory"
    if where.kind == "run":
        if trajectory is not None:
            raise TypeError("slice: a run folder has the trajectory that its run kept (keep_points=N); found another one")
        folders = [run_of(other) for other in others]
        if any("," in str(folder) for folder in folders):
            raise ValueError("to: expected paths without commas")
        given["to"] = ",".join(os.fspath(folder) for folder in folders if folder is not None) or None
        found = where.call("slice", texts_for(given, _rows(), "slice"))
        return Slice(found["json"], found["text"])
    flats = [where.flat_of(other, "to") for other in others]
    iterates = _iterates(trajectory, where)
    if iterates is None and directions == "trajectory":
        iterates = _kept_trajectory(x)
    if flats and given["directions"] is None:
        given["directions"] = "to"
    found = where.call("slice", texts_for(given, _rows(), "slice"), flats, iterates)
    return Slice(found["json"], found["text"])


def _is_vector(value: Any) -> bool:
    """A list of numbers is one point; a list of anything else is several."""
    return len(value) > 0 and all(isinstance(item, (int, float, numpy.integer, numpy.floating)) for item in value)


def _rows() -> Any:
    return [*_nadir.slice_options(), *common_rows()]


slice.__doc__ = "\n".join(["""The objective on a line or a plane through a point: values on a grid, or where the surface bends.

Parameters
----------""", WHERE_DOC, """to : point, or two points in a list
    Another point to which the line or plane leads, or two that span the plane with the first. Of a run, run folders or
    .npz files.
trajectory : sequence of points
    Iterates that are shown, on the plane of their principal components: what a callback collected. Runs that were solved with
    keep_points=N have theirs; ask for directions="trajectory".
grid : int, or (int, int)
    Points along the axes; 101 on a line, (51, 51) on a plane.
layers : str or list of str
    "value", "gradient" (its norm), "curvature" (the least eigenvalue over the largest).""",
                           *(describe(row) for row in _rows() if row["name"] not in ("to", "grid", "layers")), """
Returns
-------
Slice
    slice.axes[0].coordinates, slice.values, slice.marks; nadir.plot.slice(slice) draws it.

A step along a random direction is as long as the filters of the point (rows of weight matrices); of a function of your own,
where no filters are known, as long as the point. A picture is no proof: what lies off the plane it does not show."""])
