#include "nadir/problems/network/check_minimum.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/problems/network/check_activation.hpp"
#include "nadir/problems/network/check_output_loss.hpp"
#include "nadir/problems/network/check_pieces.hpp"
#include "nadir/problems/network/check_slice.hpp"

namespace nadir::network_check {
namespace {

using balls::Answer;
using balls::Real;

constexpr Index chunk_size = 128;
constexpr Index most_parameters = 400;
// Multiplications of balls for the Hessian: about half a minute.
constexpr double most_work = 8e8;

constexpr const char* kink_text = "a pre-activation may reach a kink within the radius";

TheoremAnswer unknown(std::string reason) { return {Answer::unknown, std::move(reason)}; }
TheoremAnswer no(std::string reason) { return {Answer::no, std::move(reason)}; }

Index size_of(const Parameters& p) {
  Index total = 0;
  for (const balls::Matrix& block : p) total += block.rows() * block.cols();
  return total;
}

double work(const NetworkData& data, const Parameters& p) {
  double per_sample = 0.0;
  for (std::size_t l = 0; l < data.num_layers(); ++l)
    per_sample += 4.0 * static_cast<double>(data.widths[l]) * static_cast<double>(data.widths[l + 1]);
  return per_sample * static_cast<double>(data.num_samples()) * static_cast<double>(size_of(p));
}

Parameters within(Parameters p, double radius) {
  mag_t r;
  mag_init(r);
  mag_set_d(r, radius);  // rounds up
  for (balls::Matrix& block : p)
    for (Index i = 0; i < block.rows(); ++i)
      for (Index j = 0; j < block.cols(); ++j) arb_add_error_mag(block.at(i, j), r);
  mag_clear(r);
  return p;
}

// p with those entries, numbered as in the flat point, set to 0, and the distance.
Parameters with_zeros(Parameters p, const std::vector<bool>& where, Real& distance) {
  Real squares(distance.precision());
  std::size_t at = 0;
  for (balls::Matrix& block : p)
    for (Index j = 0; j < block.cols(); ++j)
      for (Index i = 0; i < block.rows(); ++i) {
        if (!where[at++]) continue;
        squares = squares + squared(block(i, j));
        arb_zero(block.at(i, j));
      }
  distance = square_root(squares);
  return p;
}

// n times gradient and Hessian, without the penalty, summed over chunks of samples.
class Derivatives {
 public:
  Derivatives(const NetworkData& data, const Parameters& p, bool with_hessian)
      : data_(data), p_(p), at_(data), gradient_(p.front().precision(), at_.count(), 1),
        hessian_(p.front().precision(), with_hessian ? at_.count() : 0, with_hessian ? at_.count() : 0) {
    for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) is_positive_.emplace_back(static_cast<std::size_t>(data.widths[l + 1]), true);
  }

  // False where an activation is not shown to be twice differentiable where it is used.
  bool run() {
    for (Index first = 0; first < data_.num_samples(); first += chunk_size)
      if (!run(first, std::min(chunk_size, data_.num_samples() - first))) return false;
    if (data_.weight_decay != 0.0) add_penalty();
    return true;
  }

  // Of hidden layer l and unit i: all pre-activations are positive.
  const std::vector<std::vector<bool>>& is_positive() const { return is_positive_; }
  const balls::Matrix& gradient() const { return gradient_; }
  // Symmetric.
  const balls::Matrix& hessian() const { return hessian_; }

 private:
  slong precision() const { return gradient_.precision(); }
  const balls::Matrix& W(std::size_t l) const { return p_[data_.weight_block(l)]; }

  bool run(Index first, Index count) {
    stop_point();
    const std::size_t L = data_.num_layers();
    A_.assign(1, balls::Matrix(precision(), data_.x.columns(first, count)));
    slopes_.clear();
    bends_.clear();
    for (std::size_t l = 0; l < L; ++l) {
      A_.push_back(affine_layer(data_, p_, l, A_[l]));
      if (l + 1 == L) break;
      note_signs(l);
      if (!activate(data_.activations[l])) return false;
    }
    loss_.emplace(data_, A_[L], first);
    D_.assign(1, loss_->gradient());
    pulled_.clear();
    for (std::size_t l = L - 1; l > 0; --l) {
      pulled_.insert(pulled_.begin(), transpose(W(l)) * D_.front());
      D_.insert(D_.begin(), entrywise_product(slopes_[l - 1], pulled_.front()));
    }
    for (std::size_t l = 0; l < L; ++l) add_gradient(l);
    if (hessian_.rows() == 0) return true;
    for (std::size_t l = 0; l < L; ++l)
      for (Index j = 0; j < at_.cols(l); ++j)
        for (Index i = 0; i < at_.rows(l); ++i) add_column(l, i, j);
    return true;
  }

  void note_signs(std::size_t l) {
    const balls::Matrix& Z = A_.back();
    for (Index i = 0; i < Z.rows(); ++i)
      for (Index j = 0; j < Z.cols(); ++j)
        if (arb_is_positive(Z.at(i, j)) == 0) is_positive_[l][static_cast<std::size_t>(i)] = false;
  }

