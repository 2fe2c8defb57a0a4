// Observed entries of a matrix: ratings, measurements, links. The ending of the name picks the format.
//
//     .csv, .tsv   row id, column id, value in the first three columns; ids are any text; with or without a header;
//                  more columns are passed over
//     .mtx         Matrix Market; rows and columns are counted, not named; of a dense file every entry counts
//     .npz         a sparse matrix as scipy.sparse.save_npz writes it: csr, csc or coo
//
// any of the text formats also with .gz behind it. What a position that comes twice means is not decided here: both
// entries are given, with their lines.
#pragma once

#include <string>

#include "nadir/core/data_file.hpp"

namespace nadir {

// Entries without path and fingerprint. Throws InputError naming the file and the line (or the array of the
// archive) for what is missing, malformed, not finite, out of range, or when there is no entry at all.
DataEntries read_entries(const std::string& path);

}  // namespace nadir
