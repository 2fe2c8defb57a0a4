// Data files of options, read into the fields that name them.
#pragma once

#include <string>

#include "nadir/core/options.hpp"

namespace nadir {

// Loads every data option that names a file and has no values yet: a DataMatrix as samples (an n x d file
// becomes d x n) or, where the row says so, as written; DataBlocks block by block as written. Sets the
// fingerprint of the file's bytes. Data whose values are there already keep them.
//
// Throws InputError naming option, file, row and column for a file that is missing, damaged, empty, or holds
// NaN or infinity.
void load_data(const OptionList& rows);

}  // namespace nadir
