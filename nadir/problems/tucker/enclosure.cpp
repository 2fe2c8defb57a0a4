#include "nadir/problems/tucker/enclosure.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr Index chunk_entries = Index{1} << 19;
const Interval half{0.5, 0.5}, two{2.0, 2.0};

std::size_t at(int i) { return static_cast<std::size_t>(i); }
bool holds(const std::vector<int>& modes, int mode) { return std::find(modes.begin(), modes.end(), mode) != modes.end(); }

BallTensor contracted(BallTensor T, const std::vector<BallMatrix>& A, const std::vector<int>& kept) {
  for (int m = 0; m < T.shape.num_modes(); ++m)
    if (!holds(kept, m)) T = mode_product(T, m, A[at(m)], Op::transpose);
  return T;
}

// Of an exact tensor: an outer mode first, whose unfolding is not copied.
BallTensor contracted(TensorView<double> T, const std::vector<BallMatrix>& A, std::vector<int> kept) {
  const int last = T.num_modes() - 1;
  for (const int m : {0, last})
    if (!holds(kept, m)) {
      BallTensor smaller = outer_mode_product(T, m, A[at(m)], Op::transpose);
      kept.push_back(m);
      return contracted(std::move(smaller), A, kept);
    }
  return contracted(BallTensor(T), A, kept);
}

// Zero where the entry of T is missing.
void mask(TensorView<double> T, BallTensor& X) {
  for (Index i = 0; i < T.size(); ++i)
    if (std::isnan(T.data[i])) X.entries.mid(i, 0) = X.entries.rad(i, 0) = 0.0;
}

BallTensor observed(TensorView<double> T) {
  std::vector<double> values(T.data, T.data + T.size());
  for (double& x : values)
    if (std::isnan(x)) x = 0.0;
  return BallTensor(TensorView<double>{values.data(), T.shape});
}

}  // namespace

TuckerEnclosure::TuckerEnclosure(const Tucker& problem, std::span<const double> x, std::span<const double> displacement)
    : problem_(problem), data_(problem.data()) {
  Parts here = parts(x);
  if (!displacement.empty()) {
    const Parts shift = parts(displacement);
    here.core = add(here.core, shift.core);
    for (std::size_t k = 0; k < here.A.size(); ++k) here.A[k] = add(here.A[k], shift.A[k]);
  }
  core_ = std::move(here.core);
  A_ = std::move(here.A);
  energy_ = enclose_energy();
  energy_.lower = std::max(energy_.lower, 0.0);
  value_ = half * energy_;
  for (int k = 0; k < data_.num_modes() && data_.regulariser > 0.0; ++k)
    value_ = value_ + half * Interval::point(data_.regulariser) * enclose_frobenius_norm_squared(balance(k));
}

TuckerEnclosure::Parts TuckerEnclosure::parts(std::span<const double> x) const {
  const TuckerFactors f = problem_.factors(x);
  Parts result{BallTensor(f.core.view()), {}};
  for (const ConstMatrixView& A : f.A) result.A.push_back(exact(A));
  return result;
}

BallMatrix TuckerEnclosure::balance(int k) const {
  return subtract(enclose_product(A_[at(k)], Op::transpose, A_[at(k)], Op::none), unfolding_product(core_, core_, k));
}

