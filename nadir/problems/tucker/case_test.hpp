// For tests of the family: problems from tensors in memory, and the case of the notes.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/tucker/normal_form.hpp"
#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

inline TuckerOptions tucker_options(Tensor<double> T, std::vector<std::int64_t> ranks) {
  TuckerOptions o;
  o.tensor.shape = T.shape().extents();
  for (const double x : T.flat()) o.tensor.num_missing += std::isnan(x) ? 1 : 0;
  if (o.tensor.num_missing > 0) o.missing = "nan-mask";
  o.tensor.doubles = std::make_shared<MemorySlabs<double>>(std::move(T));
  o.ranks = std::move(ranks);
  return o;
}

// The same array as a file in Fortran's order: memory holds it with the modes reversed.
inline TuckerOptions reversed(const TuckerOptions& o) {
  const Tensor<double> T(o.tensor.doubles->shape(), {o.tensor.doubles->whole().flat().begin(), o.tensor.doubles->whole().flat().end()});
  Tensor<double> R(T.shape().reversed());
  for (Index place = 0; place < T.size(); ++place) {
    Index to = 0;
    for (int m = 0; m < T.shape().num_modes(); ++m) to += place / T.shape().right(m) % T.shape()[m] * R.shape().right(T.shape().num_modes() - 1 - m);
    R.data()[to] = T.data()[place];
  }
  TuckerOptions result = o;
  result.tensor.is_reversed = true;
  result.tensor.doubles = std::make_shared<MemorySlabs<double>>(std::move(R));
  return result;
}

// Data and the problem that refers to them.
struct TuckerCase {
  TuckerData data;
  Tucker problem;

  explicit TuckerCase(const TuckerOptions& o) : data(make_tucker_data(o)), problem(data, requested_ranks(o, data)) {}
  TuckerCase(const TuckerCase&) = delete;

  Point point(Vector x) const {
    Point p(problem.layout());
    p.values = std::move(x);
    return p;
  }
};

template <class F>
Tensor<double> tensor_of(const TensorShape& shape, F&& entry) {
  Tensor<double> T(shape);
  for (Index place = 0; place < T.size(); ++place) {
    std::vector<double> index;
    for (int m = 0; m < shape.num_modes(); ++m) index.push_back(static_cast<double>(place / shape.right(m) % shape[m]));
    T.data()[place] = entry(index);
  }
  return T;
}

inline Tensor<double> random_tensor(const TensorShape& shape, Random& random) {
  Tensor<double> T(shape);
  random.fill_normal(T.flat());
  return T;
}

// Of these multilinear ranks, exactly but for rounding.
inline Tensor<double> random_low_rank(const TensorShape& shape, const TensorShape& ranks, Random& random) {
  Tensor<double> T = random_tensor(ranks, random);
  for (int m = 0; m < shape.num_modes(); ++m) {
    Matrix A(shape[m], ranks[m]);
    random.fill_normal(A.flat());
    T = mode_product(T.view(), m, A);
  }
  return T;
}

}  // namespace nadir
