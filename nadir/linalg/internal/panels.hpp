// How a large product C = op(A) op(B) is cut: into panels of columns or rows of C whose width depends on its size only,
// each by one call of single-threaded BLAS. So the bits do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <functional>

#include "nadir/linalg/dense.hpp"

namespace nadir::internal {

// Products below this many multiplications run on one thread: two threads cost more than they bring.
inline constexpr double parallel_threshold = 2.0e6;
inline constexpr Index panel_width = 128;

// work(0), ..., work(panels - 1), each by one thread.
void for_each_panel(Index panels, const std::function<void(Index)>& work);

// gemm(part of A, part of B, part of C) for every panel.
template <Index width = panel_width, class ConstView, class View, class Gemm>
void in_panels(ConstView A, Op op_a, ConstView B, Op op_b, View C, Index k, const Gemm& gemm) {
  const double work = static_cast<double>(C.rows) * static_cast<double>(C.cols) * static_cast<double>(k);
  if (work < parallel_threshold || (C.cols <= width && C.rows <= width)) return gemm(A, B, C);
  if (C.cols >= C.rows) {  // panels of columns
    const Index panels = (C.cols + width - 1) / width;
    for_each_panel(panels, [&](Index p) {
      const Index first = p * width, count = std::min(width, C.cols - first);
      gemm(A, op_b == Op::none ? B.columns(first, count) : B.block(first, 0, count, B.cols), C.columns(first, count));
    });
  } else {  // panels of rows
    const Index panels = (C.rows + width - 1) / width;
    for_each_panel(panels, [&](Index p) {
      const Index first = p * width, count = std::min(width, C.rows - first);
      gemm(op_a == Op::none ? A.block(first, 0, count, A.cols) : A.columns(first, count), B, C.block(first, 0, count, C.cols));
    });
  }
}

}  // namespace nadir::internal
