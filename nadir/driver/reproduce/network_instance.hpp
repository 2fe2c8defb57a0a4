// A linear network with its data and its lower bound, as the claims judge them.
#pragma once

#include <cstddef>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/problems/linear_network/judge.hpp"

namespace nadir {

struct NetworkInstance {
  Matrix X, Y;  // d_in x n, d_out x n
  LinearNetwork problem;
  LowerBound bound;

  NetworkInstance(Matrix inputs, Matrix targets, std::vector<Index> widths, std::vector<Matrix> penalty = {});

  Verdict judge(const Point& point, const JudgeOptions& options = {}) const;
  // f is the mean over samples; the works reproduced here take the sum.
  double num_samples() const { return static_cast<double>(X.cols()); }
};

// Widths 2..4, `layers` matrices, d_in + 2 to d_in + 9 samples, Gaussian data whose inputs have full rank
// and whose whitened targets have singular values at least 1e-3 of the largest apart.
NetworkInstance random_network(Random& random, std::size_t layers);

// {0, ..., r - 1}
std::vector<Index> leading(Index r);
// `count` of the numbers 0, ..., n - 1, each set equally likely.
std::vector<std::size_t> some_of(Random& random, std::size_t n, std::size_t count);

}  // namespace nadir
