#include "nadir/problems/tucker/check_sphere.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/eigenvalues.hpp"

namespace nadir::tucker_check {
namespace {

using balls::Answer;
using balls::Real;
using Direction = std::vector<double>;
using Cone = std::vector<Direction>;

class Walk {
 public:
  Walk(const Subject& subject, std::size_t mode, double greatest, slong precision, bool is_in_balls)
      : subject_(subject), mode_(mode), precision_(precision), greatest_(precision, greatest), is_in_balls_(is_in_balls) {
    for (std::size_t k = 0; k < 3; ++k)
      if (k != mode) sides_.push_back(subject.data.extents[k]), ranks_.push_back(subject.ranks[k]);
  }

  Finding run(const Matrix& cells) {
    const Index n = subject_.data.extents[mode_];
    std::vector<Cone> open;
    for (unsigned signs = 0; signs < (1u << (n - 1)); ++signs) {
      Cone cone(static_cast<std::size_t>(n), Direction(static_cast<std::size_t>(n), 0.0));
      for (std::size_t k = 0; k < cone.size(); ++k) cone[k][k] = k > 0 && (signs >> (k - 1) & 1u) != 0 ? -1.0 : 1.0;
      open.push_back(std::move(cone));
    }
    for (Index node = 0; node < cells.cols(); ++node) {
      if (open.empty()) return {Answer::unknown, "the cells go on after the last cone", nullptr, true};
      const Cone cone = std::move(open.back());
      open.pop_back();
      if (cells(0, node) == -1.0) {
        if (!is_below(cone)) return {Answer::unknown, "a cone could not be shown to stay below the bound"};
      } else if (!split(cone, cells(0, node), cells(1, node), cells(2, node), open)) {
        return {Answer::unknown, "a cone is not split as it should be", nullptr, true};
      }
    }
    if (!open.empty()) return {Answer::unknown, "the cells do not cover the sphere", nullptr, true};
    return {Answer::yes, ""};
  }

 private:
  // Entry (p, q) of T_k, p and q indices of the other modes in the file's order.
  double entry(Index k, Index p, Index q) const {
    const std::vector<Index>& n = subject_.data.extents;
    const Index i = mode_ == 0 ? k : p, j = mode_ == 0 ? p : mode_ == 1 ? k : q, l = mode_ == 2 ? k : q;
    return subject_.tensor.entries(i, j * n[2] + l);
  }

  // g(v) from above.
  Real norm_of(const Direction& v) {
    stop_point();
    const auto known = norms_.find(v);
    if (known != norms_.end()) return known->second;
    const Index count = std::min({ranks_[0], ranks_[1], sides_[0], sides_[1]});
    const Real g = is_in_balls_ ? norm_in_balls(v, count) : norm_in_rigor(v, count);
    norms_.emplace(v, g);
    return g;
  }

  Real norm_in_balls(const Direction& v, Index count) const {
    balls::Matrix M(precision_, std::min(sides_[0], sides_[1]), std::max(sides_[0], sides_[1]));
    const bool by_rows = sides_[0] <= sides_[1];
    for (Index p = 0; p < sides_[0]; ++p)
      for (Index q = 0; q < sides_[1]; ++q) {
        Real sum(precision_);
        for (std::size_t k = 0; k < v.size(); ++k) sum = sum + v[k] * Real(precision_, entry(static_cast<Index>(k), p, q));
        M.set(by_rows ? p : q, by_rows ? q : p, sum);
      }
    const balls::Matrix gram = product_with_transpose(M, M);
    const Real rest = least_eigenvalue_sum_lower(gram, gram.rows() - count);
    return square_root(squared_norm(M) - rest);
  }

  Real norm_in_rigor(const Direction& v, Index count) const {
    Matrix slices(sides_[0] * sides_[1], static_cast<Index>(v.size()));
    for (Index k = 0; k < slices.cols(); ++k)
      for (Index p = 0; p < sides_[0]; ++p)
        for (Index q = 0; q < sides_[1]; ++q) slices(p + q * sides_[0], k) = entry(k, p, q);
    const BallMatrix flat = enclose_product(slices, ConstMatrixView(v.data(), slices.cols(), 1));
    BallMatrix M(sides_[0], sides_[1]);
    std::copy_n(flat.mid.data(), flat.mid.size(), M.mid.data());
    std::copy_n(flat.rad.data(), flat.rad.size(), M.rad.data());
    const bool by_rows = sides_[0] <= sides_[1];
    const BallMatrix gram = enclose_product(M, by_rows ? Op::none : Op::transpose, M, by_rows ? Op::transpose : Op::none);
    return Real(precision_, sqrt_up(enclose_top_eigenvalue_sum(gram, count).upper));
  }

