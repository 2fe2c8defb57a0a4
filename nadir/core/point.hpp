// Points: values for all parameter blocks of a problem, each block a named matrix.
//
// A point is one flat vector, so that solvers need not know blocks; the layout says where each block
// lies in it. Blocks are column-major and follow one another without gaps.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct BlockShape {
  std::string name;  // as in files: "W1", "U"
  Index rows = 0, cols = 0;
  Index offset = 0;  // of its first entry in the flat vector

  Index size() const { return rows * cols; }
  friend bool operator==(const BlockShape&, const BlockShape&) = default;
};

// The names and shapes of a problem's blocks, in order.
class Layout {
 public:
  // Appends a block. Throws InputError when the name is taken or empty, or a dimension is not positive.
  void add(std::string name, Index rows, Index cols);

  Index dimension() const { return dimension_; }
  std::size_t num_blocks() const { return blocks_.size(); }
  const BlockShape& operator[](std::size_t i) const { return blocks_[i]; }
  const std::vector<BlockShape>& blocks() const { return blocks_; }
  const BlockShape* find(std::string_view name) const;

  // Block i of a flat vector with this layout.
  MatrixView block(std::span<double> x, std::size_t i) const;
  ConstMatrixView block(std::span<const double> x, std::size_t i) const;

  friend bool operator==(const Layout&, const Layout&) = default;

 private:
  std::vector<BlockShape> blocks_;
  Index dimension_ = 0;
};

struct Point {
  Layout layout;
  Vector values;

  Point() = default;
  explicit Point(Layout l) : layout(std::move(l)), values(static_cast<std::size_t>(layout.dimension()), 0.0) {}

  MatrixView block(std::size_t i) { return layout.block(std::span<double>(values), i); }
  ConstMatrixView block(std::size_t i) const { return layout.block(std::span<const double>(values), i); }
};

}  // namespace nadir
