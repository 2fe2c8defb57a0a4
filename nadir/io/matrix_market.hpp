// Matrix Market files (.mtx) [BoisvertPozoRemington1996]: sparse and dense matrices as text.
//
// Read: `coordinate` and `array`; `real`, `integer` and `pattern` (all ones); `general`, `symmetric` and
// `skew-symmetric`, of which the file holds the lower triangle and we give back both. Integers must be below
// 2^53 in magnitude. Refused: complex and hermitian matrices, entries above the diagonal of a symmetric one,
// entries on the diagonal of a skew-symmetric one, and, unless the caller wants both, an entry given twice,
// which some programs add up and others overwrite.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// Entry k is values[k] at (row_index[k], col_index[k]), counted from 0, in the order of the file. Where the
// file is symmetric, an entry's mirror image follows it. A dense file gives all its entries, zeros included:
// each of them is an observed number.
struct SparseMatrix {
  Index rows = 0, cols = 0;
  std::vector<Index> row_index, col_index;
  Vector values;
  std::vector<std::int64_t> lines;  // of the file, from 1: where entry k stands, or its mirror image

  Index num_entries() const { return static_cast<Index>(values.size()); }
};

// What becomes of an entry that is given twice.
enum class Repeats { refused, kept };

// Throws InputError with the file and the line, counted from 1.
SparseMatrix read_matrix_market(const std::string& path, Repeats repeats = Repeats::refused);

// From memory; `place` stands for the file in messages.
SparseMatrix parse_matrix_market(std::string_view text, const std::string& place,
                                 Repeats repeats = Repeats::refused);

// Throws InputError naming row and column, counted from 1 as in the file, of the first value that is not
// finite.
void require_finite(const SparseMatrix& sparse, const std::string& place);

// Entries that are not given are zero; of one that was kept twice the last counts. Throws InputError when the
// matrix would not fit into this machine's memory.
Matrix to_dense(const SparseMatrix& sparse, const std::string& place);

}  // namespace nadir
