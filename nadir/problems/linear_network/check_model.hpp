// The linear network in ball arithmetic: value, gradient and Hessian at a point, for the checker.
//
// All quantities are multiplied by n (the value by 2n), so that on dyadic data, which doubles are, nothing has
// to be divided: at a sufficient precision every radius is zero and comparisons are exact.
//   2n f            = |R|^2 + n sum B o W o W,       R = P X - Y,  E = R X^T
//   n df/dW_l       = A_l^T E C_l^T + n B_l o W_l,   A_l = V_H ... V_{l+1}, C_l = V_{l-1} ... V_1
//   n D^2f[U, U]    = |Q_1 X|^2 + 2 <Q_2, E> + n sum B o U o U,   prod (V_l + t U_l) = P + t Q_1 + t^2 Q_2 + ...
//   n D^2f, block (i;a,b),(j;c,d), i > j:
//                     (A_i^T A_j)(a,c) (C_i S C_j^T)(b,d) + (V_{i-1} ... V_{j+1})(b,c) (A_i^T E C_j^T)(a,d),
//                     without the second term for i = j; S = X X^T
// Included by the .cpp files of this folder's checks only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nadir/problems/linear_network/options.hpp"
#include "nadir/rigor/ball_matrix.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir::linear_network_check {

using Weights = std::vector<balls::Matrix>;  // W_1, ..., W_H

// The problem without its point.
struct Model {
  ConstMatrixView X, Y;         // d_in x n and d_out x n
  std::vector<Index> widths;    // d_0 = d_in, ..., d_H = d_out
  bool residual = false;
  std::vector<Matrix> penalty;  // B_1, ..., B_H, or empty

  std::size_t num_layers() const { return widths.size() - 1; }
  Index num_samples() const { return X.cols; }
  bool has_skip(std::size_t layer) const { return residual && widths[layer] == widths[layer + 1]; }
  Index dimension() const;
  Index narrowest() const;
};

// Throws InputError where options, data and the blocks of the point contradict each other. Views refer to
// `options`.
Model make_model(const LinearNetworkOptions& options, const std::map<std::string, Matrix>& point);

// Blocks `prefix`W1, ..., `prefix`WH of the right shapes; InputError otherwise.
std::vector<Matrix> blocks(const Model& model, const std::map<std::string, Matrix>& arrays, const std::string& prefix);
// A flat vector cut into blocks; InputError for another length.
std::vector<Matrix> blocks(const Model& model, const Matrix& flat, const std::string& place);

// Everything that touches the samples. Enclosures; implemented twice, below.
class SampleProducts {
 public:
  struct Residual {
    balls::Real squared_norm;    // |P X - Y|_F^2
    balls::Matrix times_inputs;  // (P X - Y) X^T
  };
  virtual ~SampleProducts() = default;
  virtual Residual residual(const balls::Matrix& P) const = 0;
  // |Q X|_F^2
  virtual balls::Real squared_image_norm(const balls::Matrix& Q) const = 0;
  // X X^T for the rows `kept` of X.
  virtual balls::Matrix gram(const std::vector<Index>& kept) const = 0;
  // With S = gram(kept): eps_squared at least tr(E S^-1 E^T), tail at most the sum of the `tail_count` least
  // eigenvalues of P0 S P0^T. False if S could not be proved positive definite.
  struct Weighing {
    const balls::Matrix &E, &P0;
    const std::vector<Index>& kept;
    Index tail_count;
  };
  virtual bool weigh(const Weighing& w, balls::Real& eps_squared, balls::Real& tail) const = 0;
  // The least eigenvalue of gram(kept) from below, at least 0.
  virtual balls::Real least_gram_eigenvalue(const std::vector<Index>& kept) const = 0;
  // X X^T in doubles, for guesses.
  virtual Matrix approximate_gram() const = 0;
};

