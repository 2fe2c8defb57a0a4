"""Writes nadir/_families.pyi: what static type checkers see of the families' classes, which are made when the module is loaded.

    python3 make_stub.py FILE        with the built package on PYTHONPATH

Names, order, kinds and defaults of parameters are those of the classes' own signatures, and these come from the rows that
the command line's help comes from.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any, Mapping, Type

HEAD = '''"""The families' classes for type checkers. Made by make_stub.py when the module is built."""

from os import PathLike
from typing import Any, ClassVar, List, Literal, Mapping, Optional, Protocol, Sequence, Tuple, Union

from numpy.typing import ArrayLike

from ._problem import Problem

class SupportsToCoo(Protocol):
    """A sparse matrix of SciPy."""
    def tocoo(self) -> Any: ...

File = Union[str, PathLike[str]]
Blocks = Union[Mapping[str, ArrayLike], File]
Entries = Union[SupportsToCoo, Tuple[ArrayLike, ArrayLike, ArrayLike], ArrayLike, File]
'''

TYPES = {"bool": "bool", "int": "int", "float": "float", "str": "Union[str, int, float]", "ints": "Union[int, Sequence[int]]",
         "floats": "Union[float, Sequence[float]]", "matrix": "Union[ArrayLike, File]", "array": "Union[ArrayLike, File]",
         "tensor": "Union[ArrayLike, File]", "blocks": "Blocks", "network": "Blocks", "entries": "Entries"}


def type_of(row: Mapping[str, Any]) -> str:
    text = f"Literal[{', '.join(map(repr, row['choices']))}]" if row["choices"] else TYPES.get(row["kind"], "Any")
    return text if row["required"] else f"Optional[{text}]"  # None stands for the default


def class_stub(name: str, family: "Type[Any]", keyword_of: Any) -> str:
    rows = {keyword_of(row["name"]): row for row in family._rows}
    parts = ["self"]
    is_keyword_only = False
    for parameter in family.__signature__.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not is_keyword_only:
            parts.append("*")
            is_keyword_only = True
        default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
        parts.append(f"{parameter.name}: {type_of(rows[parameter.name])}{default}")
    arguments = ",\n        ".join(parts)
    return (f"\nclass {name}(Problem):\n    {family.summary[:1].upper() + family.summary[1:]!r}\n"
            f"    family: ClassVar[str]\n    summary: ClassVar[str]\n    def __init__(\n        {arguments},\n    ) -> None: ...\n")


def stub() -> str:
    from nadir._problem import family_classes, keyword_of

    classes = family_classes()
    bodies = [class_stub(name, family, keyword_of) for name, family in classes.items()]
    return HEAD + "".join(bodies) + f"\n__all__: List[str] = [{', '.join(map(repr, classes))}]\n"


def main() -> None:
    try:
        text = stub()
    except ImportError as missing:  # the build itself needs no NumPy
        print(f"no stub of the families for type checkers: {missing}")
        return
    Path(sys.argv[1]).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
