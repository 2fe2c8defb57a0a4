#include "nadir/problems/network/enclosed_hessian.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "nadir/base/stop.hpp"
#include "nadir/problems/network/enclosed_passes.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using namespace enclosed;

// Entries of the largest matrix of a chunk.
constexpr double most_entries = 1 << 21;

// Entries of ball matrices. As intervals they would set up the floating-point environment for every operation; here
// enclose_second_order() has, for all of them. Errors of roundings are read off exactly, so that exact entries stay exact.
struct Ball {
  double mid = 0.0, rad = 0.0;
};

Ball entry(const BallMatrix& A, Index i, Index j) { return {A.mid(i, j), A.rad(i, j)}; }
bool is_zero(const Ball& a) { return a.mid == 0.0 && a.rad == 0.0; }

// `rad` is a sum of at most four terms of at most two roundings each, products among them; the factor pays for these, the
// addend for underflow.
Ball inflated(double mid, double rad) {
  if (rad != 0.0) rad = (rad + 0x1p-1070) * (1.0 + 0x1p-49);
  if (!std::isfinite(mid) || !std::isfinite(rad)) return {0.0, std::numeric_limits<double>::infinity()};
  return {mid, rad};
}

Ball operator*(const Ball& a, const Ball& b) {
  const double product = a.mid * b.mid;
  double error = std::fabs(std::fma(a.mid, b.mid, -product));
  if (std::fabs(product) < 0x1p-960 && a.mid != 0.0 && b.mid != 0.0) error += 0x1p-1074;  // the error itself may underflow
  const double spread = std::fabs(a.mid) * b.rad + a.rad * (std::fabs(b.mid) + b.rad);
  const bool is_spread = (a.rad != 0.0 && (b.mid != 0.0 || b.rad != 0.0)) || (b.rad != 0.0 && a.mid != 0.0);
  return inflated(product, error + (is_spread ? spread + 0x1p-1072 : 0.0));
}

Ball operator+(const Ball& a, const Ball& b) {
  const double sum = a.mid + b.mid, moved = sum - a.mid;
  const double error = (a.mid - (sum - moved)) + (b.mid - moved);  // exact, or NaN where the sum overflows
  return inflated(sum, std::fabs(error) + (a.rad + b.rad));
}

void put(BallMatrix& A, Index i, Index j, const Ball& x) { A.mid(i, j) = x.mid, A.rad(i, j) = x.rad; }

// A stack holds one matrix a sample side by side: sample s has the columns s k, ..., s k + k - 1.
BallMatrix transposed_in_stack(const BallMatrix& A, Index samples) {
  const Index k = A.cols() / samples;
  BallMatrix result(k, A.rows() * samples);
  for (Index s = 0; s < samples; ++s)
    for (Index j = 0; j < k; ++j)
      for (Index i = 0; i < A.rows(); ++i) {
        result.mid(j, s * A.rows() + i) = A.mid(i, s * k + j);
        result.rad(j, s * A.rows() + i) = A.rad(i, s * k + j);
      }
  return result;
}

// Row i of each sample's matrix times v(i, sample).
BallMatrix scaled_rows(const BallMatrix& v, const BallMatrix& stack) {
  const Index samples = v.cols(), k = stack.cols() / samples;
  BallMatrix result(stack.rows(), stack.cols());
  for (Index j = 0; j < stack.cols(); ++j)
    for (Index i = 0; i < stack.rows(); ++i)
      if (const Ball x = entry(stack, i, j); !is_zero(x)) put(result, i, j, entry(v, i, j / k) * x);
  return result;
}

BallMatrix diagonals(const BallMatrix& v) {
  BallMatrix result(v.rows(), v.rows() * v.cols());
  for (Index s = 0; s < v.cols(); ++s)
    for (Index i = 0; i < v.rows(); ++i) put(result, i, s * v.rows() + i, entry(v, i, s));
  return result;
}

// Row i + rows j of column s: entry (i, j) of sample s.
BallMatrix flattened(const BallMatrix& stack, Index samples) {
  const Index size = stack.mid.size() / samples;
  BallMatrix result(size, samples);
  std::copy_n(stack.mid.data(), stack.mid.size(), result.mid.data());
  std::copy_n(stack.rad.data(), stack.rad.size(), result.rad.data());
  return result;
}

BallMatrix products_in_stack(const BallMatrix& A, const BallMatrix& B, Index samples) {
  const Index inner = A.cols() / samples, k = B.cols() / samples;
  BallMatrix result(A.rows(), B.cols());
  for (Index s = 0; s < samples; ++s)
    for (Index j = 0; j < k; ++j)
      for (Index i = 0; i < A.rows(); ++i) {
        Ball sum;
        for (Index h = 0; h < inner; ++h)
          if (const Ball b = entry(B, h, s * k + j); !is_zero(b)) sum = sum + entry(A, i, s * inner + h) * b;
        put(result, i, s * k + j, sum);
      }
  return result;
}