// Balls of that many bits throughout. Cost: some 10 ns per multiplication.
class BallProducts : public SampleProducts {
 public:
  BallProducts(const Model& model, slong precision) : model_(model), precision_(precision) {}
  Residual residual(const balls::Matrix& P) const override;
  balls::Real squared_image_norm(const balls::Matrix& Q) const override;
  balls::Matrix gram(const std::vector<Index>& kept) const override;
  bool weigh(const Weighing& w, balls::Real& eps_squared, balls::Real& tail) const override;
  balls::Real least_gram_eigenvalue(const std::vector<Index>& kept) const override;
  Matrix approximate_gram() const override;

 private:
  const Model& model_;
  slong precision_;
};

// The same through rigor/: BLAS speed, errors of about 1e-16 times the number of samples' square root.
class FloatingProducts : public SampleProducts {
 public:
  FloatingProducts(const Model& model, slong precision) : model_(model), precision_(precision) {}
  Residual residual(const balls::Matrix& P) const override;
  balls::Real squared_image_norm(const balls::Matrix& Q) const override;
  balls::Matrix gram(const std::vector<Index>& kept) const override;
  bool weigh(const Weighing& w, balls::Real& eps_squared, balls::Real& tail) const override;
  balls::Real least_gram_eigenvalue(const std::vector<Index>& kept) const override;
  Matrix approximate_gram() const override;

 private:
  BallMatrix enclosed_gram(const std::vector<Index>& kept) const;

  const Model& model_;
  slong precision_;
  mutable std::optional<BallMatrix> gram_;  // of all rows, once it is needed
};

// The network at one point.
class Evaluation {
 public:
  // At blocks + displacement (a real sum, exact if the precision allows); an empty displacement is none.
  Evaluation(const Model& model, const SampleProducts& products, slong precision, const std::vector<Matrix>& blocks,
             const std::vector<Matrix>& displacement = {});

  const balls::Real& value_2n() const { return value_2n_; }
  balls::Real gradient_norm_squared_nn() const;  // n^2 |grad f|^2
  bool is_exactly_critical() const;
  // What |grad f| would be without cancellation, from above, in floating point:
  // (sum_l (|A_l| (|P| |X| + |Y|)/n |C_l X|)^2)^{1/2} + |B o W|, with |C_l X| <= |C_l| |X|.
  double largest_gradient_scale() const;
  balls::Real second_derivative_n(const std::vector<Matrix>& direction) const;  // n D^2f[U, U]
  balls::Matrix hessian_n() const;                                              // n D^2f, dimension x dimension

  // K with |n D^2f(y) - n D^2f(x)| <= K |y - x| for |y - x| <= radius.
  //
  // G = P X - Y has j-th derivatives of at most |X| c_j along unit vectors, c_j = j! j^{-j/2} e_{H-j}(a),
  // a_l = |V_l|_F + radius, e elementary symmetric: each factor |U_l| enters once, and products of j of them
  // are at most j^{-j/2} because their squares add up to 1. Also |G| <= |R| + c_1 |X| radius on the ball. Hence
  // K = 3 c_1 c_2 |X|^2 + (|R| + c_1 |X| radius) c_3 |X|; symmetric trilinear forms attain their norm on the
  // diagonal (Banach).
  balls::Real hessian_lipschitz_n(const balls::Real& radius) const;

 private:
  struct BlockPlace {
    std::size_t i, j;  // layers, i >= j
    Index row_offset, col_offset;
  };
  balls::Matrix gradient_n(std::size_t layer) const;
  void fill_block(const BlockPlace& place, const balls::Matrix& S, const balls::Matrix& between, balls::Matrix& hessian) const;
  void add_penalty(balls::Matrix& hessian) const;

  const Model& model_;
  const SampleProducts& products_;
  slong precision_;
  Weights W_, V_;
  Weights left_, right_;  // A_l and C_l, by layer
  balls::Real residual_squared_, value_2n_;
  balls::Matrix E_;
  std::vector<balls::Matrix> penalty_n_;  // n B_l
};

}  // namespace nadir::linear_network_check