  // The last of A_ from Z to s(Z).
  bool activate(const Activation& s) {
    balls::Matrix &Z = A_.back(), slope = Z, bend = Z;
    for (Index i = 0; i < Z.rows(); ++i)
      for (Index j = 0; j < Z.cols(); ++j) {
        const Jet at = jet(s, Z(i, j));
        if (!at.has_first || !at.has_second) return false;
        slope.set(i, j, at.first);
        bend.set(i, j, at.second);
        Z.set(i, j, at.value);
      }
    slopes_.push_back(std::move(slope));
    bends_.push_back(std::move(bend));
    return true;
  }

  void add_to(balls::Matrix& to, Index i, Index j, arb_srcptr x) const { arb_add(to.at(i, j), to.at(i, j), x, precision()); }

  // D e^T, e the input with the row of ones.
  void add_gradient(std::size_t l) {
    const balls::Matrix g = product_with_transpose(D_[l], extended_input(data_, A_[l]));
    for (Index i = 0; i < g.rows(); ++i)
      for (Index j = 0; j < g.cols(); ++j) add_to(gradient_, at_(l, i, j), 0, g.at(i, j));
  }

  // The derivative of the gradient along entry (i, j) of layer l, in the rows of this layer and those after it.
  void add_column(std::size_t l, Index i, Index j) {
    stop_point();
    const std::size_t L = data_.num_layers();
    const Index n = A_[0].cols();
    std::vector<balls::Matrix> dZ, dA;  // of layers l, l + 1, ...
    dZ.emplace_back(precision(), at_.rows(l), n);
    for (Index s = 0; s < n; ++s)
      if (at_.is_bias(l, j)) arb_one(dZ[0].at(i, s));
      else arb_set(dZ[0].at(i, s), A_[l].at(j, s));
    for (std::size_t m = l; m + 1 < L; ++m) {
      dA.push_back(entrywise_product(slopes_[m], dZ.back()));
      dZ.push_back(W(m + 1) * dA.back());
    }
    balls::Matrix dD = loss_->hessian_times(dZ.back());
    for (std::size_t m = L; m-- > l;) {
      balls::Matrix column = product_with_transpose(dD, extended_input(data_, A_[m]));
      if (m > l) {
        const balls::Matrix moved = product_with_transpose(D_[m], dA[m - l - 1]);
        for (Index a = 0; a < moved.rows(); ++a)
          for (Index b = 0; b < moved.cols(); ++b) add_to(column, a, b, moved.at(a, b));
        dD = entrywise_product(slopes_[m - 1], transpose(W(m)) * dD) +
             entrywise_product(entrywise_product(bends_[m - 1], pulled_[m - 1]), dZ[m - l - 1]);
      }
      place(column, m, at_(l, i, j), l);
    }
  }

  // Of the own layer only what is not above the diagonal; the mirror image of everything.
  void place(const balls::Matrix& column, std::size_t m, Index col, std::size_t l) {
    for (Index b = 0; b < column.cols(); ++b)
      for (Index a = 0; a < column.rows(); ++a) {
        const Index row = at_(m, a, b);
        if (m == l && row < col) continue;
        add_to(hessian_, row, col, column.at(a, b));
        if (row != col) add_to(hessian_, col, row, column.at(a, b));
      }
  }

  void add_penalty() {
    const Real B = Real(precision(), data_.weight_decay) * Real(precision(), static_cast<double>(data_.num_samples()));
    for (std::size_t l = 0; l < data_.num_layers(); ++l)
      for (Index j = 0; j < data_.widths[l]; ++j)
        for (Index i = 0; i < at_.rows(l); ++i) {
          const Index row = at_(l, i, j);
          add_to(gradient_, row, 0, (B * W(l)(i, j)).get());
          if (hessian_.rows() > 0) add_to(hessian_, row, row, B.get());
        }
  }

