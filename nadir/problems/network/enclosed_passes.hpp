// Balls through the layers of a network: what enclosures of the value and of derivatives of any order begin with.
//
// Notation of passes.hpp. Weights may be balls, too: then every enclosure holds for each of the weights in them.
// Samples are the columns of all matrices; each function takes a chunk of them.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "nadir/base/stop.hpp"
#include "nadir/problems/network/network.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir::enclosed {

struct Parameters {
  std::vector<BallMatrix> W, b;  // b is empty without biases
};

// x + displacement (empty: x), exactly or as sums of doubles allow.
Parameters parameters(const Network& problem, std::span<const double> x, std::span<const double> displacement = {});
// All points with |x_i - y_i| <= radius.
Parameters parameters_within(const Network& problem, std::span<const double> x, double radius);

// Writes the interval to the entry.
void set(BallMatrix& A, Index i, Index j, const Interval& x);
// A_ij B_ij
BallMatrix entrywise(const BallMatrix& A, const BallMatrix& B);
// The sum of every row, as a column.
BallMatrix row_sums(const BallMatrix& D);
// Z_ij + column_i
void add_to_columns(const BallMatrix& column, BallMatrix& Z);
// W A + b 1^T of layer l
BallMatrix pre_activation(const NetworkData& data, const Parameters& p, std::size_t l, const BallMatrix& A);

struct LayerDerivatives {
  BallMatrix slope, bend;
  Index not_differentiable = 0, not_twice = 0;  // entries of Z where s', s'' is not shown to exist
};
// s(Z); derivatives may be null.
BallMatrix activate(const Activation& s, const BallMatrix& Z, LayerDerivatives* derivatives);

struct LossEnclosure {
  Interval sum = Interval::point(0.0);  // of the losses, not divided by n
  BallMatrix delta;                     // derivatives by the outputs, times n
};
// Of the outputs P of samples first, first + 1, ...
LossEnclosure enclose_loss(const NetworkData& data, const BallMatrix& P, Index first);

// The derivatives of one sample's cross-entropy by its outputs once more: weight (diag q - q q^T).
struct Softmax {
  std::vector<Interval> probability;      // q
  Interval weight = Interval::point(1.0);  // the sum of the targets
};
Softmax enclose_softmax(const NetworkData& data, const BallMatrix& P, Index column, Index sample);

// n B/2 sum of squared weights
Interval penalty_times_n(const NetworkData& data, const Parameters& p);
inline Interval samples(const NetworkData& data) { return Interval::point(static_cast<double>(data.num_samples())); }
inline Interval never_negative(const Interval& x) { return {std::max(x.lower, 0.0), x.upper}; }

template <class F>
void for_chunks(const NetworkData& data, Index chunk_size, const F& f) {
  for (Index first = 0; first < data.num_samples(); first += chunk_size) {
    stop_point();
    f(first, std::min(chunk_size, data.num_samples() - first));
  }
}

}  // namespace nadir::enclosed
