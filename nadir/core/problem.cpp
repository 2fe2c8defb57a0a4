#include "nadir/core/problem.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/float_matrix.hpp"

namespace nadir {

void Expansion::apply_preconditioner(ConstMatrixView V, MatrixView out) const {
  for (Index j = 0; j < V.cols; ++j) std::copy_n(V.col(j), V.rows, out.col(j));
}

void Expansion::apply_hessian_roughly(ConstFloatView V, FloatView out) const {
  Matrix exact_v(V.rows, V.cols), exact_out(out.rows, out.cols);
  convert(V, exact_v);
  apply_hessian(exact_v, exact_out);
  convert(exact_out, out);
}

double Expansion::gradient_scale() const { return std::fmax(1.0, std::fabs(value())); }

}  // namespace nadir
