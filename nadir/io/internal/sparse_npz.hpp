// Sparse matrices as scipy.sparse.save_npz writes them.
#pragma once

#include <string>

#include "nadir/core/data_file.hpp"
#include "nadir/io/npz.hpp"

namespace nadir::internal {

// Whether the archive's names are those of SciPy's layout; arrays under other names are a person's own.
bool has_sparse_layout(const NpzFile& file);

// Read: "csr", "csc" and "coo". The arrays are shape, data, format and, by format, indptr and indices, or row
// and col; others ("_is_array") are passed over. Entries come in the order of `data`; zeros that are stored
// count, and a position may come twice. Throws InputError with "file.npz:array" unless row pointers ascend
// from 0 to the number of entries, indices lie in the matrix, and values are finite.
DataEntries read_sparse_npz(const NpzFile& file, const std::string& place);

}  // namespace nadir::internal
