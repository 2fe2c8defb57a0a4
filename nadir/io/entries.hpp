// Observed entries of a matrix: ratings, measurements, links. The ending of the name picks the format.
//
//     .csv, .tsv   row id, column id, value in the first three columns; ids are any text; with or without a header;
//                  more columns are passed over
//     .txt         the same with words between spaces or tabs, as libmf has it
//     .mtx         Matrix Market; rows and columns are counted, not named; of a dense file every entry counts
//     .npz         a sparse matrix as scipy.sparse.save_npz writes it: csr, csc or coo; what it stores is observed,
//                  zeros included, and nothing else
//     .npy, .npz, .npz:NAME   a dense array with two dimensions: what is not NaN is observed
//
// any of them but .npz also with .gz behind it. What a position that comes twice means is not decided here: both
// entries are given, with their lines. Nor is a size: a file may speak of 10^15 rows, and who allocates by rows
// must look first.
//
// Text (.csv, .tsv, .txt): fields may stand in double quotes, with "" for a quote; LF or CRLF; blank lines only at
// the end. The first row is a header exactly when its third field is not a number. Ids that differ as text are
// different ids; they count as integers when all of a side are written as Python prints an int of 64 bits, so
// that 007 is text. A side of integers is sorted as numbers, any other by bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "nadir/core/data_file.hpp"

namespace nadir {

// Entries without path and fingerprint. Throws InputError naming the file and the line (or the array of the
// archive) for what is missing, malformed, not finite, out of range, or when there is no entry at all.
DataEntries read_entries(const std::string& path);

// The same from bytes in memory, under the name they would have as a file; the fuzz target's door.
DataEntries parse_entries(std::span<const std::byte> bytes, const std::string& path);

}  // namespace nadir
