#include "nadir/core/point.hpp"

#include <algorithm>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {

void Layout::add(std::string name, Index rows, Index cols) {
  if (name.empty() || find(name)) throw InputError("block " + name, "a new, non-empty name", "'" + name + "'");
  if (rows <= 0 || cols <= 0)
    throw InputError("block " + name, "positive dimensions", std::to_string(rows) + " x " + std::to_string(cols));
  // Beyond this, offsets in bytes no longer fit an Index, long before memory ends.
  constexpr Index most = std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(double));
  if (cols > (most - dimension_) / rows)
    throw InputError("block " + name, "fewer than 2^60 numbers in all",
                     std::to_string(rows) + " x " + std::to_string(cols));
  blocks_.push_back({std::move(name), rows, cols, dimension_});
  dimension_ += rows * cols;
}

const BlockShape* Layout::find(std::string_view name) const {
  const auto it = std::find_if(blocks_.begin(), blocks_.end(), [&](const BlockShape& b) { return b.name == name; });
  return it == blocks_.end() ? nullptr : &*it;
}

MatrixView Layout::block(std::span<double> x, std::size_t i) const {
  assert(static_cast<Index>(x.size()) == dimension_);
  const BlockShape& b = blocks_[i];
  return {x.data() + b.offset, b.rows, b.cols};
}

ConstMatrixView Layout::block(std::span<const double> x, std::size_t i) const {
  assert(static_cast<Index>(x.size()) == dimension_);
  const BlockShape& b = blocks_[i];
  return {x.data() + b.offset, b.rows, b.cols};
}

}  // namespace nadir
