#include "nadir/problems/tucker/check_evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"

namespace nadir::tucker_check {
namespace {

using balls::Real;

std::string shape_text(Index rows, Index cols) { return std::to_string(rows) + " x " + std::to_string(cols); }

const Matrix& array_named(const std::map<std::string, Matrix>& arrays, const std::string& name) {
  const auto it = arrays.find(name);
  if (it == arrays.end()) throw InputError("point", "the block " + name, "none");
  return it->second;
}

}  // namespace

Index Subject::dimension() const {
  Index n = point.core.size();
  for (const Matrix& a : point.A) n += a.size();
  return n;
}

WholeTensor whole_tensor(const TuckerData& data) {
  const int d = data.num_modes();
  WholeTensor result{Matrix(data.extents[0], columns_of(data.extents)), {}};
  if (data.is_masked) result.is_missing.assign(static_cast<std::size_t>(result.entries.size()), 0);
  // Steps in memory of the file's modes.
  std::vector<Index> step(static_cast<std::size_t>(d));
  Index size = 1;
  for (int m = d - 1; m >= 0; --m) {
    step[static_cast<std::size_t>(data.source_mode(m))] = size;
    size *= data.extents[static_cast<std::size_t>(data.source_mode(m))];
  }
  for_each_double_slab(data, [&](TensorView<double> slab, Index first) {
    const Index begin = first * slab.shape.right(0);
    for (Index i = 0; i < slab.size(); ++i) {
      Index column = 0;
      const Index place = begin + i, row = place / step[0] % data.extents[0];
      for (std::size_t k = 1; k < step.size(); ++k) column = column * data.extents[k] + place / step[k] % data.extents[k];
      const double x = slab.data[i];
      if (std::isnan(x)) result.is_missing[static_cast<std::size_t>(row + column * data.extents[0])] = 1;
      else result.entries(row, column) = x;
    }
  });
  return result;
}

Blocks read_blocks(const TuckerData& data, const std::map<std::string, Matrix>& arrays, const std::string& prefix, const std::vector<Index>* ranks) {
  Blocks blocks{array_named(arrays, prefix + "core"), {}};
  Index cols = 1, first = 0;
  for (std::size_t k = 0; k < data.extents.size(); ++k) {
    const std::string name = prefix + "A" + std::to_string(k + 1);
    const Matrix& a = array_named(arrays, name);
    const bool fits = ranks ? a.cols() == (*ranks)[k] : a.cols() >= 1;
    if (a.rows() != data.extents[k] || !fits)
      throw InputError("block " + name, std::to_string(data.extents[k]) + " rows" + (ranks ? " and " + std::to_string((*ranks)[k]) + " columns" : ""),
                       shape_text(a.rows(), a.cols()));
    if (k == 0) first = a.cols();
    else cols *= a.cols();
    blocks.A.push_back(a);
  }
  if (blocks.core.rows() != first || blocks.core.cols() != cols)
    throw InputError("block " + prefix + "core", shape_text(first, cols), shape_text(blocks.core.rows(), blocks.core.cols()));
  return blocks;
}

Blocks cut_blocks(const Subject& subject, const Matrix& flat, const std::string& place) {
  if (flat.size() != subject.dimension()) throw InputError(place, std::to_string(subject.dimension()) + " numbers", std::to_string(flat.size()));
  const double* next = flat.data();
  const auto take = [&](const Matrix& like) {
    Matrix m(ConstMatrixView(next, like.rows(), like.cols()));
    next += like.size();
    return m;
  };
  Blocks blocks{take(subject.point.core), {}};
  for (const Matrix& a : subject.point.A) blocks.A.push_back(take(a));
  return blocks;
}

template <class A>
Evaluation<A>::Evaluation(const Subject& subject, const A& arithmetic, const Blocks& point, const Blocks* displacement)
    : subject_(subject), arithmetic_(arithmetic), core_{{}, arithmetic.zero(0, 0)} {
  Lifted here = lifted(point);
  if (displacement) {
    const Lifted shift = lifted(*displacement);
    here.core.entries = arithmetic_.sum(here.core.entries, shift.core.entries);
    for (std::size_t k = 0; k < here.factors.size(); ++k) here.factors[k] = arithmetic_.sum(here.factors[k], shift.factors[k]);
  }
  core_ = std::move(here.core);
  factors_ = std::move(here.factors);
}

template <class A>
typename Evaluation<A>::Lifted Evaluation<A>::lifted(const Blocks& b) const {
  Lifted result{{subject_.ranks, arithmetic_.exact(b.core)}, {}};
  for (const Matrix& a : b.A) result.factors.push_back(arithmetic_.exact(a));
  return result;
}

template <class A>
void Evaluation<A>::hide_missing(T& X) const {
  const std::vector<char>& missing = subject_.tensor.is_missing;
  if (missing.empty()) return;
  const M zero = arithmetic_.zero(1, 1);
  const Index rows = X.shape[0];
  for (Index place = 0; place < static_cast<Index>(missing.size()); ++place)
    if (missing[static_cast<std::size_t>(place)]) arithmetic_.copy(zero, 0, 0, X.entries, place % rows, place / rows);
}

template <class A>
CheckTensor<A> Evaluation<A>::model() const {
  T X = core_;
  for (std::size_t k = 0; k < factors_.size(); ++k) X = times(arithmetic_, X, k, factors_[k]);
  return X;
}

template <class A>
const CheckTensor<A>& Evaluation<A>::residual() {
  if (residual_) return *residual_;
  residual_ = model();
  residual_->entries = arithmetic_.difference(residual_->entries, arithmetic_.exact(subject_.tensor.entries));
  hide_missing(*residual_);
  return *residual_;
}

template <class A>
typename A::Matrix Evaluation<A>::balance(std::size_t k) const {
  const M S = unfolded(arithmetic_, core_, k);
  return arithmetic_.difference(arithmetic_.product(arithmetic_.transposed(factors_[k]), factors_[k]),
                                arithmetic_.product(S, arithmetic_.transposed(S)));
}

template <class A>
Real Evaluation<A>::value() {
  const M& R = residual().entries;
  Real sum = arithmetic_.inner(R, R);
  for (std::size_t k = 0; k < factors_.size() && subject_.data.regulariser > 0.0; ++k) {
    const M D = balance(k);
    sum = sum + subject_.data.regulariser * arithmetic_.inner(D, D);
  }
  return 0.5 * sum;
}

template <class A>
const std::vector<typename A::Matrix>& Evaluation<A>::gradient() {
  if (!gradient_.empty()) return gradient_;
  const std::size_t d = factors_.size();
  std::vector<M> transposed;
  for (const M& a : factors_) transposed.push_back(arithmetic_.transposed(a));
  T core_part = residual();
  for (std::size_t k = 0; k < d; ++k) core_part = times(arithmetic_, core_part, k, transposed[k]);
  const M twice = arithmetic_.exact(Matrix::from_rows({{2.0 * subject_.data.regulariser}}));
  const auto scaled = [&](const M& B) {
    M weight = arithmetic_.zero(B.rows(), B.rows());
    for (Index i = 0; i < B.rows(); ++i) arithmetic_.copy(twice, 0, 0, weight, i, i);
    return arithmetic_.product(weight, B);
  };
  std::vector<M> blocks;
  for (std::size_t k = 0; k < d; ++k) {
    T W = residual();
    for (std::size_t j = 0; j < d; ++j)
      if (j != k) W = times(arithmetic_, W, j, transposed[j]);
    blocks.push_back(arithmetic_.product(unfolded(arithmetic_, W, k), arithmetic_.transposed(unfolded(arithmetic_, core_, k))));
    if (subject_.data.regulariser == 0.0) continue;
    const M D = balance(k);
    blocks.back() = arithmetic_.sum(blocks.back(), scaled(arithmetic_.product(factors_[k], D)));
    core_part.entries = arithmetic_.difference(core_part.entries, scaled(times(arithmetic_, core_, k, D).entries));
  }
  blocks.push_back(std::move(core_part.entries));
  gradient_ = std::move(blocks);
  return gradient_;
}

template <class A>
Real Evaluation<A>::gradient_norm_squared() {
  Real sum = number(0.0);
  for (const M& g : gradient()) sum = sum + arithmetic_.inner(g, g);
  return sum;
}

template <class A>
bool Evaluation<A>::is_exactly_critical() {
  return std::all_of(gradient().begin(), gradient().end(), [&](const M& g) { return arithmetic_.is_zero(g); });
}

template <class A>
typename A::Matrix Evaluation<A>::balance_between(std::size_t k, const Lifted& a, const Lifted& b) const {
  return arithmetic_.difference(arithmetic_.product(arithmetic_.transposed(a.factors[k]), b.factors[k]),
                                arithmetic_.product(unfolded(arithmetic_, a.core, k), arithmetic_.transposed(unfolded(arithmetic_, b.core, k))));
}

template <class A>
std::vector<Real> Evaluation<A>::along_line(const Blocks& k, std::size_t highest) {
  const Lifted shift = lifted(k), here{core_, factors_};
  std::vector<T> q{core_, shift.core};
  for (std::size_t m = 0; m < factors_.size(); ++m) {
    std::vector<T> next;
    for (std::size_t p = 0; p <= std::min(q.size(), highest); ++p) {
      std::optional<T> term;
      if (p < q.size()) term = times(arithmetic_, q[p], m, factors_[m]);
      if (p > 0) {
        T moved = times(arithmetic_, q[p - 1], m, shift.factors[m]);
        if (term) term->entries = arithmetic_.sum(term->entries, moved.entries);
        else term = std::move(moved);
      }
      next.push_back(std::move(*term));
    }
    q = std::move(next);
  }
  for (T& X : q) hide_missing(X);
  std::vector<Real> coefficients;
  for (std::size_t p = 1; p <= highest; ++p) {
    Real a = number(0.0);
    if (p < q.size()) a = arithmetic_.inner(residual().entries, q[p].entries);
    for (std::size_t i = 1; i < p; ++i)
      if (i < q.size() && p - i < q.size()) a = a + 0.5 * arithmetic_.inner(q[i].entries, q[p - i].entries);
    coefficients.push_back(a);
  }
  for (std::size_t m = 0; m < factors_.size() && subject_.data.regulariser > 0.0; ++m) {
    const M mixed = balance_between(m, here, shift);
    const M D[3] = {balance(m), arithmetic_.sum(mixed, arithmetic_.transposed(mixed)), balance_between(m, shift, shift)};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        if (i + j >= 1 && i + j <= highest) coefficients[i + j - 1] = coefficients[i + j - 1] + 0.5 * (subject_.data.regulariser * arithmetic_.inner(D[i], D[j]));
  }
  return coefficients;
}

template <class A>
Real Evaluation<A>::gradient_scale() {
  const std::size_t d = factors_.size();
  std::vector<M> G;
  Real of_core = number(1.0), balance_terms = number(0.0);
  for (const M& a : factors_) {
    G.push_back(arithmetic_.product(arithmetic_.transposed(a), a));
    const Real squares = arithmetic_.inner(G.back(), G.back());
    of_core = of_core * square_root(squares);
    balance_terms = balance_terms + 2.0 * (subject_.data.regulariser * square_root(squares * arithmetic_.inner(a, a)));
  }
  T whole = core_;
  for (std::size_t k = 0; k < d; ++k) whole = times(arithmetic_, whole, k, G[k]);
  Real J = of_core;
  for (std::size_t k = 0; k < d; ++k) {
    T others = core_;
    for (std::size_t j = 0; j < d; ++j)
      if (j != k) others = times(arithmetic_, others, j, G[j]);
    const M N = arithmetic_.product(unfolded(arithmetic_, others, k), arithmetic_.transposed(unfolded(arithmetic_, core_, k)));
    J = J + square_root(arithmetic_.inner(N, N));
  }
  const Real residual_norm = square_root(arithmetic_.inner(residual().entries, residual().entries));
  const Real terms = 1e-6 * (square_root(arithmetic_.inner(whole.entries, core_.entries)) + number(subject_.data.norm));
  const Real size = is_at_most(residual_norm, terms) == balls::Answer::yes ? terms : residual_norm;
  return square_root(J) * size + balance_terms;
}

template class Evaluation<InBalls>;
template class Evaluation<InRigor>;

}  // namespace nadir::tucker_check
