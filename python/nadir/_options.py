"""Options from Python values: turned into the texts that the C++ side parses, ranges and choices included.

Names, defaults and help have one home, the rows that the families and the driver declare; what is here turns values
into the words that a person would type on the command line.
"""

from __future__ import annotations

import os
from typing import Any, Mapping

import numpy


def option_text(name: str, value: Any) -> str:
    """2 -> "2", [32, 16] -> "32,16", True -> "true"."""
    if isinstance(value, (bool, numpy.bool_)):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (int, numpy.integer)):
        return str(int(value))
    if isinstance(value, (float, numpy.floating)):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    if isinstance(value, (list, tuple, range)) or (isinstance(value, numpy.ndarray) and value.ndim <= 1):
        return ",".join(option_text(name, item) for item in numpy.asarray(value).reshape(-1).tolist())
    raise TypeError(f"{name}: expected a number, a word or a list of numbers, found {type(value).__name__}")


def option_texts(options: Mapping[str, Any]) -> dict[str, str]:
    """All that are given; None means left at its default."""
    return {name.rstrip("_"): option_text(name, value) for name, value in options.items() if value is not None}
