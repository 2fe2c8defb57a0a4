#include "nadir/problems/network/kinks.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/kinks_second_order.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using internal::KinkPair;

// Above this many samples on one kink the elimination is done in floating point: intervals grow with every step.
constexpr Index max_enclosed_pairs = 16;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

std::span<const double> column(const Matrix& A, Index j) { return {A.col(j), at(A.rows())}; }

void expect_shape(const char* what, Index rows, Index cols, Index expected_rows, Index expected_cols) {
  const auto text = [](Index r, Index c) { return std::to_string(r) + " x " + std::to_string(c); };
  if (rows != expected_rows || cols != expected_cols)
    throw InputError(what, text(expected_rows, expected_cols), text(rows, cols));
}

void check_shapes(const KinkCase& c) {
  const Index m = c.hidden.rows(), q = c.hidden.cols(), d = c.outer.rows(), n = c.inputs.cols();
  expect_shape("outer weights", d, c.outer.cols(), d, m);
  expect_shape("inputs", c.inputs.rows(), n, q, n);
  expect_shape("loss gradients", c.loss_gradients.rows(), c.loss_gradients.cols(), d, n);
  if (c.loss_hessians.size() > 0) expect_shape("loss Hessians", c.loss_hessians.rows(), c.loss_hessians.cols(), d * d, n);
  if (!std::isfinite(c.slopes.plus) || !std::isfinite(c.slopes.minus) || c.slopes.plus == c.slopes.minus)
    throw InputError("activation", "two different finite slopes", std::to_string(c.slopes.plus) + " and " + std::to_string(c.slopes.minus));
}

bool is_zero_vector(std::span<const double> x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return v == 0.0; });
}

// h(t)
Interval activate(const KinkSlopes& s, const Interval& t) {
  const Interval plus = Interval::point(s.plus) * t, minus = Interval::point(s.minus) * t;
  if (t.lower >= 0.0) return plus;
  return t.upper <= 0.0 ? minus : hull(plus, minus);
}

// The one-sided derivative of h at `pre` in direction t.
Interval activate_along(const KinkSlopes& s, const Interval& pre, const Interval& t) {
  if (pre.lower > 0.0) return Interval::point(s.plus) * t;
  if (pre.upper < 0.0) return Interval::point(s.minus) * t;
  if (pre.is_thin()) return activate(s, t);
  return hull(Interval::point(s.plus) * t, Interval::point(s.minus) * t);
}

void set(BallMatrix& A, Index i, Index j, const Interval& x) {
  A.mid(i, j) = x.mid();
  A.rad(i, j) = std::fmax(sub_up(x.upper, x.mid()), sub_up(x.mid(), x.lower));
}

// det(N) and det(N) N^-1 E for a symmetric N, by elimination without fractions [Bareiss1968]: thin where the
// entries are integers of moderate size. False if some pivot is not certainly positive.
bool eliminate(std::vector<std::vector<Interval>>& rows, Interval& det) {
  const std::size_t n = rows.size();
  Interval previous = Interval::point(1.0);
  for (std::size_t k = 0; k < n; ++k) {
    const Interval pivot = rows[k][k];
    stop_point();
    if (!(pivot.lower > 0.0) || !pivot.is_finite()) return false;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const Interval factor = rows[i][k];
      for (std::size_t j = 0; j < rows[i].size(); ++j) rows[i][j] = (pivot * rows[i][j] - factor * rows[k][j]) / previous;
    }
    previous = pivot;
  }
  det = previous;
  return true;
}

// One neuron: det * C'_k and, for each sample on its kink, det * p^+ and det * p^- (det > 0).
struct NeuronSplit {
  bool is_independent = true, is_certain = true;
  double det = 1.0;
  std::vector<std::vector<Interval>> off_span;      // d_y vectors of q entries
  std::vector<std::vector<Interval>> plus, minus;   // a vector of d_y entries each sample
  Matrix dual;                                      // column i: z_j.dual_i = 1 if j = i, else 0
};

class KinkExamination {
 public:
  KinkExamination(const KinkCase& point, const KinkOptions& options) : c_(point), options_(options) {}

