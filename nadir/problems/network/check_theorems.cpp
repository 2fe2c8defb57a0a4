#include "nadir/problems/network/check_theorems.hpp"

#include <cmath>
#include <optional>
#include <vector>

#include "nadir/problems/network/check_pieces.hpp"
#include "nadir/rigor/exact_rank.hpp"

namespace nadir::network_check {
namespace {

using balls::Answer;
using balls::is_exactly_zero;
using balls::Real;

TheoremAnswer unknown(std::string reason) { return {Answer::unknown, std::move(reason)}; }
TheoremAnswer no(std::string reason) { return {Answer::no, std::move(reason)}; }

constexpr const char* sign_text = "the sign of a pre-activation or of a sum could not be decided";

// The convexity test: with G_i the loss gradients, o_i the hidden outputs, B_k the samples on the kink of unit k,
//   sum_i G_i (o_i, 1)^T = 0,   C_k = sum_{i not in B_k} h' G_i z_i^T = sum_{i in B_k} g_i z_i^T,
//   for p in {g_i + s+ G_i, -(g_i + s- G_i)}: a_k . p > 0 or p = 0.
class ConvexityTest {
 public:
  ConvexityTest(const NetworkData& data, const Parameters& p, const Slopes& slopes)
      : slopes_(slopes), precision_(p.front().precision()), A_(p[data.weight_block(1)]),
        Z_(extended_input(data, balls::Matrix(precision_, data.x))), pre_(extended_weights(data, p, 0) * Z_), O_(pre_), G_(precision_, 0, 0) {
    for (Index k = 0; k < pre_.rows(); ++k)
      for (Index i = 0; i < pre_.cols(); ++i) O_.set(k, i, slope(k, i) * pre_(k, i));
    G_ = affine_layer(data, p, 1, O_) - balls::Matrix(precision_, data.y);
  }

  bool passes(const NetworkData& data) {
    for (Index k = 0; k < pre_.rows(); ++k)
      for (Index i = 0; i < pre_.cols(); ++i)
        if (!is_off(k, i) && !is_exactly_zero(pre_(k, i))) return false;
    if (!balls::is_exactly_zero(balls::product_with_transpose(G_, extended_input(data, O_)))) return false;
    for (Index k = 0; k < pre_.rows(); ++k)
      if (!unit_passes(k)) return false;
    return true;
  }

 private:
  bool is_off(Index k, Index i) const { return is_positive(pre_(k, i)) || is_negative(pre_(k, i)); }
  double slope(Index k, Index i) const { return is_positive(pre_(k, i)) ? slopes_.plus : slopes_.minus; }

  bool unit_passes(Index k) {
    const Index d = G_.rows(), q = Z_.rows();
    balls::Matrix C(precision_, d, q);
    std::vector<Index> on;
    for (Index i = 0; i < Z_.cols(); ++i) {
      if (is_off(k, i)) {
        for (Index a = 0; a < d; ++a)
          for (Index j = 0; j < q; ++j) C.set(a, j, C(a, j) + slope(k, i) * (G_(a, i) * Z_(j, i)));
      } else if (!is_zero_input(i)) {
        on.push_back(i);
      }
    }
    std::vector<std::vector<Real>> rows;
    Real det(precision_, 1.0);
    if (!eliminate(on, C, rows, det)) return false;
    return spans(on, C, rows, det) && rays_pass(k, on, rows, det);
  }

  bool is_zero_input(Index i) const {
    for (Index j = 0; j < Z_.rows(); ++j)
      if (!is_exactly_zero(Z_(j, i))) return false;
    return true;
  }

  // [Gram of the z_i | their products with C] to [det I | det g], without fractions.
  bool eliminate(const std::vector<Index>& on, const balls::Matrix& C, std::vector<std::vector<Real>>& rows, Real& det) const {
    for (const Index i : on) {
      rows.emplace_back();
      for (const Index l : on) rows.back().push_back(dot(i, [&](Index j) { return Z_(j, l); }));
      for (Index a = 0; a < C.rows(); ++a) rows.back().push_back(dot(i, [&](Index j) { return C(a, j); }));
    }
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const Real pivot = rows[k][k];
      if (!is_positive(pivot)) return false;
      for (std::size_t r = 0; r < rows.size(); ++r) {
        if (r == k) continue;
        const Real factor = rows[r][k];
        for (std::size_t c = 0; c < rows[r].size(); ++c) rows[r][c] = (pivot * rows[r][c] - factor * rows[k][c]) / det;
      }
      det = pivot;
    }
    return true;
  }

  template <class F>
  Real dot(Index i, const F& f) const {
    Real sum(precision_);
    for (Index j = 0; j < Z_.rows(); ++j) sum = sum + Z_(j, i) * f(j);
    return sum;
  }

