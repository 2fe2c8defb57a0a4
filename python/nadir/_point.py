"""Points: parameter blocks by name, views of one flat array that the C++ side shares."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, Tuple

import numpy

from ._arrays import real_array, require_finite

Layout = List[Tuple[str, int, int]]


class Point(Dict[str, numpy.ndarray]):
    """Blocks by name, two-dimensional (weights are d_out x d_in), each a view of `flat`.

    Nothing is copied: writing to a block writes to `flat`, and what a run found is the memory it was found in.
    Assigning a block (`point["W1"] = array`) writes the entries of the array.
    """

    flat: numpy.ndarray
    layout: Layout

    def __init__(self, flat: numpy.ndarray, layout: Iterable[Tuple[str, int, int]]) -> None:
        self.flat = flat
        self.layout = [tuple(block) for block in layout]  # type: ignore[misc]
        views = {}
        offset = 0
        for name, rows, columns in self.layout:
            views[name] = flat[offset : offset + rows * columns].reshape(columns, rows).T
            offset += rows * columns
        super().__init__(views)

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self:
            raise KeyError(f"{name}: expected one of {', '.join(self)}")
        self[name][...] = value

    def __delitem__(self, name: str) -> None:
        raise TypeError("the blocks of a point are fixed")

    def update(self, *others: Any, **blocks: Any) -> None:
        for name, value in dict(*others, **blocks).items():
            self[name] = value

    def copy(self) -> Point:
        return Point(self.flat.copy(), self.layout)

    def __reduce__(self) -> Any:
        return (Point, (self.flat, self.layout))

    def __repr__(self) -> str:
        return "Point(" + ", ".join(f"{name}: {rows} x {columns}" for name, rows, columns in self.layout) + ")"


def blocks_of(point: Any, name: str) -> Tuple[numpy.ndarray, Layout]:
    """Any mapping of arrays as a flat array with the layout that the arrays themselves have; a Point as it is."""
    point = getattr(point, "point", point)  # a result stands for its point
    if type(point) is Point:
        require_finite(point.flat, name)
        return point.flat, point.layout
    if not isinstance(point, Mapping):
        raise TypeError(f"{name}: expected a dict of arrays, one a block, found {type(point).__name__}")
    layout: Layout = []
    parts = []
    for key, value in point.items():
        array = require_finite(real_array(value, f"{name}[{key!r}]"), f"{name}[{key!r}]")
        if array.ndim > 2 or array.size == 0:
            raise ValueError(f"{name}[{key!r}]: expected one or two dimensions and at least one entry, found shape "
                             f"{array.shape}")
        array = array.reshape(array.shape[0] if array.ndim else 1, -1)
        layout.append((str(key), array.shape[0], array.shape[1]))
        parts.append(array.T.reshape(-1))
    if not parts:
        raise ValueError(f"{name}: expected at least one block, found none")
    return numpy.concatenate(parts), layout


def flat_of(point: Any, layout: Layout, name: str) -> numpy.ndarray:
    """The flat array of a point in exactly this layout; a flat array of the right length passes."""
    if type(point) is Point and point.layout == layout:
        return point.flat
    if isinstance(point, numpy.ndarray):
        flat = real_array(point, name)
        if flat.ndim != 1:
            raise ValueError(f"{name}: expected a dict of blocks or one flat array, found shape {flat.shape}")
        return flat
    given = getattr(point, "point", point)
    if not isinstance(given, Mapping):
        raise TypeError(f"{name}: expected a dict of arrays, one a block, found {type(given).__name__}")
    if set(given) != {block[0] for block in layout}:
        raise ValueError(f"{name}: expected the blocks {', '.join(block[0] for block in layout)}, found "
                         f"{', '.join(map(str, given)) or 'none'}")
    parts = []
    for key, rows, columns in layout:
        array = real_array(given[key], f"{name}[{key!r}]")
        is_vector = array.ndim <= 1 and 1 in (rows, columns) and array.size == rows * columns
        if array.shape != (rows, columns) and not is_vector:
            transposed = ", which is the transpose" if array.shape == (columns, rows) else ""
            raise ValueError(f"{name}[{key!r}]: expected shape ({rows}, {columns}), found {array.shape}{transposed}")
        parts.append(array.T.reshape(-1))
    return numpy.concatenate(parts)
