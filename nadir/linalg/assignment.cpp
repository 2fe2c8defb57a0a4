#include "nadir/linalg/assignment.hpp"

#include <limits>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr Index nobody = -1;

// Rows are added one at a time; a path of reduced costs zero leads each to a free column. Columns are counted from 0, and n
// stands for the place from which a path sets out.
class Assignment {
 public:
  explicit Assignment(ConstMatrixView cost)
      : cost_(transpose(cost)), n_(cost.rows), of_row_(size(n_), 0.0), of_column_(size(n_ + 1), 0.0), row_(size(n_ + 1), nobody), before_(size(n_ + 1), nobody) {}

  void add(Index row) {
    row_[size(n_)] = row;
    for (Index column = free_column(); column != n_; column = before_[size(column)]) row_[size(column)] = row_[size(before_[size(column)])];
  }

  std::vector<Index> columns() const {
    std::vector<Index> column(size(n_));
    for (Index j = 0; j < n_; ++j) column[size(row_[size(j)])] = j;
    return column;
  }

 private:
  static std::size_t size(Index i) { return static_cast<std::size_t>(i); }

  // Dijkstra's method on reduced costs; `before_` holds the path. Of columns equally near a free one ends it.
  Index free_column() {
    Vector least(size(n_), std::numeric_limits<double>::infinity());
    std::vector<bool> is_reached(size(n_ + 1), false);
    Index column = n_;
    while (row_[size(column)] != nobody) {
      is_reached[size(column)] = true;
      const Index row = row_[size(column)];
      double shortest = std::numeric_limits<double>::infinity();
      Index next = nobody;
      for (Index j = 0; j < n_; ++j) {
        if (is_reached[size(j)]) continue;
        const double reduced = cost_(j, row) - of_row_[size(row)] - of_column_[size(j)];
        if (reduced < least[size(j)]) least[size(j)] = reduced, before_[size(j)] = column;
        const bool is_as_near = next != nobody && least[size(j)] == shortest && row_[size(j)] == nobody && row_[size(next)] != nobody;
        if (next == nobody || least[size(j)] < shortest || is_as_near) shortest = least[size(j)], next = j;
      }
      for (Index j = 0; j <= n_; ++j) {
        if (is_reached[size(j)]) of_row_[size(row_[size(j)])] += shortest, of_column_[size(j)] -= shortest;
        else if (j < n_) least[size(j)] -= shortest;
      }
      column = next;
    }
    return column;
  }

  Matrix cost_;                // transposed: a row's costs lie side by side
  Index n_;
  Vector of_row_, of_column_;  // potentials: cost(i, j) - of_row_[i] - of_column_[j] >= 0
  std::vector<Index> row_;     // of each column
  std::vector<Index> before_;  // on the path to each column
};

}  // namespace

std::vector<Index> least_assignment(ConstMatrixView cost) {
  if (cost.rows != cost.cols) throw InputError("least_assignment cost", "a square matrix", std::to_string(cost.rows) + " x " + std::to_string(cost.cols));
  if (!all_finite(cost)) throw InputError("least_assignment cost", "finite numbers", "one that is not");
  Assignment assignment(cost);
  for (Index i = 0; i < cost.rows; ++i) assignment.add(i);
  return assignment.columns();
}

}  // namespace nadir
