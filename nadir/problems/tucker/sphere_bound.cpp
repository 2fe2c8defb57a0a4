#include "nadir/problems/tucker/sphere_bound.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using Cone = std::vector<Vector>;

// c = sum over S of l_i v_i with <c, v_i> = g_i on S; empty where S is dependent. `weights` are the l_i.
Vector on_face(const Cone& cone, const Vector& g, const std::vector<std::size_t>& S, Vector& weights) {
  const Index k = static_cast<Index>(S.size());
  Matrix gram(k, k), rhs(k, 1);
  for (Index i = 0; i < k; ++i) {
    rhs(i, 0) = g[S[static_cast<std::size_t>(i)]];
    for (Index j = 0; j < k; ++j) gram(i, j) = dot(cone[S[static_cast<std::size_t>(i)]], cone[S[static_cast<std::size_t>(j)]]);
  }
  if (!solve_general(gram, rhs) || !all_finite(rhs)) return {};
  weights.assign(rhs.flat().begin(), rhs.flat().end());
  Vector c(cone[0].size(), 0.0);
  for (std::size_t i = 0; i < S.size(); ++i) axpy(weights[i], cone[S[i]], c);
  return c;
}

// About the shortest c with <c, v_i> >= g_i for all i: by active sets, faces with a negative weight left out and constraints that are
// broken taken in. What comes out is checked by the caller.
Vector shortest_above(const Cone& cone, const Vector& g) {
  std::vector<std::size_t> S(cone.size());
  for (std::size_t i = 0; i < S.size(); ++i) S[i] = i;
  for (std::size_t round = 0; round < 4 * cone.size(); ++round) {
    Vector weights;
    const Vector c = on_face(cone, g, S, weights);
    if (c.empty()) return {};
    const std::size_t least = static_cast<std::size_t>(std::min_element(weights.begin(), weights.end()) - weights.begin());
    if (weights[least] < 0.0 && S.size() > 1) {
      S.erase(S.begin() + static_cast<std::ptrdiff_t>(least));
      continue;
    }
    std::size_t broken = cone.size();
    double most = 0.0;
    for (std::size_t i = 0; i < cone.size(); ++i) {
      const double lack = g[i] * (1.0 - 1e-13) - dot(cone[i], c);
      if (lack > most * norm(cone[i])) most = lack / norm(cone[i]), broken = i;
    }
    if (broken == cone.size()) return c;
    if (std::find(S.begin(), S.end(), broken) != S.end()) return {};
    S.push_back(broken);
  }
  return {};
}

class SphereSearch {
 public:
  SphereSearch(TensorView<double> T, int mode, Index rank, double greatest)
      : slices_(transpose(unfolding(T, mode))), rank_(rank), greatest_(greatest), root_(mul_down(sqrt_down(greatest), 1.0 - 1e-11)) {
    const int first = mode == 0 ? 1 : 0;
    rows_ = T.shape[first];
    cols_ = slices_.rows() / rows_;
  }

  SphereBound run(Index max_nodes) {
    SphereBound result;
    result.greatest = greatest_;
    std::vector<double> nodes;
    std::vector<Cone> open = orthants();
    while (!open.empty()) {
      const Cone cone = std::move(open.back());
      open.pop_back();
      if (static_cast<Index>(nodes.size()) >= 3 * max_nodes) return result;
      if (is_below(cone)) {
        nodes.insert(nodes.end(), {-1.0, 0.0, 0.0});
        continue;
      }
      if (above_) {
        result.above = above_;
        return result;
      }
      if (!split(cone, nodes, open)) return result;
    }
    result.is_proved = true;
    const Index num_nodes = static_cast<Index>(nodes.size() / 3);
    result.cells = Matrix(3, num_nodes, std::move(nodes));
    return result;
  }

