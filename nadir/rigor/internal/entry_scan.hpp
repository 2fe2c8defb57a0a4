// What one pass over the entries of a matrix tells about the roundings a product with it can make.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

struct EntryScan {
  bool is_finite = true;
  double largest = 0.0;           // max |a|
  double smallest = 0.0;          // min |a| over the entries that are not zero; infinity if all are
  bool has_granularity = false;   // are all entries multiples of 2^granularity, with |a| <= 2^(granularity + 53)?
  int granularity = 0;
};

EntryScan scan_entries(ConstMatrixView A);

// Does an inner product of `terms` terms, one factor from each matrix, round nowhere, in whatever order?
// True if every partial sum is an integer multiple, below 2^53, of a representable power of two.
bool product_is_exact(const EntryScan& a, const EntryScan& b, Index terms);

}  // namespace nadir::internal
