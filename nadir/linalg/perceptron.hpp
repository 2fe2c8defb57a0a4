// One hidden layer, few inputs, one output: its outputs and the derivatives of sums over samples, in one pass each.
//
//   p_i = c + sum_j v_j s(z_ji),   z_ji = b_j + sum_k W_jk x_ki,   s = tanh, or z for z > 0 and slope * z elsewhere
//
// Such networks spend their time on the calls of products, not in them. Here hidden units lie side by side in a vector, and
// a sample passes through the whole network before the next one does: nothing but the activations is stored.
//
// Sums over samples run in their order, sums over units in an order that depends on the width of the machine's vectors;
// nothing depends on threads. Derivatives of s are taken from its values: s'(0) = slope, the left piece. NaN stays NaN.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// Parameters and inputs; all views.
struct Perceptron {
  static constexpr Index most_inputs = 8, most_hidden = 256;

  ConstMatrixView W;         // hidden x inputs, without gaps
  const double* b = nullptr; // hidden numbers; null: no biases, and c = 0
  const double* v = nullptr; // hidden numbers
  double c = 0.0;
  ConstMatrixView X;         // inputs x samples
  bool is_tanh = false;
  double slope = 0.0;        // at least 0; where not is_tanh

  Index hidden() const { return W.rows; }
  Index inputs() const { return W.cols; }
  Index samples() const { return X.cols; }
  // Entries of the array of activations.
  Index num_activations() const { return stride() * samples(); }
  Index stride() const { return (hidden() + 7) / 8 * 8; }
};

// Where derivatives by the parameters are added; b may be null, c then stays.
struct PerceptronGradient {
  MatrixView W;
  double* b = nullptr;
  double* v = nullptr;
  double* c = nullptr;
};

// p[i] of every sample; activations, where not null, are kept for the functions below.
void perceptron_outputs(const Perceptron& net, double* p, double* activations);

// out += gradient of sum_i r_i p_i. Returns sum over i, j of (r_i v_j s'(z_ji))^2.
double add_perceptron_gradient(const Perceptron& net, const double* activations, const double* r, const PerceptronGradient& out);

// dp[i] <- the derivative of p_i along a direction, which has the shapes and options of `net`.
void perceptron_slopes(const Perceptron& net, const Perceptron& direction, const double* activations, double* dp);

// out += gradient of sum_i q_i p_i + sum_i r_i p'_i, where p'_i is the derivative of p_i along the direction: with r the
// residuals and q_i = p'_i, the product of the direction with the Hessian of 1/2 sum r_i^2.
void add_perceptron_hessian(const Perceptron& net, const Perceptron& direction, const double* activations, const double* r, const double* q,
                            const PerceptronGradient& out);

}  // namespace nadir
