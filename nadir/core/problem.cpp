#include "nadir/core/problem.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/float_matrix.hpp"

namespace nadir {
namespace {

class PlainRestriction : public Restriction {
 public:
  PlainRestriction(const ProblemRef& problem, std::span<const double> origin, ConstMatrixView directions)
      : problem_(problem), origin_(origin.begin(), origin.end()), directions_(directions) {}

  void values(ConstMatrixView coordinates, std::span<double> out) const override {
    Vector x(origin_.size());
    for (Index j = 0; j < coordinates.cols; ++j) {
      x = origin_;
      for (Index k = 0; k < coordinates.rows; ++k)
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += coordinates(k, j) * directions_(static_cast<Index>(i), k);
      out[static_cast<std::size_t>(j)] = problem_.value(x);
    }
  }

 private:
  ProblemRef problem_;
  Vector origin_;
  Matrix directions_;
};

}  // namespace

std::unique_ptr<Restriction> ProblemRef::restrict_to(std::span<const double> origin, ConstMatrixView directions) const {
  if (restrict_to_)
    if (std::unique_ptr<Restriction> shared = restrict_to_(object_, origin, directions)) return shared;
  return std::make_unique<PlainRestriction>(*this, origin, directions);
}

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
