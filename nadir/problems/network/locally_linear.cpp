#include "nadir/problems/network/locally_linear.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/pivoted.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/exact_rank.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"
#include "nadir/rigor/singular_values.hpp"

namespace nadir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double max_rank_work = 2e9;  // multiplications modulo a prime: about a second

void expect(const char* what, Index expected, Index found) {
  if (expected != found) throw InputError(what, std::to_string(expected), std::to_string(found));
}

void check_shapes(const std::vector<PiecewiseLinearLayer>& layers, ConstMatrixView X, ConstMatrixView Y) {
  if (layers.empty()) throw InputError("layers", "at least one", "none");
  Index width = X.rows;
  for (const PiecewiseLinearLayer& layer : layers) {
    expect("columns of a layer's weights", width, layer.weight.cols());
    width = layer.weight.rows();
    if (layer.bias.empty() != layers.front().bias.empty()) throw InputError("biases", "in all layers or in none", "some");
    if (!layer.bias.empty()) expect("biases of a layer", width, static_cast<Index>(layer.bias.size()));
  }
  expect("rows of the targets", width, Y.rows);
  expect("columns of the targets", X.cols, Y.cols);
}

BallMatrix with_ones(const BallMatrix& A) {
  BallMatrix result(A.rows() + 1, A.cols());
  for (Index j = 0; j < A.cols(); ++j) {
    std::copy_n(A.mid.col(j), A.rows(), result.mid.col(j));
    std::copy_n(A.rad.col(j), A.rows(), result.rad.col(j));
    result.mid(A.rows(), j) = 1.0;
  }
  return result;
}

void set(BallMatrix& A, Index i, Index j, const Interval& x) {
  A.mid(i, j) = x.mid();
  A.rad(i, j) = std::fmax(sub_up(x.upper, x.mid()), sub_up(x.mid(), x.lower));
}

BallMatrix affine(const PiecewiseLinearLayer& layer, const BallMatrix& input) {
  BallMatrix z = enclose_product(layer.weight, Op::none, input, Op::none);
  for (Index k = 0; k < z.rows() && !layer.bias.empty(); ++k)
    for (Index i = 0; i < z.cols(); ++i) set(z, k, i, z.entry(k, i) + Interval::point(layer.bias[static_cast<std::size_t>(k)]));
  return z;
}

class LocallyAffineExamination {
 public:
  LocallyAffineExamination(const std::vector<PiecewiseLinearLayer>& layers, ConstMatrixView X, ConstMatrixView Y)
      : layers_(layers), has_bias_(!layers.front().bias.empty()), inputs_(has_bias_ ? with_ones(exact(X)) : exact(X)), X_(X), Y_(Y) {}

  LocallyAffineReport run() {
    report_.optimum_lower = -infinity;
    report_.gap = infinity;
    BallMatrix a = exact(X_);
    for (std::size_t l = 0; l + 1 < layers_.size(); ++l) {
      a = affine(layers_[l], a);
      if (!keeps_signs(layers_[l], a)) return fail("a hidden unit of layer " + std::to_string(l + 1) + " changes its sign on the data, or is too close to zero");
    }
    report_.is_locally_affine = true;
    residual_ = subtract(affine(layers_.back(), a), exact(Y_));
    const Interval squares = enclose_frobenius_norm_squared(residual_);
    report_.half_squares = Interval::point(0.5) * squares;
    if (!report_.half_squares.is_finite()) return fail("the value leaves the range of double precision");
    return compare(has_bias_ ? with_ones(a) : a);
  }

 private:
  LocallyAffineReport fail(std::string reason) {
    report_.reason = std::move(reason);
    return std::move(report_);
  }

  // H1 for one layer; on success z becomes its output.
  bool keeps_signs(const PiecewiseLinearLayer& layer, BallMatrix& z) {
    if (layer.slopes.plus == layer.slopes.minus) {
      slopes_.assign(static_cast<std::size_t>(z.rows()), layer.slopes.plus);
      z = scale(layer.slopes.plus, z);
      return is_finite(z);
    }
    slopes_.clear();
    for (Index k = 0; k < z.rows(); ++k) {
      Interval row{infinity, -infinity};
      for (Index i = 0; i < z.cols(); ++i) row = {std::fmin(row.lower, z.entry(k, i).lower), std::fmax(row.upper, z.entry(k, i).upper)};
      if (!(row.lower > 0.0) && !(row.upper < 0.0)) return false;
      margin_ = std::fmin(margin_, std::fmin(std::fabs(row.lower), std::fabs(row.upper)));
      slopes_.push_back(row.lower > 0.0 ? layer.slopes.plus : layer.slopes.minus);
      for (Index i = 0; i < z.cols(); ++i) set(z, k, i, Interval::point(slopes_.back()) * z.entry(k, i));
    }
    return is_finite(z);
  }

