#include "nadir/problems/matrix_sensing/enclosure.hpp"

#include <algorithm>

#include "nadir/problems/matrix_sensing/enclosed_map.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

const Interval half{0.5, 0.5}, two{2.0, 2.0};

// [A, B]
BallMatrix beside(const BallMatrix& A, const BallMatrix& B) {
  BallMatrix result(A.rows(), A.cols() + B.cols());
  std::copy_n(A.mid.data(), A.mid.size(), result.mid.data());
  std::copy_n(A.rad.data(), A.rad.size(), result.rad.data());
  std::copy_n(B.mid.data(), B.mid.size(), result.mid.data() + A.mid.size());
  std::copy_n(B.rad.data(), B.rad.size(), result.rad.data() + A.rad.size());
  return result;
}

Interval norm_squared(const BallMatrix& A) { return enclose_frobenius_norm_squared(A); }

}  // namespace

SensingEnclosure::SensingEnclosure(const MatrixSensing& problem, std::span<const double> x, std::span<const double> displacement)
    : problem_(problem), here_(factors(x)) {
  if (!displacement.empty()) {
    const Factors shift = factors(displacement);
    here_ = {add(here_.U, shift.U), add(here_.V, shift.V)};
  }
  const SensingData& d = problem.data();
  residual_ = subtract(measure(here_.U, here_.V), exact({d.y.data(), d.num_measurements, 1}));
  value_ = half * norm_squared(residual_);
  if (d.lambda > 0.0) {
    const Interval size = d.is_psd ? norm_squared(here_.U) : half * (norm_squared(here_.U) + norm_squared(here_.V));
    value_ = value_ + Interval::point(d.lambda) * size;
  }
  value_.lower = std::max(value_.lower, 0.0);  // a sum of squares
}

SensingEnclosure::Factors SensingEnclosure::factors(std::span<const double> d) const {
  BallMatrix U = exact(problem_.left(d));
  return {U, problem_.data().is_psd ? U : exact(problem_.right(d))};
}

BallMatrix SensingEnclosure::measure(const BallMatrix& L, const BallMatrix& R) const { return enclose_measurements(problem_.data(), L, R); }

BallMatrix SensingEnclosure::derivative(const Factors& at, const Factors& d) const {
  return problem_.data().is_psd ? scale(2.0, measure(at.U, d.U)) : measure(beside(at.U, d.U), beside(d.V, at.V));
}

const BallMatrix& SensingEnclosure::slope() const {
  if (slope_.rows() == 0) slope_ = enclose_adjoint(problem_.data(), residual_);
  return slope_;
}

const std::vector<BallMatrix>& SensingEnclosure::gradient() const {
  if (!gradient_.empty()) return gradient_;
  const SensingData& d = problem_.data();
  const Interval l = two * Interval::point(d.lambda);
  if (d.is_psd) {
    gradient_.push_back(add(scale(2.0, enclose_product(slope(), here_.U)), scale(l, here_.U)));
    return gradient_;
  }
  gradient_.push_back(add(enclose_product(slope(), here_.V), scale(d.lambda, here_.U)));
  gradient_.push_back(add(enclose_product(slope(), Op::transpose, here_.U, Op::none), scale(d.lambda, here_.V)));
  return gradient_;
}

Interval SensingEnclosure::gradient_norm() const {
  Interval squares = Interval::point(0.0);
  for (const BallMatrix& g : gradient()) squares = squares + norm_squared(g);
  return sqrt(squares);
}

bool SensingEnclosure::is_exactly_critical() const {
  return std::all_of(gradient().begin(), gradient().end(), [](const BallMatrix& g) { return max_magnitude(g) == 0.0; });
}

Interval SensingEnclosure::curvature(std::span<const double> direction) const {
  const SensingData& d = problem_.data();
  const Factors D = factors(direction);
  const Interval size = d.is_psd ? norm_squared(D.U) : norm_squared(D.U) + norm_squared(D.V);
  const Interval l = (d.is_psd ? two : Interval::point(1.0)) * Interval::point(d.lambda);
  const Interval form = norm_squared(derivative(here_, D)) + two * inner_product(enclose_product(slope(), D.V), D.U) + l * size;
  return form / size;
}

BallMatrix SensingEnclosure::hessian() const {
  const SensingData& d = problem_.data();
  const Index n = problem_.layout().dimension(), r = problem_.rank(), nu = d.rows * r;
  BallMatrix J = enclose_left_jacobian(d, here_.V);
  J = d.is_psd ? scale(2.0, J) : beside(J, enclose_right_jacobian(d, here_.U));
  const BallMatrix G = d.is_psd ? scale(2.0, slope()) : slope();
  BallMatrix second(n, n);
  for (Index c = 0; c < r; ++c)
    for (Index j = 0; j < d.cols; ++j)
      for (Index i = 0; i < d.rows; ++i) {
        const Index row = i + c * d.rows, col = d.is_psd ? j + c * d.rows : nu + j + c * d.cols;
        second.mid(row, col) = second.mid(col, row) = G.mid(i, j);
        second.rad(row, col) = second.rad(col, row) = G.rad(i, j);
      }
  BallMatrix H = symmetric_part(add(enclose_product(J, Op::transpose, J, Op::none), second));
  if (d.lambda == 0.0) return H;
  H = add_identity(H, d.lambda);
  return d.is_psd ? add_identity(H, d.lambda) : H;
}

std::array<Interval, 5> SensingEnclosure::along_path(std::span<const double> k, std::span<const double> c) const {
  const SensingData& d = problem_.data();
  const Factors K = factors(k), C = factors(c);
  const BallMatrix q1 = derivative(here_, K), q2 = add(derivative(here_, C), measure(K.U, K.V));
  const BallMatrix q3 = derivative(K, C), q4 = measure(C.U, C.V);
  std::array<Interval, 5> a{value_, inner_product(residual_, q1), inner_product(residual_, q2) + half * norm_squared(q1),
                            inner_product(residual_, q3) + inner_product(q1, q2),
                            inner_product(residual_, q4) + inner_product(q1, q3) + half * norm_squared(q2)};
  if (d.lambda == 0.0) return a;
  const auto add_penalty = [&](const BallMatrix& x, const BallMatrix& dk, const BallMatrix& dc, const Interval& half_slope) {
    a[1] = a[1] + half_slope * two * inner_product(x, dk);
    a[2] = a[2] + half_slope * (norm_squared(dk) + two * inner_product(x, dc));
    a[3] = a[3] + half_slope * two * inner_product(dk, dc);
    a[4] = a[4] + half_slope * norm_squared(dc);
  };
  const Interval lambda = Interval::point(d.lambda);
  add_penalty(here_.U, K.U, C.U, d.is_psd ? lambda : half * lambda);
  if (!d.is_psd) add_penalty(here_.V, K.V, C.V, half * lambda);
  return a;
}

}  // namespace nadir
