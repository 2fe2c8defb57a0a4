#include "nadir/problems/network/accurate_gradient.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "nadir/problems/network/enclosed_passes.hpp"
#include "nadir/rigor/fp_environment.hpp"

namespace nadir {
namespace {

using namespace enclosed;

constexpr Index chunk_size = 512;
constexpr double u = 0x1p-53;
// Products above it have an error that doubles hold.
constexpr double safe_product = 0x1p-900;

// A sum of k products of balls. Of the midpoints, sum = high + (errors of products and sums), exactly; the errors add up
// to at most (k + 1) u size and are summed with a relative error of 2 k u.
class Accumulator {
 public:
  void add(double a, double rad_a, double b, double rad_b) {
    ++count_;
    if (a != 0.0 && b != 0.0) add_product(a, b);
    if (rad_a != 0.0 || rad_b != 0.0) radius_ += std::fabs(a) * rad_b + rad_a * (std::fabs(b) + rad_b), is_exact_ = false;
  }

  Interval result() const {
    const double k = static_cast<double>(count_) + 1.0;
    if (!(k * u < 1e-4)) return Interval::whole();
    const double mid = high_ + low_;
    if (is_exact_ && std::isfinite(mid)) return Interval::point(mid);
    // The last factor pays for the roundings of this line and of the sums in it, the last term for underflow.
    const double rad = (1.01 * u * std::fabs(mid) + 4.04 * (k * u) * (k * u) * size_ + radius_) * (1.0 + 8.0 * k * u) + 8.0 * k * 0x1p-1074;
    if (!std::isfinite(mid) || !std::isfinite(rad)) return Interval::whole();
    return Interval::ball(mid, rad + num_tiny_ * safe_product);
  }

 private:
  void add_product(double a, double b) {
    const double product = a * b;
    if (!(std::fabs(product) > safe_product)) {
      num_tiny_ += 1.0;  // the whole product counts as error
      is_exact_ = false;
      return;
    }
    const double product_error = std::fma(a, b, -product), sum = high_ + product, moved = sum - high_;
    const double sum_error = (high_ - (sum - moved)) + (product - moved);
    is_exact_ = is_exact_ && product_error == 0.0 && sum_error == 0.0;
    high_ = sum;
    low_ += product_error + sum_error;
    size_ += std::fabs(product);
  }

  double high_ = 0.0, low_ = 0.0, size_ = 0.0, radius_ = 0.0, num_tiny_ = 0.0;
  Index count_ = 0;
  bool is_exact_ = true;
};

// op(A) B^T with B by rows, or op(A) B: rows of the left factor times columns of the right one.
template <class Left, class Right>
BallMatrix product(Index rows, Index cols, Index inner, const Left& left, const Right& right) {
  BallMatrix result(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) {
      Accumulator sum;
      for (Index k = 0; k < inner; ++k) {
        const auto [a, rad_a] = left(i, k);
        const auto [b, rad_b] = right(k, j);
        sum.add(a, rad_a, b, rad_b);
      }
      set(result, i, j, sum.result());
    }
  return result;
}

using Ball = std::pair<double, double>;
auto plain(const BallMatrix& A) {
  return [&A](Index i, Index j) { return Ball{A.mid(i, j), A.rad(i, j)}; };
}
auto transposed(const BallMatrix& A) {
  return [&A](Index i, Index j) { return Ball{A.mid(j, i), A.rad(j, i)}; };
}

class AccuratePass {
 public:
  AccuratePass(const NetworkData& data, const Layout& layout, const Parameters& p)
      : data_(data), layout_(layout), p_(p), sum_(layout.dimension(), 1) {}

  bool run(Index first, Index count) {
    const std::size_t L = data_.num_layers();
    std::vector<BallMatrix> e{extended(exact(data_.x.columns(first, count)))};
    std::vector<LayerDerivatives> derivatives(L);
    BallMatrix output;
    for (std::size_t l = 0; l < L; ++l) {
      const BallMatrix V = weights(l), Z = product(V.rows(), count, V.cols(), plain(V), plain(e[l]));
      if (l + 1 == L) output = Z;
      else e.push_back(extended(activate(data_.activations[l], Z, &derivatives[l])));
      if (derivatives[l].not_differentiable > 0) return false;
    }
    BallMatrix D = enclose_loss(data_, output, first).delta;
    for (std::size_t l = L; l-- > 0;) {
      add(l, product(D.rows(), e[l].rows(), count, plain(D), transposed(e[l])));
      if (l > 0) D = entrywise(derivatives[l - 1].slope, product(data_.widths[l], count, D.rows(), transposed(p_.W[l]), plain(D)));
    }
    return true;
  }

  BallMatrix finish() {
    if (data_.weight_decay != 0.0)
      for (std::size_t l = 0; l < data_.num_layers(); ++l)
        for (Index i = 0; i < p_.W[l].mid.size(); ++i) {
          const Index at = layout_[data_.weight_block(l)].offset + i;
          const Interval pull = samples(data_) * Interval::point(data_.weight_decay) * Interval::point(p_.W[l].mid.data()[i]);
          set(sum_, at, 0, sum_.entry(at, 0) + pull);
        }
    for (Index i = 0; i < sum_.rows(); ++i) set(sum_, i, 0, sum_.entry(i, 0) / samples(data_));
    return std::move(sum_);
  }

 private:
  BallMatrix extended(const BallMatrix& A) const {
    if (!data_.has_bias) return A;
    BallMatrix result(A.rows() + 1, A.cols());
    for (Index j = 0; j < A.cols(); ++j) {
      for (Index i = 0; i < A.rows(); ++i) result.mid(i, j) = A.mid(i, j), result.rad(i, j) = A.rad(i, j);
      result.mid(A.rows(), j) = 1.0;
    }
    return result;
  }

  // [W b]
  BallMatrix weights(std::size_t l) const {
    if (!data_.has_bias) return p_.W[l];
    BallMatrix V(p_.W[l].rows(), p_.W[l].cols() + 1);
    for (Index i = 0; i < V.rows(); ++i) {
      for (Index j = 0; j + 1 < V.cols(); ++j) V.mid(i, j) = p_.W[l].mid(i, j), V.rad(i, j) = p_.W[l].rad(i, j);
      V.mid(i, V.cols() - 1) = p_.b[l].mid(i, 0);
      V.rad(i, V.cols() - 1) = p_.b[l].rad(i, 0);
    }
    return V;
  }

  // Biases are the last column; their block follows the weights'.
  void add(std::size_t l, const BallMatrix& g) {
    const Index offset = layout_[data_.weight_block(l)].offset;
    for (Index j = 0; j < g.cols(); ++j)
      for (Index i = 0; i < g.rows(); ++i) {
        const Index at = offset + i + g.rows() * j;
        set(sum_, at, 0, sum_.entry(at, 0) + g.entry(i, j));
      }
  }

  const NetworkData& data_;
  const Layout& layout_;
  const Parameters& p_;
  BallMatrix sum_;
};

}  // namespace

BallMatrix enclose_gradient_accurately(const Network& problem, std::span<const double> x) {
  const FloatingPointGuard guard;
  const Parameters p = parameters(problem, x);
  AccuratePass pass(problem.data(), problem.layout(), p);
  bool exists = true;
  for_chunks(problem.data(), chunk_size, [&](Index first, Index count) { exists = exists && pass.run(first, count); });
  BallMatrix g = pass.finish();
  if (!exists)
    for (Index i = 0; i < g.rows(); ++i) set(g, i, 0, Interval::whole());
  return g;
}

}  // namespace nadir
