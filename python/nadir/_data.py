"""Data of a problem: arrays in hand, sparse matrices, rating triples, or the name of a file.

Arrays of doubles in C order (tensors: also 32-bit floats, also in Fortran order) are shared with the C++ side and never
copied; others are converted once. Whoever changes an array changes the problem, as with scikit-learn and SciPy; a run that
finds its data changed at its end raises ValueError instead of a verdict. A run that writes a folder stores the data in it,
under data/, with the digest that they had when it began, so that `verify` finds what it has to check, and notices what is
not that.
"""

from __future__ import annotations

import hashlib
import io
import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import numpy

from ._arrays import real_array, require_finite


class _Hasher:
    """A file that keeps nothing but a digest and a length of what is written to it."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self._digest.update(view)
        return view.nbytes

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


class Data:
    """One data option: what the C++ side is given, and the file that a run folder keeps of it."""

    def __init__(self, keyword: str, values: Dict[str, Any], ending: str, write: Callable[[Any], None]) -> None:
        self.keyword = keyword
        self._values = values
        self._ending = ending
        self._write = write

    def for_memory(self) -> Dict[str, Any]:
        return {"path": self.keyword, "sha256": "", **self._values}

    def for_folder(self) -> Dict[str, Any]:
        hasher = _Hasher()
        self._write(hasher)
        return {"path": self._name(), "sha256": hasher.hexdigest(), **self._values}

    def ids(self) -> Tuple[List[str], List[str]]:
        """The names of rows and columns, of entries that have names."""
        return self._values["row_ids"], self._values["column_ids"]

    def save(self, folder: str) -> None:
        path = os.path.join(folder, self._name())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            self._write(file)

    def _name(self) -> str:
        return f"data/{self.keyword}.{self._ending}"


def _write_npy(array: numpy.ndarray) -> Callable[[Any], None]:
    """Of an array in C or Fortran order; its bytes go into the file as they are."""

    def write(file: Any) -> None:
        numpy.lib.format.write_array_header_1_0(file, numpy.lib.format.header_data_from_array_1_0(array))
        if array.size:
            file.write((array if array.flags.c_contiguous else array.T).data.cast("B"))

    return write


def _write_npz(arrays: Mapping[str, Any]) -> Callable[[Any], None]:
    def write(file: Any) -> None:
        buffer = io.BytesIO()
        numpy.savez(buffer, **arrays)
        file.write(buffer.getbuffer())

    return write


def _matrix(value: Any, keyword: str) -> Data:
    if hasattr(value, "tocoo"):
        raise TypeError(f"{keyword}: expected a dense array, found {type(value).__name__}; .toarray() makes it one")
    array = require_finite(real_array(value, keyword), keyword)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{keyword}: expected an array with a row a sample, found shape {array.shape}")
    return Data(keyword, {"values": array}, "npy", _write_npy(array))


def _any_array(value: Any, keyword: str) -> Data:
    array = require_finite(real_array(value, keyword), keyword)
    if array.ndim == 0 or array.size == 0:
        raise ValueError(f"{keyword}: expected an array with entries, found shape {array.shape}")
    return Data(keyword, {"values": array}, "npy", _write_npy(array))


def _tensor(value: Any, keyword: str) -> Data:
    if isinstance(value, numpy.ma.MaskedArray):  # what is masked is missing
        value = numpy.ma.filled(value.astype(float), numpy.nan)
    array = numpy.asarray(value)
    is_shared = array.dtype in (numpy.float32, numpy.float64) and array.dtype.isnative and array.flags.aligned
    if not (is_shared and (array.flags.c_contiguous or array.flags.f_contiguous)):
        array = array.copy(order="C") if array.dtype == numpy.float32 else real_array(array, keyword)
    require_finite(array, keyword, may_miss=True)
    if not 1 <= array.ndim <= 8 or array.size == 0:
        raise ValueError(f"{keyword}: expected an array of 1 to 8 modes with entries, found shape {array.shape}")
    return Data(keyword, {"values": array}, "npy", _write_npy(array))


def _blocks(value: Any, keyword: str) -> Data:
    if not isinstance(value, Mapping):
        raise TypeError(f"{keyword}: expected a dict of arrays or a file, found {type(value).__name__}")
    arrays = {}
    for name, block in value.items():
        place = f"{keyword}[{name!r}]"
        array = require_finite(real_array(block, place), place)
        if array.ndim != 2 or array.size == 0:
            raise ValueError(f"{place}: expected a matrix with entries, found shape {array.shape}")
        arrays[str(name)] = array
    if not arrays:
        raise ValueError(f"{keyword}: expected at least one block, found none")
    return Data(keyword, {"values": arrays}, "npz", _write_npz(arrays))


def _network(value: Any, keyword: str) -> Data:
    if not isinstance(value, Mapping):
        raise TypeError(f"{keyword}: expected a dict W1, b1, W2, ... or a file, found {type(value).__name__}")
    arrays = {}
    for name, block in value.items():
        place = f"{keyword}[{name!r}]"
        array = require_finite(real_array(block, place), place)
        is_weight = str(name).startswith("W")
        if array.size == 0 or array.ndim > 2 or (is_weight and array.ndim != 2):
            raise ValueError(f"{place}: expected {'a matrix' if is_weight else 'a vector'}, found shape {array.shape}")
        arrays[str(name)] = array if is_weight else array.reshape(-1)
    return Data(keyword, {"values": arrays}, "npz", _write_npz(arrays))


def _entries(value: Any, keyword: str) -> Data:
    if hasattr(value, "tocoo"):
        return _sparse(value, keyword)
    if isinstance(value, (tuple, list)) and len(value) == 3:
        return _triples(value, keyword)
    if isinstance(value, numpy.ma.MaskedArray):  # what is masked is missing
        value = numpy.ma.filled(value.astype(float), numpy.nan)
    array = real_array(value, keyword)
    if array.ndim != 2:
        raise TypeError(f"{keyword}: expected a sparse matrix, (rows, columns, values), a two-dimensional array with NaN "
                        f"for what is missing, or a file; found {type(value).__name__} of shape {array.shape}")
    is_observed = ~numpy.isnan(array)
    row, column = numpy.nonzero(is_observed)
    values = require_finite(array[is_observed], keyword)
    _require_some(values, keyword)
    fields = _entry_fields((array.shape[0], array.shape[1]), row, column, values, [], [])
    return Data(keyword, fields, "npy", _write_npy(array))


def _require_some(values: numpy.ndarray, keyword: str) -> None:
    if values.size == 0:
        raise ValueError(f"{keyword}: expected at least one observed entry, found none")


def _entry_fields(shape: Tuple[int, int], row: Any, column: Any, values: Any, row_ids: List[str],
                  column_ids: List[str]) -> Dict[str, Any]:
    return {"shape": (int(shape[0]), int(shape[1])), "row": row, "column": column, "values": values,
            "row_ids": row_ids, "column_ids": column_ids}


def _sparse(value: Any, keyword: str) -> Data:
    matrix = value.tocoo(copy=False)
    if len(matrix.shape) != 2:
        raise ValueError(f"{keyword}: expected two dimensions, found shape {matrix.shape}")
    values = real_array(matrix.data, keyword)
    require_finite(values, keyword)
    _require_some(values, keyword)
    arrays = {"row": matrix.row, "col": matrix.col, "format": numpy.array(b"coo"),
              "shape": numpy.array(matrix.shape, dtype=numpy.int64), "data": values}
    return Data(keyword, _entry_fields(matrix.shape, matrix.row, matrix.col, values, [], []), "npz", _write_npz(arrays))


def _is_integer(ids: numpy.ndarray) -> bool:
    return ids.dtype.kind in "iu"


def _ids(values: Any, place: str) -> Tuple[List[str], numpy.ndarray]:
    """Names in ascending order, as numbers where all are integers and by bytes otherwise, and the index of each."""
    ids = numpy.asarray(values)
    if ids.ndim != 1:
        raise ValueError(f"{place}: expected a one-dimensional array of ids, found shape {ids.shape}")
    if ids.dtype.kind == "f" and ids.size and numpy.isfinite(ids).all() and (ids == numpy.floor(ids)).all():
        ids = ids.astype(numpy.int64)
    if not _is_integer(ids):
        if ids.dtype.kind not in "OUS":
            raise TypeError(f"{place}: expected ids, integers or text, found {ids.dtype}")
        ids = numpy.array([i.decode() if isinstance(i, bytes) else str(i) for i in ids.tolist()], dtype=object)
    names, index = numpy.unique(ids, return_inverse=True)
    texts = [str(name) for name in names.tolist()]
    for text in texts:
        if not text or any(c in text for c in "\r\n\0"):
            raise ValueError(f"{place}: expected ids of at least one character on one line, found {text!r}")
    if not _is_integer(ids) and all(_reads_as_integer(text) for text in texts):
        order = sorted(range(len(texts)), key=lambda k: int(texts[k]))  # as a file with these ids is read
        rank = numpy.empty(len(order), dtype=numpy.int64)
        rank[order] = numpy.arange(len(order))
        texts, index = [texts[k] for k in order], rank[index]
    return texts, index


def _reads_as_integer(text: str) -> bool:
    digits = text[1:] if text.startswith("-") else text
    return digits.isascii() and digits.isdigit() and str(int(text)) == text and -(2**63) <= int(text) < 2**63


def _triples(value: Any, keyword: str) -> Data:
    values = require_finite(real_array(value[2], f"{keyword}[2]"), f"{keyword}[2]")
    _require_some(values, keyword)
    row_ids, row = _ids(value[0], f"{keyword}[0]")
    column_ids, column = _ids(value[1], f"{keyword}[1]")
    if values.ndim != 1 or not row.size == column.size == values.size:
        raise ValueError(f"{keyword}: expected as many rows and columns as values, found {row.size}, {column.size} and "
                         f"{values.size}")
    _require_some(values, keyword)

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in '",') or text != text.strip() else text

    def write(file: Any) -> None:
        rows, columns = [quoted(i) for i in row_ids], [quoted(i) for i in column_ids]
        chunk = 1 << 16
        file.write(b"row,column,value\n")
        for k in range(0, values.size, chunk):
            lines = [f"{rows[i]},{columns[j]},{x!r}\n" for i, j, x in
                     zip(row[k : k + chunk].tolist(), column[k : k + chunk].tolist(), values[k : k + chunk].tolist())]
            file.write("".join(lines).encode())

    shape = (len(row_ids), len(column_ids))
    return Data(keyword, _entry_fields(shape, row, column, values, row_ids, column_ids), "csv", write)


_KINDS = {"matrix": _matrix, "array": _any_array, "tensor": _tensor, "blocks": _blocks, "network": _network,
          "entries": _entries}


def is_path(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike))


def path_text(value: Any, keyword: str) -> str:
    """The path, or FileNotFoundError; "file.npz:name" names an array in an archive."""
    text = os.fspath(value)
    if not isinstance(text, str):
        raise TypeError(f"{keyword}: expected a path as text, found {type(text).__name__}")
    head, separator, _ = text.rpartition(":")
    if not os.path.exists(text) and not (separator and os.path.exists(head)):
        raise FileNotFoundError(2, f"{keyword}: no such file", text)
    return text


def data_of(value: Any, kind: str, keyword: str) -> Optional[Data]:
    """What is in hand, checked; None for a path."""
    if is_path(value):
        path_text(value, keyword)
        return None
    if kind not in _KINDS:
        raise TypeError(f"{keyword}: expected a file, found {type(value).__name__}")
    return _KINDS[kind](value, keyword)