  const NetworkData& data_;
  const Parameters& p_;
  Positions at_;
  balls::Matrix gradient_, hessian_;
  std::vector<std::vector<bool>> is_positive_;
  // Of the chunk: inputs A_l, slopes s'(Z_l), bends s''(Z_l), df/dZ_l, df/dA_l.
  std::vector<balls::Matrix> A_, slopes_, bends_, D_, pulled_;
  std::optional<OutputLoss> loss_;
};

// Which entries of the flat point are fixed; empty optional if the list is not one of distinct indices.
std::optional<std::vector<bool>> fixed_entries(const Matrix& slice, Index count) {
  std::vector<bool> fixed(static_cast<std::size_t>(count), false);
  for (const double x : slice.flat()) {
    if (!(x >= 0.0 && x < static_cast<double>(count)) || x != std::floor(x)) return std::nullopt;
    const auto i = static_cast<std::size_t>(x);
    if (fixed[i]) return std::nullopt;
    fixed[i] = true;
  }
  return fixed;
}

balls::Matrix chosen(const balls::Matrix& A, const std::vector<Index>& rows, bool of_columns) {
  const auto k = static_cast<Index>(rows.size());
  balls::Matrix result(A.precision(), k, of_columns ? k : A.cols());
  for (Index i = 0; i < result.rows(); ++i)
    for (Index j = 0; j < result.cols(); ++j)
      arb_set(result.at(i, j), A.at(rows[static_cast<std::size_t>(i)], of_columns ? rows[static_cast<std::size_t>(j)] : j));
  return result;
}

// A without its radii; their norm, from above: the lesser of Frobenius' and the greatest row sum.
balls::Matrix without_radii(const balls::Matrix& A, Real& norm) {
  const slong precision = A.precision();
  balls::Matrix result(precision, A.rows(), A.cols());
  Real squares(precision), longest(precision);
  for (Index i = 0; i < A.rows(); ++i) {
    Real row(precision);
    for (Index j = 0; j < A.cols(); ++j) {
      arb_get_mid_arb(result.at(i, j), A.at(i, j));
      Real radius(precision);
      arb_get_rad_arb(radius.get(), A.at(i, j));
      row = row + radius;
      squares = squares + squared(radius);
    }
    arb_max(longest.get(), longest.get(), row.get(), precision);
  }
  norm = square_root(squares);
  arb_min(norm.get(), norm.get(), longest.get(), precision);
  return result;
}

// An approximate solution of M d = g, exact as a matrix; zero where there is none.
balls::Matrix approximate_step(const balls::Matrix& M, const balls::Matrix& g) {
  balls::Matrix d(M.precision(), g.rows(), 1), thin(M.precision(), g.rows(), 1);
  if (!arb_mat_approx_solve(d.get(), M.get(), g.get(), M.precision())) return thin;
  for (Index i = 0; i < g.rows(); ++i)
    if (arf_is_finite(arb_midref(d.at(i, 0)))) arb_get_mid_arb(thin.at(i, 0), d.at(i, 0));
  return thin;
}

// Coordinates that are not fixed; of these, the ones that are no weights of idle units, with their places among the free.
struct Coordinates {
  std::vector<Index> free, moving, moving_among_free;

  Coordinates(const std::vector<bool>& fixed, const std::vector<bool>& idle) {
    for (std::size_t i = 0; i < fixed.size(); ++i) {
      if (fixed[i]) continue;
      if (!idle[i]) moving.push_back(static_cast<Index>(i)), moving_among_free.push_back(static_cast<Index>(free.size()));
      free.push_back(static_cast<Index>(i));
    }
  }
};

// M - (m + rho) I > 0 and (m + rho) |d| + |g - M d| <= m (r - distance), all but r and distance times n.
TheoremAnswer contraction(const NetworkData& data, const Parameters& p, const Claim& claim, const balls::Matrix& hessian, const Coordinates& at,
                          const std::vector<bool>& idle) {
  const slong precision = hessian.precision();
  const Real n(precision, static_cast<double>(data.num_samples())), m = number(claim, "least_eigenvalue") * n;
  Real rho(precision), distance(precision);
  const balls::Matrix H = without_radii(chosen(hessian, at.free, true), rho);
  const Real sigma = m + rho;
  if (!balls::proves_positive_definite(H - sigma * balls::Matrix::identity(precision, H.rows())))
    return unknown("the Hessian could not be shown to stay above the least eigenvalue within the radius");
  const Parameters centre = with_zeros(p, idle, distance);
  Derivatives at_centre(data, centre, false);
  if (!at_centre.run()) return unknown(kink_text);
  const balls::Matrix M = chosen(H, at.moving_among_free, true), g = chosen(at_centre.gradient(), at.moving, false), d = approximate_step(M, g);
  const Real needed = sigma * square_root(squared_norm(d)) + square_root(squared_norm(g - M * d));
  if (is_at_most(needed, (Real(precision, number(claim, "radius")) - distance) * m) == Answer::yes) return {Answer::yes, ""};
  return unknown("the gradient is too large for the radius");
}

}  // namespace

TheoremAnswer check_isolated_minimum(const NetworkData& data, const Parameters& p, const Claim& claim, const Matrix* slice) {
  const double radius = number(claim, "radius"), least = number(claim, "least_eigenvalue");
  if (!(radius >= 0.0 && least > 0.0)) return no("the radius is negative or the least eigenvalue not positive");
  const Index count = size_of(p);
  if (count > most_parameters || work(data, p) > most_work) return unknown("balls would take too long for the Hessian of so many parameters");
  const Parameters ball = within(p, radius);
  Derivatives on_ball(data, ball, true);
  if (!on_ball.run()) return unknown(kink_text);
  std::vector<bool> fixed(static_cast<std::size_t>(count), false), idle = fixed;
  if (slice) {
    const std::optional<std::vector<bool>> listed = fixed_entries(*slice, count);
    if (!listed) return no("the slice is no list of distinct coordinates");
    fixed = *listed;
    SliceTest test(data, p, on_ball.is_positive(), fixed);
    if (!test.passes()) return unknown("the slice is not shown to lie across symmetries");
    idle = test.weights_of_idle_units();
  }
  const Coordinates at(fixed, idle);
  if (at.moving.empty()) return no("every coordinate is held fixed");
  return contraction(data, p, claim, on_ball.hessian(), at, idle);
}

}  // namespace nadir::network_check