  KinkReport run() {
    if (!is_finite_case()) return undecided("an entry of the point or the data is not finite");
    find_boundary();
    if (output_layer_descends()) return std::move(report_);
    for (Index k = 0; k < m(); ++k) {
      splits_.push_back(split(k));
      stop_point();
      if (!splits_.back().is_independent)
        return undecided("the inputs on the kink of neuron " + std::to_string(k + 1) + " are linearly dependent");
      if (neuron_descends(k)) return std::move(report_);
    }
    if (passes_convexity_test()) {
      report_.standing = KinkStanding::local_minimum;
      report_.rigor = is_certain_ ? Rigor::proved : Rigor::numerical;
      if (can_examine_curvature()) report_.is_strict = curvature().sign == internal::KinkCurvature::Sign::positive;
      return std::move(report_);
    }
    if (d() == 1) return std::move(report_);  // a neuron without outgoing weight descends; set by the test
    return by_second_order();
  }

 private:
  Index m() const { return c_.hidden.rows(); }
  Index q() const { return c_.hidden.cols(); }
  Index d() const { return c_.outer.rows(); }
  Index n() const { return c_.inputs.cols(); }

  KinkReport undecided(std::string reason) {
    report_.standing = KinkStanding::undecided;
    report_.rigor = Rigor::numerical;
    report_.reason = std::move(reason);
    return std::move(report_);
  }

  bool is_finite_case() const {
    return all_finite(c_.hidden) && all_finite(c_.outer) && all_finite(c_.inputs) && is_finite(c_.loss_gradients) &&
           all_finite(c_.loss_hessians) && std::isfinite(c_.hessian_scale);
  }

  // Which samples are on which kinks, the slopes elsewhere, the outputs of the hidden layer, and what sums of loss
  // gradients are small against.
  void find_boundary() {
    const BallMatrix pre = enclose_product(c_.hidden, c_.inputs);
    slopes_ = Matrix(m(), n());
    outputs_ = BallMatrix(m(), n());
    on_kink_.resize(at(m()));
    for (Index i = 0; i < n(); ++i) {
      const double length = norm(column(c_.inputs, i));
      for (Index k = 0; k < m(); ++k) {
        if (is_zero_vector(column(c_.inputs, i))) continue;  // h(0) = 0 whatever the weights
        double row = 0.0;
        for (Index j = 0; j < q(); ++j) row = std::hypot(row, c_.hidden(k, j));
        const double mid = pre.mid(k, i), rad = pre.rad(k, i), tolerated = options_.boundary_tol * row * length;
        if (std::fabs(mid) <= std::fmax(rad, tolerated)) {
          on_kink_[at(k)].push_back(i);
          ++report_.boundary_pairs;
          if (mid != 0.0 || rad != 0.0) is_certain_ = false;
        } else {
          slopes_(k, i) = mid > 0.0 ? c_.slopes.plus : c_.slopes.minus;
          set(outputs_, k, i, Interval::point(slopes_(k, i)) * pre.entry(k, i));
        }
      }
      const double g = norm(column(c_.loss_gradients.mid, i));
      input_scale_ += g * length * std::fmax(std::fabs(c_.slopes.plus), std::fabs(c_.slopes.minus));
      output_scale_ += g * (1.0 + norm(column(outputs_.mid, i)));
    }
  }

  // Zero up to the tolerance; a zero that is not exact makes the examination numerical.
  bool is_zero(const Interval& x, double scale) {
    if (!(x.magnitude() <= options_.zero_tol * scale)) return false;
    if (!(x.lower == 0.0 && x.upper == 0.0)) is_certain_ = false;
    return true;
  }

  // (i) of the theorem.
  bool output_layer_descends() {
    const BallMatrix by_outer = enclose_product(c_.loss_gradients, Op::none, outputs_, Op::transpose);
    Matrix ones(n(), 1);
    std::fill(ones.flat().begin(), ones.flat().end(), c_.has_output_bias ? 1.0 : 0.0);
    const BallMatrix by_bias = enclose_product(c_.loss_gradients, ones);
    bool is_stationary = true;
    KinkDirection direction = zero_direction(1);
    for (Index a = 0; a < d(); ++a) {
      for (Index k = 0; k < m(); ++k) is_stationary &= is_zero(by_outer.entry(a, k), output_scale_);
      if (c_.has_output_bias) is_stationary &= is_zero(by_bias.entry(a, 0), output_scale_);
    }
    if (is_stationary) return false;
    direction.outer = by_outer.mid;
    for (double& x : direction.outer.flat()) x = -x;
    for (Index a = 0; a < static_cast<Index>(direction.output_bias.size()); ++a) direction.output_bias[at(a)] = -by_bias.mid(a, 0);
    descend(std::move(direction));
    return true;
  }

