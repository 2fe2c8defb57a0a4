// .tns: a sparse tensor as text, the format of FROSTT [SmithChoiLiVuduParkLiuKarypis2017].
//
//     # a comment
//     1 1 3 5.0
//     2 1 1 -1e3
//
// One entry a line: an index for each mode, counted from 1, and the value. The first entry says how many modes there
// are (1 to 8); extents are the largest indices. Blank lines and what stands behind '#' are passed over.
#pragma once

#include <string>
#include <string_view>

#include "nadir/core/data_file.hpp"

namespace nadir {

// Entries in the order of C, without path and fingerprint; `place` stands for the file. Throws InputError naming the
// line for an index that is not a whole number from 1 to 2^31 - 1, a value that is not a finite number, a line with
// another number of words than the first, a place that comes twice, and a file without entries.
DataTensor parse_tns(std::string_view text, const std::string& place);

}  // namespace nadir
