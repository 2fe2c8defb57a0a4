"""What is drawn, from whatever holds it: a run folder, one of its files, a mapping, or a result object."""

from __future__ import annotations

import csv
import json
import os
from typing import Any, Dict, List, Mapping, Tuple

import numpy

# The file of a run folder that holds a picture's numbers, and its schema (docs/formats).
FILES = {"spectrum": "spectrum.json", "slice": "slice.json", "path": "path.json", "survey": "survey.json"}


def _of_folder(folder: str, name: str) -> Any:
    path = folder
    if os.path.isdir(folder):
        path = os.path.join(folder, FILES[name])
        if not os.path.exists(path):
            made = f"`nadir {name}`" if name == "survey" else f"`nadir landscape {name} {folder}`"
            raise FileNotFoundError(f"{path}: there is none; {made} makes it")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _of_object(x: Any, name: str) -> Any:
    if isinstance(x, Mapping):
        return x
    if isinstance(x, (str, os.PathLike)):
        return _of_folder(os.fspath(x), name)
    if callable(getattr(x, "to_dict", None)):
        return x.to_dict()
    if isinstance(getattr(x, "data", None), Mapping):
        return x.data
    folder = getattr(x, "folder", None)
    if folder:
        return _of_folder(os.fspath(folder), name)
    if folder == "":
        raise ValueError(f"{type(x).__name__}: no run folder was written; give the run one (output=...), where "
                         f"{FILES[name]} can stand")
    raise TypeError(f"{name}: expected a run folder, an object of schema nadir.{name}/1 or a result that holds one, "
                    f"found {type(x).__name__}")


def data_of(x: Any, name: str) -> Mapping[str, Any]:
    """The object of schema nadir.NAME/1 that x is, holds or leads to."""
    data = _of_object(x, name)
    found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
    if found != f"nadir.{name}/1":
        raise ValueError(f"{name}: expected an object of schema nadir.{name}/1, found {found}")
    return data


def numbers(values: Any) -> numpy.ndarray:
    """Numbers in any nesting as an array, nan for what is null."""
    if isinstance(values, numpy.ndarray):
        return values.astype(float)
    return numpy.array([numbers(v) if isinstance(v, (list, tuple)) else (numpy.nan if v is None else float(v)) for v in values], dtype=float)


def number(value: Any) -> float:
    return numpy.nan if value is None else float(value)


def log_floor(values: numpy.ndarray) -> float:
    """Where a logarithmic scale of positive numbers ends below: a few that are next to zero, as the gradient is at a minimum, would
    leave the others one colour."""
    positive = numpy.sort(values[numpy.isfinite(values) & (values > 0)])
    typical = positive[min(positive.size - 1, max(1, int(0.02 * positive.size)))]
    return float(max(positive[0], typical / 100, positive[-1] * 1e-12))


def least_evaluated(data: Mapping[str, Any]) -> float:
    """Of an adaptive slice the least value that was computed, and not interpolated; -inf of others."""
    if data.get("adaptive") is None or not data["adaptive"]["points"]:
        return -numpy.inf
    return float(numpy.nanmin([numpy.inf, *(number(point[-1]) for point in data["adaptive"]["points"])]))


def _columns_of_file(path: str) -> Dict[str, Any]:
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if not rows or "iteration" not in rows[0]:
        raise ValueError(f"{path}: expected a trace, a header with 'iteration' and one row an iteration")
    columns: Dict[str, Any] = {}
    for k, name in enumerate(rows[0]):
        texts = [row[k] for row in rows[1:]]
        columns[name] = texts if name == "event" else numpy.array([float(t) if t else numpy.nan for t in texts])
    return columns


def trace_of(x: Any) -> Dict[str, Any]:
    """The columns of a trace by name: arrays of numbers, and `event` as a list of texts."""
    if not isinstance(x, (numpy.ndarray, str)) and getattr(x, "trace", None) is not None:
        x = x.trace
    if isinstance(x, numpy.ndarray) and x.dtype.names:
        return {name: ([str(e) for e in x[name]] if name == "event" else x[name].astype(float)) for name in x.dtype.names}
    if isinstance(x, (str, os.PathLike)):
        path = os.fspath(x)
        return _columns_of_file(os.path.join(path, "trace.csv") if os.path.isdir(path) else path)
    if isinstance(x, Mapping) and "iteration" in x:
        return {name: ([str(e) for e in x[name]] if name == "event" else numbers(x[name])) for name in x}
    raise TypeError(f"trace: expected a run folder, a trace.csv, a result or its trace, found {type(x).__name__}")


def between_starts(columns: Mapping[str, Any]) -> "List[Tuple[int, int]]":
    """Begin and end of the rows of each start: a line does not go from the end of one to the next."""
    size = len(columns["iteration"])
    events = columns.get("event") or [""] * size
    begins = [0] + [i for i, event in enumerate(events) if event == "start" and i > 0]
    return list(zip(begins, begins[1:] + [size]))