  KinkDirection zero_direction(int order) const {
    return {Matrix(m(), q()), Matrix(d(), m()), Vector(c_.has_output_bias ? at(d()) : 0), order, {}};
  }

  void descend(KinkDirection direction) {
    double largest = std::fmax(max_abs(direction.hidden), max_abs(direction.outer));
    for (const double x : direction.output_bias) largest = std::fmax(largest, std::fabs(x));
    if (largest > 0.0) {
      for (double& x : direction.hidden.flat()) x /= largest;
      for (double& x : direction.outer.flat()) x /= largest;
      for (double& x : direction.output_bias) x /= largest;
    }
    direction.derivative = kink_derivative(c_, direction);
    report_.standing = KinkStanding::descends;
    report_.rigor = direction.order == 1 && direction.derivative.upper < 0.0 ? Rigor::proved : Rigor::numerical;
    report_.direction = std::move(direction);
  }

  // C_k as d_y x q.
  BallMatrix off_kink_sum(Index k) const {
    BallMatrix weighted(d(), n());
    for (Index i = 0; i < n(); ++i)
      for (Index a = 0; a < d(); ++a) set(weighted, a, i, Interval::point(slopes_(k, i)) * c_.loss_gradients.entry(a, i));
    return enclose_product(weighted, Op::none, c_.inputs, Op::transpose);
  }

  NeuronSplit split(Index k) {
    const std::vector<Index>& on = on_kink_[at(k)];
    const Index count = static_cast<Index>(on.size());
    const BallMatrix C = off_kink_sum(k);
    NeuronSplit s;
    Matrix B(q(), count);
    for (Index i = 0; i < count; ++i) std::copy_n(c_.inputs.col(on[at(i)]), q(), B.col(i));
    if (count > q() || (count > 0 && !make_dual(B, s.dual))) {
      s.is_independent = false;
      return s;
    }
    std::vector<std::vector<Interval>> gamma;  // det * gamma_i
    Interval det = Interval::point(1.0);
    if (count > max_enclosed_pairs || !solve_gamma(B, C, gamma, det)) {
      is_certain_ = false;
      det = Interval::point(1.0);
      approximate_gamma(s.dual, C, gamma);
    }
    s.det = det.mid();
    for (Index a = 0; a < d(); ++a) {
      s.off_span.emplace_back();
      for (Index j = 0; j < q(); ++j) {
        Interval x = det * C.entry(a, j);
        for (Index i = 0; i < count; ++i) x = x - gamma[at(i)][at(a)] * Interval::point(B(j, i));
        s.off_span.back().push_back(x);
      }
    }
    for (Index i = 0; i < count; ++i) {
      s.plus.emplace_back();
      s.minus.emplace_back();
      for (Index a = 0; a < d(); ++a) {
        const Interval g = det * c_.loss_gradients.entry(a, on[at(i)]);
        s.plus.back().push_back(gamma[at(i)][at(a)] + Interval::point(c_.slopes.plus) * g);
        s.minus.back().push_back(gamma[at(i)][at(a)] + Interval::point(c_.slopes.minus) * g);
      }
    }
    return s;
  }

  // B (B^T B)^-1 from a QR factorisation; false if the columns are numerically dependent.
  static bool make_dual(const Matrix& B, Matrix& dual) {
    const Qr f = qr(B);
    double largest = 0.0;
    for (Index i = 0; i < B.cols(); ++i) largest = std::fmax(largest, norm(column(B, i)));
    for (Index i = 0; i < B.cols(); ++i)
      if (!(std::fabs(f.R(i, i)) > 1e-10 * largest)) return false;
    Matrix inverse_t = transpose(f.R);
    Matrix unit = Matrix::identity(B.cols());
    if (!solve_general(inverse_t, unit)) return false;
    dual = product(f.Q, unit);
    return true;
  }

  bool solve_gamma(const Matrix& B, const BallMatrix& C, std::vector<std::vector<Interval>>& gamma, Interval& det) const {
    const Index count = B.cols();
    const BallMatrix gram = enclose_product(B, Op::transpose, B, Op::none);
    const BallMatrix rhs = enclose_product(B, Op::transpose, C, Op::transpose);
    std::vector<std::vector<Interval>> rows(at(count));
    for (Index i = 0; i < count; ++i) {
      for (Index j = 0; j < count; ++j) rows[at(i)].push_back(gram.entry(i, j));
      for (Index a = 0; a < d(); ++a) rows[at(i)].push_back(rhs.entry(i, a));
    }
    if (!eliminate(rows, det)) return false;
    gamma.clear();
    for (Index i = 0; i < count; ++i) gamma.emplace_back(rows[at(i)].begin() + count, rows[at(i)].end());
    return true;
  }

