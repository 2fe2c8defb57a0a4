#include "nadir/core/problem.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {

void Expansion::apply_preconditioner(ConstMatrixView V, MatrixView out) const {
  for (Index j = 0; j < V.cols; ++j) std::copy_n(V.col(j), V.rows, out.col(j));
}

double Expansion::gradient_scale() const { return std::fmax(1.0, std::fabs(value())); }

}  // namespace nadir