Interval TuckerEnclosure::enclose_energy() const {
  BallTensor Z = core_;
  for (int m = 1; m < data_.num_modes(); ++m) Z = mode_product(Z, m, A_[at(m)], Op::none);
  const BallMatrix outer = unfolding(Z, 0);  // r_0 x row
  const Index row = outer.cols(), step = std::max<Index>(1, chunk_entries / row);
  Interval energy = Interval::point(0.0);
  for_each_double_slab(data_, [&](TensorView<double> slab, Index first) {
    for (Index i = 0; i < slab.shape[0]; i += step) {
      const Index count = std::min(step, slab.shape[0] - i);
      const BallMatrix rows = block(A_[0], first + i, 0, count, A_[0].cols());
      const BallMatrix X = enclose_product(outer, Op::transpose, rows, Op::transpose);  // row x count: memory's order
      const TensorView<double> T = slab.slab(i, count);
      BallTensor R(T.shape);
      if (data_.is_masked) {
        R.entries = subtract(BallMatrix(Matrix(T.size(), 1, Vector(X.mid.flat().begin(), X.mid.flat().end())),
                                        Matrix(T.size(), 1, Vector(X.rad.flat().begin(), X.rad.flat().end()))), observed(T).entries);
        mask(T, R);
        energy = energy + norm_squared(R);
      } else {
        energy = energy + enclose_frobenius_norm_squared(subtract(X, exact(ConstMatrixView(T.data, row, count))));
      }
    }
  });
  return energy;
}

BallTensor TuckerEnclosure::contracted_data(const std::vector<int>& kept) const {
  TensorShape shape = source_shape(data_);
  for (int m = 0; m < data_.num_modes(); ++m)
    if (!holds(kept, m)) shape = shape.with(m, A_[at(m)].cols());
  BallTensor result(shape);
  for_each_double_slab(data_, [&](TensorView<double> slab, Index first) {
    std::vector<BallMatrix> A = A_;
    A[0] = block(A_[0], first, 0, slab.shape[0], A_[0].cols());
    const BallTensor part = contracted(slab, A, kept);
    if (!holds(kept, 0)) {
      result = add(result, part);
      return;
    }
    std::copy_n(part.entries.mid.data(), part.entries.mid.size(), result.entries.mid.data() + first * shape.right(0));
    std::copy_n(part.entries.rad.data(), part.entries.rad.size(), result.entries.rad.data() + first * shape.right(0));
  });
  return result;
}

BallTensor TuckerEnclosure::contracted_model(const std::vector<int>& kept) const {
  BallTensor X = core_;
  for (int m = 0; m < data_.num_modes(); ++m)
    X = mode_product(X, m, holds(kept, m) ? A_[at(m)] : enclose_product(A_[at(m)], Op::transpose, A_[at(m)], Op::none), Op::none);
  return X;
}

BallTensor TuckerEnclosure::whole_residual() const {
  BallTensor X = core_;
  for (int m = 0; m < data_.num_modes(); ++m) X = mode_product(X, m, A_[at(m)], Op::none);
  for_each_double_slab(data_, [&](TensorView<double> slab, Index first) {
    const Index offset = first * slab.shape.right(0);
    BallTensor part(slab.shape);
    std::copy_n(X.entries.mid.data() + offset, slab.size(), part.entries.mid.data());
    std::copy_n(X.entries.rad.data() + offset, slab.size(), part.entries.rad.data());
    part = subtract(part, data_.is_masked ? observed(slab) : BallTensor(slab));
    mask(slab, part);
    std::copy_n(part.entries.mid.data(), slab.size(), X.entries.mid.data() + offset);
    std::copy_n(part.entries.rad.data(), slab.size(), X.entries.rad.data() + offset);
  });
  return X;
}

BallTensor TuckerEnclosure::contracted_residual(const std::vector<int>& kept) const {
  if (data_.is_masked) return contracted(whole_residual(), A_, kept);
  return subtract(contracted_model(kept), contracted_data(kept));
}

