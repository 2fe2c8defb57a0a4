// Data files of options, read into the fields that name them: the one place that knows how each kind is read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

// Loads every data option that names a file and has no values yet: a DataMatrix as samples (an n x d file
// becomes d x n) or, where the row says so, as written; DataBlocks block by block as written; a DataArray as
// written; DataEntries from ratings (io/entries.hpp); a DataNetwork from ONNX or .npz (io/network.hpp); a
// DataTensor dense or sparse (io/tensor_file.hpp), NaN standing for missing entries. Sets the
// fingerprint of the file's bytes (not of files that it names in turn). Data whose values are there already keep them.
//
// Throws InputError naming option, file, row and column for a file that is missing, damaged, empty, or holds
// NaN (but a tensor) or infinity.
void load_data(const OptionList& rows);

// Reads the values of one data option from `path`, whatever path its field names.
void load_values(const OptionRow& row, const std::string& path);

// Shapes of what is loaded, by block and as in the file (samples are rows); a single array has the name "". Of
// entries: rows, columns and their number; of a network: W1, b1, W2, ... Empty for a row that is no data.
std::map<std::string, std::vector<Index>> data_shapes(const OptionRow& row);

}  // namespace nadir
