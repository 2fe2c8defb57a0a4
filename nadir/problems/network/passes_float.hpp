// Hessian products of a network in single precision, for spectra; never for a claim (core/problem.hpp,
// apply_hessian_roughly).
//
// The formulas are those of passes.hpp. The point's own passes run in double and their results are rounded once;
// directions, products with them and sums over samples are float. Against the product in double the error is about
// 1e-6 of it, more where the Hessian is a small difference of large terms: whoever uses it measures.
#pragma once

#include <vector>

#include "nadir/linalg/float_matrix.hpp"
#include "nadir/problems/network/passes.hpp"

namespace nadir {

struct FloatWeights {
  std::vector<FloatMatrix> W;  // of every layer

  explicit FloatWeights(const NetworkView& network);
};

// A batch after both passes, rounded.
struct FloatBatch {
  Index first = 0, count = 0;
  std::vector<FloatMatrix> inputs;  // of every layer: A_0, A_1, ...
  std::vector<FloatMatrix> slopes, bends, deltas;
  FloatMatrix softmax;
};

void round_batch(const NetworkData& data, const Batch& batch, FloatBatch& rounded);

struct FloatScratch {
  std::vector<FloatMatrix> inner, outer, deltas;
};
// out += the batch's part of H U, without the penalty.
void add_hessian_roughly(const NetworkView& network, const FloatWeights& weights, const FloatBatch& batch, ConstFloatView U,
                         FloatScratch& scratch, FloatView out);
// out += the penalty's part.
void add_penalty_roughly(const NetworkView& network, ConstFloatView U, FloatView out);

// Directions that go through together: one of a large batch, whose matrices then stay in cache, many of a small one.
Index directions_at_once(const NetworkData& data, Index samples);

}  // namespace nadir
