"""Problems: one class a family, made from what the family itself declares.

A family added on the C++ side appears here by itself, with signature, defaults and docstring: there is no list of
families in Python.
"""

from __future__ import annotations

import difflib
import inspect
import itertools
import re
import textwrap
from typing import Any, ClassVar, Dict, List, Mapping, Optional, Sequence, Tuple, Type, Union

import numpy

from . import _nadir
from ._arrays import real_array
from ._data import Data, data_of, is_path, path_text
from ._options import option_text
from ._point import Point, flat_of

_DATA_KINDS = ("matrix", "array", "tensor", "blocks", "network", "entries")
_PYTHON_TYPES = {"bool": "bool", "int": "int", "float": "float", "str": "str", "ints": "list of int",
                 "floats": "list of float", "matrix": "array (rows are samples) or file", "array": "array or file",
                 "tensor": "array or file", "blocks": "dict of arrays or file",
                 "network": "dict W1, b1, W2, ... or file (.onnx, .npz)",
                 "entries": "scipy.sparse, (rows, columns, values), array with NaN for what is missing, or file"}


def keyword_of(option: str) -> str:
    """"weight-decay" -> "weight_decay"; "lambda" -> "lambda_", because Python keeps that word for itself."""
    keyword = option.replace("-", "_")
    return keyword + "_" if keyword == "lambda" else keyword


def default_of(row: Mapping[str, Any]) -> Any:
    """The default as a Python value; None where an option is left out by default."""
    text, kind = row["default"], row["kind"]
    if kind == "bool":
        return text == "true"
    if text == "":
        return None
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if kind in ("ints", "floats"):
        return [float(item) if kind == "floats" else int(item) for item in text.split(",")]
    return text


def in_keywords(text: str) -> str:
    """Help that speaks of flags and exit codes, with what Python has in their place: "--weight-decay" -> "weight_decay"."""
    text = text.replace(" and ends with exit code 3", " and ends")
    return re.sub(r"--([a-z][a-z0-9-]*)", lambda flag: keyword_of(flag.group(1)), text)


def describe(row: Mapping[str, Any], width: int = 100) -> str:
    """One option for a docstring: name, kind and default, then what it means."""
    default = default_of(row)
    kind = _PYTHON_TYPES.get(row["kind"], row["kind"]) if not row["choices"] else " | ".join(map(repr, row["choices"]))
    stated = ", required" if row["required"] else "" if default is None else f", default {default!r}"
    allowed = f" ({row['range']})" if row["range"] else ""
    meaning = textwrap.fill(in_keywords(row["help"]) + allowed, width - 4, initial_indent="    ", subsequent_indent="    ")
    return f"{keyword_of(row['name'])} : {kind}{stated}\n{meaning}"


