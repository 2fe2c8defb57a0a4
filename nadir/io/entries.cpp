#include "nadir/io/entries.hpp"

#include "nadir/base/error.hpp"
#include "nadir/io/matrix_market.hpp"

namespace nadir {

DataEntries read_entries(const std::string& path) {
  if (!path.ends_with(".mtx")) throw InputError(path, "a Matrix Market file (.mtx)", "another ending");
  SparseMatrix matrix = read_matrix_market(path);
  require_finite(matrix, path);
  DataEntries entries;
  entries.rows = matrix.rows;
  entries.cols = matrix.cols;
  entries.row_index = std::move(matrix.row_index);
  entries.col_index = std::move(matrix.col_index);
  entries.values = std::move(matrix.values);
  return entries;
}

}  // namespace nadir