  double residual_product() const { return frobenius_norm_upper(enclose_product(residual_, Op::none, inputs_, Op::transpose)); }
  double least_eigenvalue() const { return proves_positive_definite(enclose_product(inputs_, Op::none, inputs_, Op::transpose)).margin; }

  // Keeps rows of Xt that span its row space, where as many are independent as its rank is, exactly.
  bool keep_spanning_rows() {
    std::vector<Index> kept = pivoted_qr(transpose(inputs_.mid), 1e-10).pivots;
    const std::optional<Index> rank = exact_rank(inputs_.mid, max_rank_work);
    if (!is_exact(inputs_) || !rank || *rank != static_cast<Index>(kept.size())) return false;
    std::sort(kept.begin(), kept.end());
    BallMatrix rows(*rank, inputs_.cols());
    for (Index j = 0; j < inputs_.cols(); ++j)
      for (Index i = 0; i < *rank; ++i) rows.mid(i, j) = inputs_.mid(kept[static_cast<std::size_t>(i)], j);
    inputs_ = std::move(rows);
    return true;
  }

  LocallyAffineReport compare(const BallMatrix& last) {
    double product_norm = residual_product();
    if (product_norm == 0.0) {  // (a)
      report_.gap = 0.0;
      report_.optimum_lower = report_.half_squares.lower;
      report_.is_minimum = true;
      return std::move(report_);
    }
    double lambda = least_eigenvalue();
    if (!(lambda > 0.0) && keep_spanning_rows()) {
      product_norm = residual_product();
      lambda = least_eigenvalue();
    }
    if (!(lambda > 0.0) || !std::isfinite(lambda)) return fail("the rows of the inputs (with the constant one) are not shown to span what they span");
    const double distance = div_up(product_norm, sqrt_down(lambda));
    report_.gap = mul_up(0.5, mul_up(distance, distance));
    report_.optimum_lower = std::fmax(0.0, sub_down(report_.half_squares.lower, report_.gap));
    if (!std::isfinite(report_.gap)) return fail("the distance from the best affine map is unknown");
    if (reach_by_output_layer(last, distance) || reach_by_first_layer(distance, lambda)) {
      report_.is_minimum = true;
      return std::move(report_);
    }
    return fail("no change of one layer is shown to reach the best affine map");
  }

  // (b)
  bool reach_by_output_layer(const BallMatrix& last, double distance) {
    const std::vector<Interval> sigma = enclose_singular_values(last);
    const auto rank = static_cast<std::size_t>(inputs_.rows());
    if (sigma.size() < rank || !(sigma[rank - 1].lower > 0.0)) return false;
    report_.radius = div_up(distance, sigma[rank - 1].lower);
    return std::isfinite(report_.radius);
  }

  // (c)
  bool reach_by_first_layer(double distance, double lambda) {
    if (layers_.size() != 2) return false;
    BallMatrix weighted = exact(layers_.back().weight);
    for (Index k = 0; k < weighted.cols(); ++k)
      for (Index a = 0; a < weighted.rows(); ++a) set(weighted, a, k, Interval::point(slopes_[static_cast<std::size_t>(k)]) * weighted.entry(a, k));
    const std::vector<Interval> sigma = enclose_singular_values(weighted);
    const auto rank = static_cast<std::size_t>(Y_.rows);
    if (rank == 0 || sigma.size() < rank || !(sigma[rank - 1].lower > 0.0)) return false;
    const double radius = div_up(distance, mul_down(sqrt_down(lambda), sigma[rank - 1].lower));
    double longest = 0.0;
    for (Index i = 0; i < inputs_.cols(); ++i) longest = std::fmax(longest, frobenius_norm_upper(block(inputs_, 0, i, inputs_.rows(), 1)));
    if (!(mul_up(radius, longest) < margin_)) return false;
    report_.radius = radius;
    return true;
  }

  const std::vector<PiecewiseLinearLayer>& layers_;
  bool has_bias_;
  BallMatrix inputs_;  // Xt, or independent rows that span its row space
  ConstMatrixView X_, Y_;
  BallMatrix residual_;
  Vector slopes_;             // of the last hidden layer
  double margin_ = infinity;  // least |pre-activation|
  LocallyAffineReport report_;
};

}  // namespace

LocallyAffineReport examine_locally_affine(const std::vector<PiecewiseLinearLayer>& layers, ConstMatrixView X, ConstMatrixView Y) {
  check_shapes(layers, X, Y);
  const FloatingPointGuard guard;
  return LocallyAffineExamination(layers, X, Y).run();
}

}  // namespace nadir