  // c is found in floating point, with the constraints that bind tried in all combinations; what it is good for is shown in balls.
  bool is_below(const Cone& cone) {
    const std::size_t n = cone.size();
    std::vector<double> g;
    for (const Direction& v : cone) g.push_back(rounded_up(norm_of(v)) * (1.0 + 1e-13));
    for (unsigned binding = (1u << n) - 1; binding > 0; --binding)
      if (const Direction c = multiplier(cone, g, binding); !c.empty() && bounds(cone, c)) return true;
    return false;
  }

  bool bounds(const Cone& cone, const Direction& c) {
    Real length(precision_);
    for (const double x : c) length = length + squared(Real(precision_, x));
    if (is_at_most(length, greatest_) != Answer::yes) return false;
    for (const Direction& v : cone) {
      Real product(precision_);
      for (std::size_t k = 0; k < v.size(); ++k) product = product + c[k] * Real(precision_, v[k]);
      if (is_at_most(norm_of(v), product) != Answer::yes) return false;
    }
    return true;
  }

  // The shortest c with <c, v_i> = g_i where bit i is set; empty where it breaks another by more than rounding.
  static Direction multiplier(const Cone& cone, const std::vector<double>& g, unsigned binding) {
    std::vector<std::size_t> S;
    for (std::size_t i = 0; i < cone.size(); ++i)
      if (binding >> i & 1u) S.push_back(i);
    const auto product = [](const Direction& a, const Direction& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); };
    Matrix gram(static_cast<Index>(S.size()), static_cast<Index>(S.size())), weights(static_cast<Index>(S.size()), 1);
    for (Index i = 0; i < gram.rows(); ++i) {
      weights(i, 0) = g[S[static_cast<std::size_t>(i)]];
      for (Index j = 0; j < gram.cols(); ++j) gram(i, j) = product(cone[S[static_cast<std::size_t>(i)]], cone[S[static_cast<std::size_t>(j)]]);
    }
    if (!solve_general(gram, weights)) return {};
    Direction c(cone.size(), 0.0);
    for (std::size_t i = 0; i < S.size(); ++i)
      for (std::size_t k = 0; k < c.size(); ++k) c[k] += weights(static_cast<Index>(i), 0) * cone[S[i]][k];
    for (std::size_t i = 0; i < cone.size(); ++i)
      if (!(product(cone[i], c) >= g[i] * (1.0 - 1e-12))) return {};
    return c;
  }

  bool split(const Cone& cone, double i, double j, double a, std::vector<Cone>& open) const {
    const auto is_index = [&](double x) { return x >= 0.0 && x < static_cast<double>(cone.size()) && x == std::floor(x); };
    if (!is_index(i) || !is_index(j) || i == j || !(std::fabs(a) < 500.0) || a != std::floor(a)) return false;
    const std::size_t p = static_cast<std::size_t>(i), q = static_cast<std::size_t>(j);
    Direction middle;
    for (std::size_t k = 0; k < cone.size(); ++k) {
      // Exact at 1200 bits; refused where a double does not hold it.
      const Real sum = Real(1200, std::ldexp(cone[p][k], static_cast<int>(a))) + Real(1200, cone[q][k]);
      middle.push_back(arf_get_d(arb_midref(sum.get()), ARF_RND_NEAR));
      if (!is_exactly_zero(sum - Real(1200, middle.back())) || std::ldexp(std::ldexp(cone[p][k], static_cast<int>(a)), -static_cast<int>(a)) != cone[p][k]) return false;
    }
    Cone first = cone, second = cone;
    first[p] = second[q] = middle;
    open.push_back(std::move(second));
    open.push_back(std::move(first));
    return true;
  }

  const Subject& subject_;
  std::size_t mode_;
  slong precision_;
  Real greatest_;
  bool is_in_balls_;
  std::vector<Index> sides_, ranks_;
  std::map<Direction, Real> norms_;
};

}  // namespace

Finding bound_over_sphere_holds(const Subject& subject, std::size_t mode, double greatest, const Matrix& cells, slong precision, bool is_in_balls) {
  if (subject.data.num_modes() != 3 || mode > 2 || subject.ranks[mode] != 1) return {Answer::no, "the mode does not have rank one"};
  if (subject.data.extents[mode] > 8 || cells.rows() != 3) return {Answer::no, "the cells are not cones of this sphere"};
  return Walk(subject, mode, greatest, precision, is_in_balls).run(cells);
}

}  // namespace nadir::tucker_check