const std::vector<BallMatrix>& TuckerEnclosure::gradient() const {
  if (!gradient_.empty()) return gradient_;
  const int d = data_.num_modes();
  std::vector<BallMatrix> g(at(d + 1));
  BallTensor core(core_.shape);
  for (int first = 0; first < d; first += 2) {
    const int a = std::min(first, d - 2);
    const BallTensor P = contracted_residual({a, a + 1});
    for (const int k : {a, a + 1}) {
      if (g[at(k + 1)].rows() > 0) continue;
      const int other = k == a ? a + 1 : a;
      const BallTensor W = mode_product(P, other, A_[at(other)], Op::transpose);
      g[at(k + 1)] = unfolding_product(W, core_, k);
      if (k == 0) core = mode_product(W, 0, A_[0], Op::transpose);
    }
  }
  for (int k = 0; k < d && data_.regulariser > 0.0; ++k) {
    const BallMatrix D = balance(k);
    const Interval c = two * Interval::point(data_.regulariser);
    g[at(k + 1)] = add(g[at(k + 1)], scale(c, enclose_product(A_[at(k)], D)));
    core.entries = subtract(core.entries, scale(c, mode_product(core_, k, D, Op::none).entries));
  }
  g[0] = std::move(core.entries);
  gradient_ = std::move(g);
  return gradient_;
}

Interval TuckerEnclosure::gradient_norm() const {
  Interval squares = Interval::point(0.0);
  for (const BallMatrix& g : gradient()) squares = squares + enclose_frobenius_norm_squared(g);
  return sqrt(squares);
}

bool TuckerEnclosure::is_exactly_critical() const {
  return std::all_of(gradient().begin(), gradient().end(), [](const BallMatrix& g) { return max_magnitude(g) == 0.0; });
}

std::vector<Interval> TuckerEnclosure::along_line(std::span<const double> k) const {
  const int d = data_.num_modes();
  const Parts shift = parts(k);
  std::vector<BallTensor> q{core_, shift.core};
  for (int m = 0; m < d; ++m) {
    std::vector<BallTensor> next;
    for (std::size_t p = 0; p <= q.size(); ++p) {
      if (p < q.size()) next.push_back(mode_product(q[p], m, A_[at(m)], Op::none));
      if (p == 0) continue;
      BallTensor moved = mode_product(q[p - 1], m, shift.A[at(m)], Op::none);
      if (p < q.size()) next[p] = add(next[p], moved);
      else next.push_back(std::move(moved));
    }
    q = std::move(next);
  }
  if (data_.is_masked)
    for_each_double_slab(data_, [&](TensorView<double> slab, Index first) {
      for (BallTensor& X : q)
        for (Index i = 0; i < slab.size(); ++i)
          if (std::isnan(slab.data[i])) X.entries.mid(first * slab.shape.right(0) + i, 0) = X.entries.rad(first * slab.shape.right(0) + i, 0) = 0.0;
    });
  const BallTensor R = whole_residual();
  std::vector<Interval> coefficients{half * energy_};
  for (std::size_t p = 1; p < q.size(); ++p) {
    Interval a = inner_product(R, q[p]);
    for (std::size_t i = 1; i < p; ++i) a = a + half * inner_product(q[i], q[p - i]);
    coefficients.push_back(a);
  }
  if (data_.regulariser > 0.0) add_regulariser_along(shift, coefficients);
  return coefficients;
}

void TuckerEnclosure::add_regulariser_along(const Parts& k, std::vector<Interval>& coefficients) const {
  const Interval half_weight = half * Interval::point(data_.regulariser);
  for (int m = 0; m < data_.num_modes(); ++m) {
    const BallMatrix mixed = subtract(enclose_product(A_[at(m)], Op::transpose, k.A[at(m)], Op::none), unfolding_product(core_, k.core, m));
    const std::vector<BallMatrix> D{balance(m), add(mixed, transpose(mixed)),
                                    subtract(enclose_product(k.A[at(m)], Op::transpose, k.A[at(m)], Op::none), unfolding_product(k.core, k.core, m))};
    for (std::size_t p = 0; p < coefficients.size(); ++p)
      for (std::size_t i = 0; i <= std::min<std::size_t>(p, 2); ++i)
        if (p - i <= 2) coefficients[p] = coefficients[p] + half_weight * exact_inner_product(D[i], D[p - i]);
  }
}

}  // namespace nadir