  void approximate_gamma(const Matrix& dual, const BallMatrix& C, std::vector<std::vector<Interval>>& gamma) const {
    gamma.clear();
    const Matrix values = product(C.mid, dual);
    for (Index i = 0; i < dual.cols(); ++i) {
      gamma.emplace_back();
      for (Index a = 0; a < d(); ++a) gamma.back().push_back(Interval::point(values(a, i)));
    }
  }

  Interval along_outer(Index k, const std::vector<Interval>& p) const {
    Interval sum = Interval::point(0.0);
    for (Index a = 0; a < d(); ++a) sum = sum + Interval::point(c_.outer(a, k)) * p[at(a)];
    return sum;
  }

  double ray_scale(Index k, Index i) const {
    return splits_[at(k)].det * input_scale_ / norm(column(c_.inputs, on_kink_[at(k)][at(i)]));
  }

  // The rays of neuron k that have a negative derivative; notes the flat ones.
  bool neuron_descends(Index k) {
    const NeuronSplit& s = splits_[at(k)];
    const double outer_norm = norm(column(c_.outer, k));
    KinkDirection direction = zero_direction(1);
    bool is_stationary = true;
    for (Index j = 0; j < q(); ++j) {
      Interval x = Interval::point(0.0);
      for (Index a = 0; a < d(); ++a) x = x + Interval::point(c_.outer(a, k)) * s.off_span[at(a)][at(j)];
      if (!is_zero(x, s.det * input_scale_ * outer_norm)) is_stationary = false;
      direction.hidden(k, j) = -x.mid();
    }
    if (!is_stationary) {
      descend(std::move(direction));
      return true;
    }
    for (Index i = 0; i < static_cast<Index>(s.plus.size()); ++i) {
      const Interval up = along_outer(k, s.plus[at(i)]), down = -along_outer(k, s.minus[at(i)]);
      const double scale = ray_scale(k, i) * outer_norm;
      if (ray_descends(k, i, up, scale, 1.0) || ray_descends(k, i, down, scale, -1.0)) return true;
      const double tolerated = options_.zero_tol * scale;
      const KinkPair pair{k, on_kink_[at(k)][at(i)], up.mid() <= tolerated, down.mid() <= tolerated};
      report_.flat_rays += pair.plus_is_flat || pair.minus_is_flat;
      report_.both_flat += pair.plus_is_flat && pair.minus_is_flat;
      pairs_.push_back(pair);
    }
    return false;
  }

  bool ray_descends(Index k, Index i, const Interval& slope, double scale, double sign) {
    if (slope.lower >= 0.0) return false;
    if (slope.mid() >= -options_.zero_tol * scale) {
      is_certain_ = false;
      return false;
    }
    KinkDirection direction = zero_direction(1);
    for (Index j = 0; j < q(); ++j) direction.hidden(k, j) = sign * splits_[at(k)].dual(j, i);
    descend(std::move(direction));
    return true;
  }

  // (ii) of the theorem, what the first-order test leaves of it. For d_y = 1 a failure is a neuron with a_k = 0,
  // and the report is set to the direction that descends.
  bool passes_convexity_test() {
    for (Index k = 0; k < m(); ++k) {
      const NeuronSplit& s = splits_[at(k)];
      bool is_flat = true;
      for (Index a = 0; a < d(); ++a)
        for (Index j = 0; j < q(); ++j) is_flat &= is_zero(s.off_span[at(a)][at(j)], s.det * input_scale_);
      if (!is_flat) return fail(k, -1, 1.0);
      for (Index i = 0; i < static_cast<Index>(s.plus.size()); ++i) {
        if (!is_harmless(k, i, s.plus[at(i)], 1.0)) return fail(k, i, 1.0);
        if (!is_harmless(k, i, s.minus[at(i)], -1.0)) return fail(k, i, -1.0);
      }
    }
    return true;
  }