// Row i + a.rows j: entries (i, s) of a and (j, s) of b multiplied.
BallMatrix row_products(const BallMatrix& a, const BallMatrix& b) {
  BallMatrix result(a.rows() * b.rows(), a.cols());
  for (Index s = 0; s < a.cols(); ++s)
    for (Index j = 0; j < b.rows(); ++j) {
      const Ball factor = entry(b, j, s);
      if (is_zero(factor)) continue;
      for (Index i = 0; i < a.rows(); ++i)
        if (const Ball x = entry(a, i, s); !is_zero(x)) put(result, i + a.rows() * j, s, x * factor);
    }
  return result;
}

class SecondOrderPass {
 public:
  SecondOrderPass(const NetworkData& data, const Layout& layout, const Parameters& p) : data_(data), p_(p), L_(data.num_layers()) {
    const Index n = layout.dimension();
    sums_.gradient = BallMatrix(n, 1);
    sums_.hessian = BallMatrix(n, n);
    sums_.exists = true;
    for (std::size_t l = 0; l < L_; ++l) offsets_.push_back(layout[data.weight_block(l)].offset);
  }

  Index chunk_size() const {
    double widest = 1.0;
    for (std::size_t m = 0; m < L_; ++m)
      for (std::size_t l = 0; l <= m; ++l) {
        const double out = static_cast<double>(rows(m) * rows(l)), in = static_cast<double>(inputs(m) * inputs(l));
        widest = std::max({widest, out, in, m > l ? out * static_cast<double>(inputs(m)) : 0.0});
      }
    return std::max<Index>(1, static_cast<Index>(most_entries / widest));
  }

  void run(Index first, Index count) {
    count_ = count;
    forward(first);
    backward(first);
    for (std::size_t l = 0; l < L_; ++l) {
      const BallMatrix g = enclose_product(D_[l], Op::none, e_[l], Op::transpose);
      for (Index i = 0; i < g.mid.size(); ++i) add_to(sums_.gradient, offsets_[l] + i, 0, entry(g, i % rows(l), i / rows(l)));
      blocks_beside(l);
    }
  }

  SecondOrderEnclosure finish() {
    const Interval n = samples(data_);
    sums_.gradient = scale(Interval::point(1.0) / n, sums_.gradient);
    BallMatrix& H = sums_.hessian;
    H = scale(Interval::point(1.0) / n, H);
    if (data_.weight_decay != 0.0) add_penalty();
    for (Index j = 0; j < H.cols(); ++j)
      for (Index i = 0; i < j; ++i) H.mid(i, j) = H.mid(j, i), H.rad(i, j) = H.rad(j, i);
    return std::move(sums_);
  }

 private:
  Index rows(std::size_t l) const { return data_.widths[l + 1]; }
  Index inputs(std::size_t l) const { return data_.widths[l] + (data_.has_bias ? 1 : 0); }

  static void add_to(BallMatrix& A, Index i, Index j, const Ball& x) { put(A, i, j, entry(A, i, j) + x); }

  void add_penalty() {
    const Ball B{data_.weight_decay, 0.0};
    for (std::size_t l = 0; l < L_; ++l)
      for (Index i = 0; i < p_.W[l].mid.size(); ++i) {
        const Index at = offsets_[l] + i;
        add_to(sums_.hessian, at, at, B);
        add_to(sums_.gradient, at, 0, B * entry(p_.W[l], i % rows(l), i / rows(l)));
      }
  }

  BallMatrix extended(const BallMatrix& A) const {
    if (!data_.has_bias) return A;
    BallMatrix result(A.rows() + 1, A.cols());
    for (Index j = 0; j < A.cols(); ++j) {
      std::copy_n(A.mid.col(j), A.rows(), result.mid.col(j));
      std::copy_n(A.rad.col(j), A.rows(), result.rad.col(j));
      result.mid(A.rows(), j) = 1.0;
    }
    return result;
  }

  void forward(Index first) {
    BallMatrix A = exact(data_.x.columns(first, count_));
    e_.clear();
    derivatives_.assign(L_, {});
    for (std::size_t l = 0; l < L_; ++l) {
      e_.push_back(extended(A));
      BallMatrix Z = pre_activation(data_, p_, l, A);
      if (l + 1 == L_) output_ = std::move(Z);
      else A = activate(data_.activations[l], Z, &derivatives_[l]);
      sums_.exists = sums_.exists && derivatives_[l].not_twice == 0 && derivatives_[l].not_differentiable == 0;
    }
  }

