// A feed-forward network's loss, with value, gradient and blocks of exact Hessian products (formulas in data.hpp and
// passes.hpp).
//
// Samples go through in batches of 1024, added in order; products and everything else have fixed partitions, so that
// bits do not depend on the number of threads. An expansion keeps what the passes left of every batch while that fits
// into 1 GiB, and otherwise runs them again for every gradient and every block of eight directions: then the memory
// does not grow with the number of samples. A problem keeps the memory of past expansions for the next ones. Products in
// single precision (passes_float.hpp) keep rounded copies beside, half as large, and one of the inputs.
//
// Where a pre-activation is exactly 0 and s' jumps there, gradient and Hessian are those of the left piece
// (activation.hpp); nothing here says that they are derivatives of f at such a point.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/problems/network/data.hpp"

namespace nadir {

class WorkspacePool;

class Network {
 public:
  // most_kept_bytes: what an expansion, or a restriction, may keep of its batches; 0 makes everything again. Bits are the same.
  explicit Network(NetworkData data, double most_kept_bytes = 1073741824.0);

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  Index num_samples() const { return data_.num_samples(); }
  // SampledProblem's: value and gradient of a batch; copies the batch's samples, 1024 at a time, and nothing else.
  double sample_gradient(std::span<const double> x, std::span<const Index> rows, std::span<double> out) const;
  // An expansion works in memory of its own: one thread at a time may call it.
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;
  // RestrictableProblem's: restriction.hpp; null for small networks. Safe to call from several threads.
  std::unique_ptr<Restriction> restrict_to(std::span<const double> origin, ConstMatrixView directions) const;

  const NetworkData& data() const { return data_; }
  // The value of the network that is 0 everywhere, without penalty: |Y|^2/(2n), or log(number of classes).
  double value_of_zero() const { return value_of_zero_; }
  // What relative gaps are relative to: the value, or a millionth of value_of_zero() where that is larger.
  double gap_scale(double value) const;

 private:
  NetworkData data_;
  Layout layout_;
  double value_of_zero_ = 0.0;
  double most_kept_bytes_ = 0.0;
  bool keeps_batches_ = true;
  bool is_perceptron_ = false;  // expanded by perceptron_expansion.hpp
  // Memory for expansions and for values, where it is small enough to keep.
  std::shared_ptr<WorkspacePool> expansion_pool_, value_pool_, sample_pool_;
};

}  // namespace nadir
