"""Arrays from users: what is accepted, and what is refused with which words. Nothing is copied that need not be."""

from __future__ import annotations

from typing import Any

import numpy


def real_array(value: Any, name: str) -> numpy.ndarray:
    """Doubles in C order. An array that is so already is taken as it is; numbers of other kinds are converted."""
    if numpy.ma.is_masked(value):
        raise ValueError(f"{name}: expected an array without masked entries")
    try:
        array = numpy.asarray(value)
    except ValueError as ragged:  # lists of other lengths, say
        raise ValueError(f"{name}: expected an array of numbers; NumPy says: {ragged}") from None
    if array.dtype.kind == "c":
        raise TypeError(f"{name}: expected real numbers, found {array.dtype}")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name}: expected an array of numbers, found {array.dtype} ({type(value).__name__})")
    return numpy.ascontiguousarray(array, dtype=numpy.float64).reshape(array.shape)


def require_finite(array: numpy.ndarray, name: str) -> numpy.ndarray:
    """The array, or a ValueError that names the first entry that is not finite."""
    is_finite = numpy.isfinite(array)
    if not is_finite.all():
        place = tuple(int(i) for i in numpy.argwhere(~is_finite)[0])
        raise ValueError(f"{name}: expected finite numbers, found {array[place]} at {list(place)}")
    return array


def real_vector(value: Any, name: str) -> numpy.ndarray:
    """A one-dimensional array of finite doubles with at least one entry; a single number is one."""
    array = real_array(value, name)
    if array.ndim > 1:
        raise ValueError(f"{name}: expected a one-dimensional array, found shape {array.shape}")
    array = array.reshape(-1)
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one number, found an empty array")
    return require_finite(array, name)