  void backward(Index first) {
    D_.assign(L_, {});
    S_.assign(L_, {});
    D_.back() = enclose_loss(data_, output_, first).delta;
    S_.back() = loss_hessians(first);
    for (std::size_t l = L_ - 1; l-- > 0;) {
      const LayerDerivatives& s = derivatives_[l];
      const BallMatrix G = enclose_product(p_.W[l + 1], Op::transpose, D_[l + 1], Op::none);
      D_[l] = entrywise(s.slope, G);
      const BallMatrix half = scaled_rows(s.slope, enclose_product(p_.W[l + 1], Op::transpose, S_[l + 1], Op::none));
      S_[l] = scaled_rows(s.slope, enclose_product(p_.W[l + 1], Op::transpose, transposed_in_stack(half, count_), Op::none));
      const BallMatrix bent = entrywise(s.bend, G);
      for (Index j = 0; j < count_; ++j)
        for (Index i = 0; i < rows(l); ++i) add_to(S_[l], i, j * rows(l) + i, entry(bent, i, j));
    }
  }

  BallMatrix loss_hessians(Index first) const {
    const Index d = rows(L_ - 1);
    BallMatrix S(d, d * count_);
    for (Index s = 0; s < count_; ++s) {
      if (!data_.is_cross_entropy) {
        for (Index i = 0; i < d; ++i) S.mid(i, s * d + i) = 1.0;
        continue;
      }
      const Softmax q = enclose_softmax(data_, output_, s, first + s);
      for (Index j = 0; j < d; ++j)
        for (Index i = 0; i < d; ++i) {
          const Interval qi = q.probability[static_cast<std::size_t>(i)], qj = q.probability[static_cast<std::size_t>(j)];
          set(S, i, s * d + j, q.weight * (i == j ? qi * (Interval::point(1.0) - qi) : -(qi * qj)));
        }
    }
    return S;
  }

  // All blocks of layers m >= l with layer l.
  void blocks_beside(std::size_t l) {
    add_outer(l, l, flattened(S_[l], count_));
    if (l + 1 == L_) return;
    BallMatrix E = diagonals(derivatives_[l].slope);  // dA_{m-1}/dZ_l
    for (std::size_t m = l + 1; m < L_; ++m) {
      stop_point();
      const BallMatrix T = enclose_product(p_.W[m], E);
      add_outer(m, l, flattened(products_in_stack(S_[m], T, count_), count_));
      add_mixed(m, l, row_products(flattened(E, count_), D_[m]));
      if (m + 1 < L_) E = scaled_rows(derivatives_[m].slope, T);
    }
  }

  // (i, k; s) times e_{m-1}(j) e_{l-1}(q)
  void add_outer(std::size_t m, std::size_t l, const BallMatrix& ik) {
    stop_point();
    const BallMatrix sum = enclose_product(ik, Op::none, row_products(e_[m], e_[l]), Op::transpose);
    for (Index q = 0; q < inputs(l); ++q)
      for (Index j = 0; j < inputs(m); ++j)
        for (Index k = 0; k < rows(l); ++k)
          for (Index i = 0; i < rows(m); ++i)
            add_to(sums_.hessian, at(m, i, j), at(l, k, q), entry(sum, i + rows(m) * k, j + inputs(m) * q));
  }

  // (j, k, i; s) times e_{l-1}(q); biases have no such term.
  void add_mixed(std::size_t m, std::size_t l, const BallMatrix& jki) {
    const BallMatrix sum = enclose_product(jki, Op::none, e_[l], Op::transpose);
    const Index width = data_.widths[m];
    for (Index q = 0; q < inputs(l); ++q)
      for (Index i = 0; i < rows(m); ++i)
        for (Index k = 0; k < rows(l); ++k)
          for (Index j = 0; j < width; ++j)
            add_to(sums_.hessian, at(m, i, j), at(l, k, q), entry(sum, j + width * (k + rows(l) * i), q));
  }

  // Biases are the last column: their block follows the weights'.
  Index at(std::size_t l, Index i, Index j) const { return offsets_[l] + i + rows(l) * j; }

  const NetworkData& data_;
  const Parameters& p_;
  std::size_t L_;
  std::vector<Index> offsets_;
  SecondOrderEnclosure sums_;
  // Of the chunk.
  Index count_ = 0;
  std::vector<BallMatrix> e_, D_, S_;
  std::vector<LayerDerivatives> derivatives_;
  BallMatrix output_;
};

}  // namespace

SecondOrderEnclosure enclose_second_order(const Network& problem, std::span<const double> x, double radius) {
  const FloatingPointGuard guard;
  const Parameters p = parameters_within(problem, x, radius);
  SecondOrderPass pass(problem.data(), problem.layout(), p);
  for_chunks(problem.data(), pass.chunk_size(), [&](Index first, Index count) { pass.run(first, count); });
  return pass.finish();
}

}  // namespace nadir
