#include "nadir/problems/tucker/slice_expansion.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {

SliceExpansion::SliceExpansion(const Tucker& problem, const Expansion& whole, std::span<const double> x) : problem_(problem), whole_(whole) {
  const Layout& layout = problem.layout();
  for (std::size_t b = 1; b < layout.num_blocks(); ++b) Q_.push_back(qr(layout.block(x, b)).Q);
  const double core = frobenius_norm(layout.block(x, 0));
  if (core > 1e-100 && core < 1e100) core_scale_ = std::ldexp(1.0, std::ilogb(core));
  JacobianNorms J = jacobian_norms(problem.factors(x));
  J.core *= core_scale_;
  shift_ = J.all() > 0.0 ? J.all() * J.all() : 1.0;
}

void SliceExpansion::project(MatrixView V) const {
  for (Index c = 0; c < V.cols; ++c)
    for (std::size_t b = 0; b < Q_.size(); ++b) {
      const MatrixView block = problem_.layout().block(std::span<double>(V.col(c), static_cast<std::size_t>(V.rows)), b + 1);
      const Matrix along = product(Q_[b], Op::transpose, block, Op::none);
      multiply(-1.0, Q_[b], Op::none, along, Op::none, 1.0, block);
    }
}

void SliceExpansion::unscale(std::span<double> direction) const {
  scale(core_scale_, direction.first(static_cast<std::size_t>(problem_.layout()[0].size())));
}

void SliceExpansion::apply_hessian(ConstMatrixView V, MatrixView out) const {
  Matrix inside(V);
  project(inside);
  Matrix unscaled(inside);
  for (Index c = 0; c < V.cols; ++c) unscale({unscaled.col(c), static_cast<std::size_t>(V.rows)});
  whole_.apply_hessian(unscaled, out);
  project(out);
  for (Index c = 0; c < V.cols; ++c) unscale({out.col(c), static_cast<std::size_t>(V.rows)});
  for (Index c = 0; c < V.cols; ++c)
    for (Index i = 0; i < V.rows; ++i) out(i, c) += shift_ * (V(i, c) - inside(i, c));
}

bool has_independent_columns(const Tucker& problem, std::span<const double> x) {
  for (std::size_t b = 1; b < problem.layout().num_blocks(); ++b) {
    const Svd s = svd(problem.layout().block(x, b));
    if (!(s.values.back() > 1e-8 * s.values.front())) return false;
  }
  return true;
}

}  // namespace nadir