 private:
  // Those with a positive first coordinate, the last taken first.
  std::vector<Cone> orthants() const {
    const Index n = slices_.cols();
    std::vector<Cone> all;
    for (unsigned signs = 0; signs < (1u << (n - 1)); ++signs) {
      Cone cone;
      for (Index k = 0; k < n; ++k) {
        Vector e(static_cast<std::size_t>(n), 0.0);
        e[static_cast<std::size_t>(k)] = k > 0 && (signs >> (k - 1) & 1u) ? -1.0 : 1.0;
        cone.push_back(std::move(e));
      }
      all.push_back(std::move(cone));
    }
    return all;
  }

  // An upper bound of g(v).
  double norm_of(const Vector& v) {
    stop_point();
    const auto known = norms_.find(v);
    if (known != norms_.end()) return known->second;
    const BallMatrix flat = enclose_product(slices_, ConstMatrixView(v.data(), static_cast<Index>(v.size()), 1));
    BallMatrix M(cols_, rows_);  // C order: the later of the two modes runs fastest
    std::copy_n(flat.mid.data(), flat.mid.size(), M.mid.data());
    std::copy_n(flat.rad.data(), flat.rad.size(), M.rad.data());
    const bool by_rows = rows_ <= cols_;
    const BallMatrix gram = enclose_product(M, by_rows ? Op::transpose : Op::none, M, by_rows ? Op::none : Op::transpose);
    const Interval energy = enclose_top_eigenvalue_sum(gram, std::min(rank_, gram.rows()));
    const double length = norm(v);
    if (energy.lower > greatest_ * length * length * (1.0 + 1e-12)) above_ = v;
    return norms_[v] = sqrt_up(energy.upper);
  }

  // The theorem's bound, each inequality in directed arithmetic; c need only be good.
  bool is_below(const Cone& cone) {
    Vector g;
    for (const Vector& v : cone) g.push_back(norm_of(v) * (1.0 + 1e-13));
    const Vector c = shortest_above(cone, g);
    if (c.empty() || !(frobenius_norm_upper(ConstMatrixView(c.data(), static_cast<Index>(c.size()), 1)) <= root_)) return false;
    for (const Vector& v : cone)
      if (!(enclose_dot(v, c).lower >= norm_of(v))) return false;
    return true;
  }

  // At the edge with the widest angle. False where the new vector would be rounded.
  bool split(const Cone& cone, std::vector<double>& nodes, std::vector<Cone>& open) const {
    std::size_t p = 0, q = 1;
    double least = 2.0;
    for (std::size_t i = 0; i < cone.size(); ++i)
      for (std::size_t j = i + 1; j < cone.size(); ++j) {
        const double cosine = dot(cone[i], cone[j]) / (norm(cone[i]) * norm(cone[j]));
        if (cosine < least) least = cosine, p = i, q = j;
      }
    const double exponent = std::round(std::log2(norm(cone[q]) / norm(cone[p])));
    Vector middle(cone[p].size());
    for (std::size_t k = 0; k < middle.size(); ++k) {
      const double a = std::ldexp(cone[p][k], static_cast<int>(exponent)), b = cone[q][k], sum = a + b, part = sum - a;
      if ((a - (sum - part)) + (b - part) != 0.0) return false;  // TwoSum: the sum is not exact
      middle[k] = sum;
    }
    nodes.insert(nodes.end(), {static_cast<double>(p), static_cast<double>(q), exponent});
    Cone first = cone, second = cone;
    first[p] = middle;
    second[q] = middle;
    open.push_back(std::move(second));
    open.push_back(std::move(first));
    return true;
  }

  Matrix slices_;  // (entries of a slice) x n
  Index rank_, rows_ = 0, cols_ = 0;
  double greatest_, root_;  // with room for a checker whose bounds of g are others
  std::map<Vector, double> norms_;
  std::optional<Vector> above_;
};

}  // namespace

SphereBound bound_over_sphere(TensorView<double> T, int mode, Index rank, double greatest, Index max_nodes) {
  if (!(greatest > 0.0)) return {};
  return SphereSearch(T, mode, rank, greatest).run(max_nodes);
}

}  // namespace nadir