  // det C = sum_i (det g_i) z_i^T, exactly.
  bool spans(const std::vector<Index>& on, const balls::Matrix& C, const std::vector<std::vector<Real>>& rows, const Real& det) const {
    for (Index a = 0; a < C.rows(); ++a)
      for (Index j = 0; j < C.cols(); ++j) {
        Real rest = det * C(a, j);
        for (std::size_t i = 0; i < on.size(); ++i) rest = rest - rows[i][on.size() + static_cast<std::size_t>(a)] * Z_(j, on[i]);
        if (!is_exactly_zero(rest)) return false;
      }
    return true;
  }

  bool rays_pass(Index k, const std::vector<Index>& on, const std::vector<std::vector<Real>>& rows, const Real& det) const {
    for (std::size_t i = 0; i < on.size(); ++i)
      for (const bool is_plus : {true, false}) {
        Real along(precision_);
        bool is_zero = true;
        for (Index a = 0; a < G_.rows(); ++a) {
          const Real p = rows[i][on.size() + static_cast<std::size_t>(a)] + (is_plus ? slopes_.plus : slopes_.minus) * (det * G_(a, on[i]));
          along = along + A_(a, k) * p;
          is_zero = is_zero && is_exactly_zero(p);
        }
        if (!is_zero && !(is_plus ? is_positive(along) : is_negative(along))) return false;
      }
    return true;
  }

  Slopes slopes_;
  slong precision_;
  balls::Matrix A_, Z_, pre_, O_, G_;
};

// Hidden outputs of a network whose units keep their signs; false where one is not shown to.
struct AffineRegion {
  balls::Matrix output;   // of the last hidden layer
  std::vector<double> slopes;
  Real least;             // min |pre-activation| of the last hidden layer
};

std::optional<AffineRegion> affine_region(const NetworkData& data, const Parameters& p) {
  const slong precision = p.front().precision();
  AffineRegion region{balls::Matrix(precision, data.x), {}, Real(precision, INFINITY)};
  for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) {
    const std::optional<Slopes> slopes = slopes_of(data.activations[l]);
    if (!slopes) return std::nullopt;
    balls::Matrix Z = affine_layer(data, p, l, region.output);
    region.slopes.clear();
    for (Index k = 0; k < Z.rows(); ++k) {
      const bool is_linear = slopes->plus == slopes->minus, is_up = Z.cols() > 0 && is_positive(Z(k, 0));
      region.slopes.push_back(is_up ? slopes->plus : slopes->minus);
      for (Index i = 0; i < Z.cols(); ++i) {
        const Real z = Z(k, i);
        if (!is_linear && !(is_up ? is_positive(z) : is_negative(z))) return std::nullopt;
        Real size = z;
        arb_abs(size.get(), z.get());
        if (!is_linear) arb_min(region.least.get(), region.least.get(), size.get(), precision);
        Z.set(k, i, region.slopes.back() * z);
      }
    }
    region.output = std::move(Z);
  }
  return region;
}

Real squared_norm_of(const Parameters& p) {
  Real sum(p.front().precision());
  for (const balls::Matrix& block : p) sum = sum + squared_norm(block);
  return sum;
}

// The i-th least eigenvalue of A A^T from below; zero if there is none.
Real eigenvalue_lower(const balls::Matrix& A, Index i) {
  if (i < 0 || i >= A.rows() || A.rows() == 0) return Real(A.precision());
  return balls::eigenvalues_lower(balls::product_with_transpose(A, A))[static_cast<std::size_t>(i)];
}

// Rows of A, in order, that are not nearly in the span of those before; by Gram-Schmidt, and trusted in nothing.
std::vector<Index> independent_rows(const Matrix& A) {
  std::vector<Index> kept;
  std::vector<std::vector<double>> basis;
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
    return sum;
  };
  for (Index i = 0; i < A.rows(); ++i) {
    std::vector<double> row;
    for (Index j = 0; j < A.cols(); ++j) row.push_back(A(i, j));
    const double before = std::sqrt(dot(row, row));
    for (int pass = 0; pass < 2; ++pass)
      for (const std::vector<double>& b : basis) {
        const double along = dot(row, b);
        for (std::size_t j = 0; j < row.size(); ++j) row[j] -= along * b[j];
      }
    const double length = std::sqrt(dot(row, row));
    if (!(length > 1e-10 * before)) continue;
    for (double& x : row) x /= length;
    basis.push_back(std::move(row));
    kept.push_back(i);
  }
  return kept;
}