def reject_unknown(given: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """TypeError with the nearest name, as Python itself has it, for a keyword that is none."""
    for name in given:
        if name.rstrip("_").replace("-", "_") in {k.rstrip("_") for k in known}:
            continue
        near = difflib.get_close_matches(name, known, 1)
        hint = f"; nearest is {near[0]!r}" if near else ""
        raise TypeError(f"{where} got an unexpected keyword argument {name!r}{hint}")


class Problem:
    """A function to minimise together with its data; one subclass a family. See nadir.families().

    Options and data are checked against one another when the problem is first evaluated, solved or judged.
    """

    family: ClassVar[str]
    summary: ClassVar[str]
    _rows: ClassVar[List[Mapping[str, Any]]] = []
    __signature__: ClassVar[inspect.Signature]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if type(self) is Problem:
            raise TypeError("a problem belongs to a family: " + ", ".join(family_classes()))
        positional = [p.name for p in self.__signature__.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        if len(args) > len(positional):
            raise TypeError(f"{type(self).__name__} takes at most {len(positional)} positional arguments "
                            f"({', '.join(positional)}), found {len(args)}")
        keywords = [keyword_of(row["name"]) for row in self._rows]
        reject_unknown(kwargs, keywords, type(self).__name__ + "()")
        given = {keyword_of(name.rstrip("_").replace("_", "-")): value for name, value in kwargs.items()}
        for name, value in zip(positional, args):
            if name in given:
                raise TypeError(f"{type(self).__name__}() got multiple values for argument {name!r}")
            given[name] = value
        self._texts: Dict[str, str] = {}
        self._data: Dict[str, Data] = {}
        self._parameters = {name: value for name, value in given.items() if value is not None}
        for row in self._rows:
            value = given.get(keyword_of(row["name"]))
            if value is not None:
                self._take(row, value)
            elif row["required"]:
                raise TypeError(f"{type(self).__name__}() misses {keyword_of(row['name'])!r}: {row['help']}")
        self._prepared: Optional[Any] = None
        self._make()  # options are checked here, each by itself

    def _take(self, row: Mapping[str, Any], value: Any) -> None:
        keyword = keyword_of(row["name"])
        if row["kind"] not in _DATA_KINDS:
            self._texts[row["name"]] = option_text(keyword, value)
            return
        data = data_of(value, row["kind"], keyword)
        if data is None:
            self._texts[row["name"]] = path_text(value, keyword)
        else:
            self._data[row["name"]] = data

    def _make(self, with_data: bool = False, for_folder: bool = False) -> Any:
        """A family of the C++ side with these options and, if asked for, these data."""
        family = _nadir.Problem(self.family)
        for name, text in self._texts.items():
            family.set(name, text)
        for name, data in self._data.items() if with_data else ():
            family.set_data(name, data.for_folder() if for_folder else data.for_memory())
        return family

    def _save_data(self, folder: str) -> None:
        for data in self._data.values():
            data.save(folder)

    def _evaluated(self) -> Any:
        if self._prepared is None:
            family = self._make(with_data=True)
            family.prepare()
            self._prepared = (family, family.layout())
        return self._prepared[0]

    @property
    def layout(self) -> List[Tuple[str, int, int]]:
        """Name, rows and columns of every block of a point."""
        self._evaluated()
        return list(self._prepared[1])  # type: ignore[index]

    @property
    def dimension(self) -> int:
        """How many numbers a point has."""
        return sum(rows * columns for _, rows, columns in self.layout)

    @property
    def start_names(self) -> List[str]:
        """The names of starts, the default first."""
        return self._make().start_names()

    def start(self, name: str = "", seed: int = 0, index: int = 0) -> Point:
        """A start by name; another one for every seed and index."""
        if name and name not in self.start_names:
            raise ValueError(f"start: expected one of {', '.join(self.start_names)}, found {name!r}")
        found = self._evaluated().start(name, seed, index)
        return Point(found["flat"], found["layout"])

    def point(self, blocks: Any) -> Point:
        """A point from blocks of the problem's shapes, or from one flat array."""
        return Point(self._flat(blocks).copy(), self.layout)

    def _flat(self, point: Any) -> numpy.ndarray:
        self._evaluated()
        if type(point) is Point and point.layout is self._prepared[1]:  # type: ignore[index]
            return point.flat
        return flat_of(point, self._prepared[1], "point")  # type: ignore[index]

    def value(self, point: Any) -> float:
        """The value at a point: a dict of blocks, or one flat array."""
        return self._evaluated().value(self._flat(point))

    def value_and_gradient(self, point: Any) -> Tuple[float, Point]:
        """The value and the gradient, which has the blocks of the point."""
        value, gradient = self._evaluated().value_and_gradient(self._flat(point))
        return value, Point(gradient, self._prepared[1])  # type: ignore[index]

    def gradient(self, point: Any) -> Point:
        """The gradient, which has the blocks of the point."""
        return self.value_and_gradient(point)[1]

    def hessian_product(self, point: Any, directions: Any) -> Union[Point, numpy.ndarray]:
        """The Hessian at the point times a direction (a dict of blocks), or times k flat ones, an array of shape
        (dimension, k): several at once cost less than one after the other."""
        if isinstance(directions, numpy.ndarray) and directions.ndim == 2:
            block = numpy.ascontiguousarray(real_array(directions, "directions").T)
            return self._evaluated().hessian_products(self._flat(point), block).T
        product = self._evaluated().hessian_products(self._flat(point), self._flat(directions)[None, :])
        return Point(product[0], self._prepared[1])  # type: ignore[index]

    def __reduce__(self) -> Any:
        return (_make_again, (type(self).__name__, self._parameters))

    def __repr__(self) -> str:
        def shown(value: Any) -> str:
            if isinstance(value, numpy.ndarray):
                return f"<array {'x'.join(map(str, value.shape))}>"
            if hasattr(value, "tocoo"):
                return f"<sparse {'x'.join(map(str, value.shape))}>"
            if isinstance(value, (bool, int, float, str)) or is_path(value):
                return repr(value)
            if isinstance(value, (list, tuple)) and len(value) < 20 and all(isinstance(v, (int, float)) for v in value):
                return repr(value)
            return f"<{type(value).__name__}>"

        return f"{type(self).__name__}({', '.join(f'{k}={shown(v)}' for k, v in self._parameters.items())})"


def _signature_of(rows: Sequence[Mapping[str, Any]]) -> inspect.Signature:
    """Required data may be given by position, or, where none is required, the data that stand first; everything has
    its keyword."""
    required = [row["name"] for row in rows if row["required"] and row["kind"] in _DATA_KINDS]
    leading = [row["name"] for row in itertools.takewhile(lambda row: row["kind"] in _DATA_KINDS, rows)]
    first = required or leading
    positional: List[inspect.Parameter] = []
    others: List[inspect.Parameter] = []
    for row in sorted(rows, key=lambda row: row["name"] not in first):
        is_first = row["name"] in first
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if is_first else inspect.Parameter.KEYWORD_ONLY
        default = inspect.Parameter.empty if row["required"] else default_of(row)
        (positional if is_first else others).append(inspect.Parameter(keyword_of(row["name"]), kind, default=default))
    return inspect.Signature(positional + others)


def _class_of(family: Mapping[str, Any]) -> Type[Problem]:
    rows = family["options"]
    name = "".join(word.capitalize() for word in family["name"].split("-"))
    text = "\n\n".join([family["summary"][:1].upper() + family["summary"][1:] + ".", "Parameters\n----------\n" +
                        "\n".join(describe(row) for row in rows), "On the command line\n-------------------\n" + family["help"]])
    return type(name, (Problem,), {"__doc__": text, "__module__": "nadir", "family": family["name"],
                                   "summary": family["summary"], "_rows": rows, "__signature__": _signature_of(rows)})


def _make_again(name: str, parameters: Mapping[str, Any]) -> Problem:
    return family_classes()[name](**parameters)


_classes: Dict[str, Type[Problem]] = {}


def family_classes() -> Dict[str, Type[Problem]]:
    """The class of every family by its name: {"LinearNetwork": nadir.LinearNetwork, ...}."""
    if not _classes:
        for family in _nadir.families():
            made = _class_of(family)
            _classes[made.__name__] = made
    return _classes
