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
    doubles = numpy.ascontiguousarray(array, dtype=numpy.float64).reshape(array.shape)
    return doubles if doubles.flags.aligned else doubles.copy()


def require_finite(array: numpy.ndarray, name: str, may_miss: bool = False) -> numpy.ndarray:
    """The array, or a ValueError that names the first entry that is not finite. With may_miss NaN is fine."""
    order = "F" if array.flags.f_contiguous else "C"
    flat = array.reshape(-1, order=order)
    chunk = 1 << 16  # no mask as large as the array
    for first in range(0, flat.size, chunk):
        part = flat[first : first + chunk]
        is_fine = ~numpy.isinf(part) if may_miss else numpy.isfinite(part)
        if is_fine.all():
            continue
        at = first + int(numpy.argmin(is_fine))
        place = [int(i) for i in numpy.unravel_index(at, array.shape, order=order)]
        raise ValueError(f"{name}: expected finite numbers, found {flat[at]} at {place}")
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
