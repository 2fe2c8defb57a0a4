// Data in hand for the options that name files: arrays instead of what io/data_files.hpp would read.
//
// Arrays of doubles in C order are shared with NumPy, not copied, and kept alive by whoever shares them; others are
// converted once. What changes an array changes the data: a run tells by fingerprints.
#pragma once

#include <cstdint>
#include <string>

#include "nadir/core/options.hpp"
#include "python/bindings/convert.hpp"

namespace nadir::python {

// "bool", "int", "float", "str", "ints", "floats", or of data "matrix", "blocks", "array", "entries", "network",
// "tensor".
std::string option_kind(const OptionRow& row);

// Fills the data option. `data` has "path" (what messages call it, and where the file of a run folder will be) and
// "sha256" (of that file; empty without one), and beside them
//   matrix   "values": two-dimensional, a row a sample
//   array    "values": any shape
//   tensor   "values": doubles or 32-bit floats, in C or Fortran order
//   blocks   "values": {name: two-dimensional array}
//   network  "values": {"W1": ..., "b1": ..., ...}
//   entries  "shape", "row", "column", "values", "row_ids", "column_ids"
// Values are finite, which Python has checked; NaN in a tensor is a missing entry. Throws InputError for shapes that do not fit.
void fill(const OptionRow& row, const py::dict& data);

// Of all that the row's data share with NumPy: another one, up to chance, after any of it changed. One pass over them.
std::uint64_t fingerprint(const OptionRow& row);

}  // namespace nadir::python
