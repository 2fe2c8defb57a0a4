// A Tucker problem at a point, for the checker: from the definition
//
//   f = 1/2 |R|^2 + L/2 sum_k |D_k|^2,   R = S x_1 A_1 ... x_d A_d - T (0 where T is missing),   D_k = A_k^T A_k - S_(k) S_(k)^T
//   grad: S: R x_j A_j^T - 2 L sum_k S x_k D_k;   A_k: (R x_{j != k} A_j^T)_(k) S_(k)^T + 2 L A_k D_k
//
// with R as a whole tensor. Along a line, blocks move by t times a direction and X is multiplied out in powers of t.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nadir/problems/tucker/check_tensor.hpp"
#include "nadir/problems/tucker/data.hpp"

namespace nadir::tucker_check {

// Core (r_1 x r_2 ... r_d) and factors, of a point or a direction.
struct Blocks {
  Matrix core;
  std::vector<Matrix> A;
};

// The tensor in the file's order as an n_1 x (n_2 ... n_d) matrix, zero where `is_missing`.
struct WholeTensor {
  Matrix entries;
  std::vector<char> is_missing;  // like entries; empty where nothing is
};
WholeTensor whole_tensor(const TuckerData& data);

struct Subject {
  const TuckerData& data;
  std::vector<Index> ranks;
  Blocks point;
  const WholeTensor& tensor;

  Index dimension() const;
};

// Blocks prefix + "core", prefix + "A1", ... of the shapes of these data, any ranks or those given; InputError otherwise.
Blocks read_blocks(const TuckerData& data, const std::map<std::string, Matrix>& arrays, const std::string& prefix,
                   const std::vector<Index>* ranks = nullptr);
// A flat vector cut into blocks; InputError for another length.
Blocks cut_blocks(const Subject& subject, const Matrix& flat, const std::string& place);

template <class A>
class Evaluation {
 public:
  // At point + displacement (a real sum); without one where that is null.
  Evaluation(const Subject& subject, const A& arithmetic, const Blocks& point, const Blocks* displacement = nullptr);

  balls::Real value();
  balls::Real gradient_norm_squared();
  bool is_exactly_critical();
  // Coefficients of t, t^2, ..., t^highest in f(point + t k).
  std::vector<balls::Real> along_line(const Blocks& k, std::size_t highest);
  // The convention of criticality: |J| max(|R|, 1e-6 (|X| + |T|)) + 2 L sum_k |A_k^T A_k|_F |A_k|_F, with
  // |J|^2 = prod_k |G_k|_F + sum_k |S_(k) (G_j, j != k) S_(k)^T|_F.
  balls::Real gradient_scale();

  using M = typename A::Matrix;
  using T = CheckTensor<A>;
  const T& residual();
  const T& core() const { return core_; }
  const std::vector<M>& factors() const { return factors_; }

 private:
  struct Lifted {
    T core;
    std::vector<M> factors;
  };
  Lifted lifted(const Blocks& b) const;
  void hide_missing(T& X) const;
  T model() const;
  M balance(std::size_t k) const;
  M balance_between(std::size_t k, const Lifted& a, const Lifted& b) const;
  const std::vector<M>& gradient();
  balls::Real number(double x) const { return balls::Real(arithmetic_.precision, x); }

  const Subject& subject_;
  A arithmetic_;
  T core_;
  std::vector<M> factors_;
  std::optional<T> residual_;
  std::vector<M> gradient_;
};

extern template class Evaluation<InBalls>;
extern template class Evaluation<InRigor>;

// |R|^2 chunk by chunk of the first mode of memory, for tensors too large to enclose whole. In error-bounded floating
// point, at the point of the subject plus displacement.
balls::Real large_residual_energy(const Subject& subject, slong precision, const Blocks& point, const Blocks* displacement);

}  // namespace nadir::tucker_check