// [X; 1] (or X without biases), or some of its rows where they are as many as its exact rank: if these are independent,
// as the caller must prove, they span its row space.
balls::Matrix spanning_inputs(const NetworkData& data, slong precision) {
  const Index extra = data.has_bias ? 1 : 0;
  Matrix X(data.x.rows + extra, data.x.cols);
  for (Index j = 0; j < X.cols(); ++j)
    for (Index i = 0; i < X.rows(); ++i) X(i, j) = i < data.x.rows ? data.x(i, j) : 1.0;
  const std::vector<Index> kept = independent_rows(X);
  const std::optional<Index> rank = exact_rank(X, 2e9);
  if (!rank || *rank != static_cast<Index>(kept.size())) return balls::Matrix(precision, X);
  Matrix rows(*rank, X.cols());
  for (Index j = 0; j < X.cols(); ++j)
    for (Index i = 0; i < *rank; ++i) rows(i, j) = X(kept[static_cast<std::size_t>(i)], j);
  return balls::Matrix(precision, rows);
}

// (b) and (c) of README.md: does one layer, changed by at most the radius, reach the best affine map?
bool reaches(const NetworkData& data, const Parameters& p, const AffineRegion& region, const balls::Matrix& X, const Real& product_squared,
             const Real& lambda, const Real& radius_squared) {
  const balls::Matrix last = extended_input(data, region.output);
  const Real sigma_squared = eigenvalue_lower(last, last.rows() - X.rows());
  if (is_positive(sigma_squared) && is_at_most(product_squared, radius_squared * lambda * sigma_squared) == Answer::yes) return true;
  if (data.num_layers() != 2) return false;
  balls::Matrix weighted = p[data.weight_block(1)];
  for (Index a = 0; a < weighted.rows(); ++a)
    for (Index k = 0; k < weighted.cols(); ++k) weighted.set(a, k, region.slopes[static_cast<std::size_t>(k)] * weighted(a, k));
  const Real outer_squared = eigenvalue_lower(weighted, 0);
  return is_positive(outer_squared) && is_at_most(product_squared, radius_squared * squared(lambda) * outer_squared) == Answer::yes &&
         is_below(radius_squared * longest_column_squared(X), squared(region.least)) == Answer::yes;
}

}  // namespace

TheoremAnswer check_local_minimum(const NetworkData& data, const Parameters& p) {
  if (data.num_layers() != 2 || !is_plain_least_squares(data)) return unknown("the theorem is about two layers, squared loss and no weight decay");
  const std::optional<Slopes> slopes = slopes_of(data.activations.front());
  if (!slopes) return unknown("the theorem is about piecewise linear activations");
  if (ConvexityTest(data, p, *slopes).passes(data)) return {Answer::yes, ""};
  return unknown("the conditions of the convexity test could not be shown");
}

TheoremAnswer check_plateau_minimum(const NetworkData& data, const Parameters& p, const Claim& claim) {
  const double radius = number(claim, "radius"), value = number(claim, "value");
  if (!(radius >= 0.0)) return no("the radius is negative");
  if (!is_plain_least_squares(data)) return unknown("the theorem is about squared loss without weight decay");
  const slong precision = p.front().precision();
  const Real radius_squared = squared(Real(precision, radius));
  if (is_at_most(radius_squared, squared(Real(precision, 1e-6)) * squared_norm_of(p)) != Answer::yes) return no("the radius is not small beside the point");
  const std::optional<AffineRegion> region = affine_region(data, p);
  if (!region) return unknown(sign_text);
  const balls::Matrix R = affine_layer(data, p, data.num_layers() - 1, region->output) - balls::Matrix(precision, data.y);
  const Real n(precision, static_cast<double>(data.num_samples())), half_squares = 0.5 * squared_norm(R);
  if (balls::is_exactly_zero(balls::product_with_transpose(R, extended_input(data, balls::Matrix(precision, data.x))))) {
    if (is_at_most(value * n, half_squares) == Answer::yes) return {Answer::yes, ""};
    return unknown("the minimum's value is not shown to be so large");
  }
  const balls::Matrix X = spanning_inputs(data, precision);
  const Real lambda = eigenvalue_lower(X, 0), product_squared = squared_norm(balls::product_with_transpose(R, X));
  if (!is_positive(lambda)) return unknown("the rows of the inputs are not shown to be independent");
  if (is_at_most(value * n, half_squares - 0.5 * (product_squared / lambda)) != Answer::yes) return unknown("the minimum's value is not shown to be so large");
  if (reaches(data, p, *region, X, product_squared, lambda, radius_squared)) return {Answer::yes, ""};
  return unknown("no change of one layer within the radius is shown to reach the best affine map");
}

}  // namespace nadir::network_check