  bool is_harmless(Index k, Index i, const std::vector<Interval>& p, double sign) {
    const Interval slope = Interval::point(sign) * along_outer(k, p);
    const double scale = ray_scale(k, i);
    if (slope.lower > 0.0 && slope.mid() > options_.zero_tol * scale * norm(column(c_.outer, k))) return true;
    return std::all_of(p.begin(), p.end(), [&](const Interval& x) { return is_zero(x, scale); });
  }

  // For d_y = 1: (u, v) with u = -Psi_k(v) / curvature; i = -1 names the part off the span.
  bool fail(Index k, Index i, double sign) {
    if (d() != 1) return false;
    if (c_.outer(0, k) != 0.0) {  // the first-order test passed by the tolerance, this one did not
      report_ = undecided("a derivative is too close to zero for its rounding errors");
      return false;
    }
    const NeuronSplit& s = splits_[at(k)];
    KinkDirection direction = zero_direction(2);
    double psi = 0.0, curvature = 0.0;
    for (Index j = 0; j < q(); ++j) {
      const double x = i < 0 ? s.off_span[0][at(j)].mid() / s.det : sign * s.dual(j, i);
      direction.hidden(k, j) = x;
      if (i < 0) psi += x * x;
    }
    if (i >= 0) psi = sign * (sign > 0.0 ? s.plus : s.minus)[at(i)][0].mid() / s.det;
    for (Index sample = 0; sample < n(); ++sample) {
      const double h = c_.loss_hessians.size() > 0 ? c_.loss_hessians(0, sample) : c_.hessian_scale;
      curvature += h * outputs_.mid(k, sample) * outputs_.mid(k, sample);
    }
    direction.outer(0, k) = curvature > 0.0 ? -psi / curvature : -psi;
    descend(std::move(direction));
    return false;
  }

  bool can_examine_curvature() const {
    const Index dimension = d() * (m() + (c_.has_output_bias ? 1 : 0)) + m() * q();
    return report_.flat_rays <= options_.max_flat_rays && dimension <= options_.max_dimension;
  }

  internal::KinkCurvature curvature() const { return internal::examine_kink_curvature(c_, slopes_, pairs_); }

  KinkReport by_second_order() {
    if (report_.flat_rays > options_.max_flat_rays) return undecided(std::to_string(report_.flat_rays) + " flat rays: too many cones");
    if (!can_examine_curvature()) return undecided("too many parameters for the dense second-order test");
    internal::KinkCurvature found = curvature();
    report_.rigor = Rigor::numerical;
    switch (found.sign) {
      case internal::KinkCurvature::Sign::negative: descend(std::move(found.direction)); break;
      case internal::KinkCurvature::Sign::semidefinite: report_.standing = KinkStanding::second_order_stationary; break;
      case internal::KinkCurvature::Sign::positive:
        report_.standing = KinkStanding::local_minimum;
        report_.is_strict = true;
    }
    return std::move(report_);
  }

  const KinkCase& c_;
  const KinkOptions& options_;
  KinkReport report_;
  bool is_certain_ = true;
  Matrix slopes_;
  BallMatrix outputs_;
  std::vector<std::vector<Index>> on_kink_;
  std::vector<NeuronSplit> splits_;
  std::vector<KinkPair> pairs_;
  double input_scale_ = 0.0, output_scale_ = 0.0;
};

}  // namespace

Interval kink_derivative(const KinkCase& c, const KinkDirection& v) {
  check_shapes(c);
  const FloatingPointGuard guard;
  const BallMatrix pre = enclose_product(c.hidden, c.inputs), along = enclose_product(v.hidden, c.inputs);
  Interval sum = Interval::point(0.0);
  for (Index i = 0; i < c.inputs.cols(); ++i)
    for (Index a = 0; a < c.outer.rows(); ++a) {
      Interval change = Interval::point(v.output_bias.empty() ? 0.0 : v.output_bias[at(a)]);
      for (Index k = 0; k < c.hidden.rows(); ++k) {
        const Interval z = pre.entry(k, i);
        change = change + Interval::point(v.outer(a, k)) * activate(c.slopes, z) +
                 Interval::point(c.outer(a, k)) * activate_along(c.slopes, z, along.entry(k, i));
      }
      sum = sum + c.loss_gradients.entry(a, i) * change;
    }
  return sum;
}

KinkReport examine_kinks(const KinkCase& point, const KinkOptions& options) {
  check_shapes(point);
  const FloatingPointGuard guard;
  return KinkExamination(point, options).run();
}

}  // namespace nadir
