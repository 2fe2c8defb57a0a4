// Matrix completion in ball arithmetic: value, gradient and curvature at a point, for the checker.
//
//   f = 1/2 sum_k w_k (x_k - m_k)^2 + penalty,    x_k = p_i . q_j at entry k = (i, j),    P = A U, Q = B V
//   penalty = L/2 ( sum_i a_i |u_i|^2 + sum_j b_j |v_j|^2 ), or with `psd` (V = U): L |U|^2 + C sum_i e_i^4,
//             e_i = (|u_i| - c)_+
//   G_U = -A^T R Q + L a o U,  G_V = -B^T R^T P + L b o V,  R_k = w_k (m_k - x_k);
//         psd: -(R + R^T) U + 2 L U + 4 C (e^3/|u|) o U
//   v'Hv = sum_k w_k z_k^2 - 2 sum_k R_k dp_i . dq_j + L sum (a |du|^2 + b |dv|^2), z_k = dp_i . q_j + p_i . dq_j;
//         psd: + 2 L |dU|^2 + C sum_i ( 12 e^2 t^2 + 4 (e^3/|u|) (|du|^2 - t^2) ),  t = u . du / |u|
// Doubles are taken exactly, so that at a sufficient precision every radius is zero (without a row-norm penalty).
// Included by the .cpp files of this folder's checks only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nadir/problems/matrix_completion/data.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir::matrix_completion_check {

// The observed entries row by row or column by column: entries starts[i] to starts[i + 1] - 1 lie in line i.
struct Lines {
  std::vector<std::size_t> starts;
  std::vector<Index> across;  // the column of a row's entry, the row of a column's
  Vector values, weights;
  std::vector<std::size_t> place;  // of the entry in the list that all this was made from

  Index num_lines() const { return static_cast<Index>(starts.size()) - 1; }
  std::size_t num_entries() const { return values.size(); }
};

// The problem without its point.
struct Model {
  Lines by_rows, by_cols;
  Vector row_penalties, col_penalties;  // a, b: one for every row of U and of V
  double lambda = 0.0;
  Index rank = 0;  // 0: the point's
  bool is_psd = false;
  double row_norm_penalty = 0.0, row_norm_limit = 0.0;  // C, c
  SharedMatrix row_features, column_features;           // A, B; empty: the identity

  bool has_features() const { return row_features.size() > 0 || column_features.size() > 0; }
  Index factor_rows() const { return static_cast<Index>(row_penalties.size()); }
  Index factor_cols() const { return static_cast<Index>(col_penalties.size()); }
};

// Throws InputError where the options contradict each other, or lambda or the rank is not a number.
Model make_model(const MatrixCompletionOptions& options);

// Many balls, without the overhead of objects.
class Balls {
 public:
  explicit Balls(std::size_t count) : count_(static_cast<slong>(count)), balls_(_arb_vec_init(count_)) {}
  Balls(const Balls&) = delete;
  Balls& operator=(const Balls&) = delete;
  ~Balls() { _arb_vec_clear(balls_, count_); }
  arb_ptr operator[](std::size_t k) { return balls_ + k; }
  arb_srcptr operator[](std::size_t k) const { return balls_ + k; }

 private:
  slong count_;
  arb_ptr balls_;
};

// A point, or a direction.
struct Factors {
  Matrix U, V;  // V is empty with psd
};

// The blocks U and V of one rank, the model's where it has one, at least 1; InputError otherwise.
Factors factors(const Model& model, const std::map<std::string, Matrix>& arrays, const std::string& prefix);
// A flat vector (U by columns, then V) of the rank of `like`; InputError for another length.
Factors factors(const Model& model, const Factors& like, const Matrix& flat, const std::string& place);

// The objective at one point. Cost: about 12 ns a term at 128 bits, entries times rank terms for the value and the
// residuals, twice as many for the gradient; two threads halve it. Memory: 48 bytes an entry, and 48 a factor's entry.
class Evaluation {
 public:
  // At `point` + `displacement` (a real sum, exact if the precision allows); null: none.
  Evaluation(const Model& model, slong precision, const Factors& point, const Factors* displacement = nullptr);

  balls::Real value() const;
  // G_U and G_V; with psd one matrix.
  std::vector<balls::Matrix> gradient() const;
  balls::Real second_derivative(const Factors& direction) const;  // v'Hv
  // R by rows, each the double nearest to the middle of its ball.
  Vector residuals() const;
  // |u_i|^2
  balls::Real squared_row_norm(Index i) const;

 private:
  const balls::Matrix& right() const { return model_.is_psd ? left_ : right_; }
  void compute_misfits();
  balls::Real residual(const Lines& lines, std::size_t p) const;
  balls::Matrix residual_products(const Lines& lines, const balls::Matrix& far) const;
  void add_psd_penalty(balls::Matrix& gradient) const;
  balls::Real psd_penalty() const;
  balls::Real psd_curvature(const balls::Matrix& dU) const;

  const Model& model_;
  slong precision_;
  balls::Matrix U_, V_;         // with psd V_ is empty
  balls::Matrix left_, right_;  // P and Q; with psd right_ is empty
  Balls misfits_;               // m - x, by place
};

balls::Real squared_norm(slong precision, const Factors& direction);

// (|u| - c)_+ as a ball, exactly zero where |u| <= c is certain; |u| from its square.
balls::Real row_norm_excess(const Model& model, const balls::Real& squared_norm);
// e^3 / |u|
balls::Real excess_cubed_over_norm(const Model& model, const balls::Real& squared_norm);

// What |grad f| would be without cancellation, in floating point (README.md, Claims).
double largest_gradient_scale(const Model& model, const Factors& point);
// 1/2 sum w m^2
double half_weighted_square(const Model& model);

}  // namespace nadir::matrix_completion_check
