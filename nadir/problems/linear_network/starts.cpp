#include "nadir/problems/linear_network/starts.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

Matrix gaussian(Random& random, Index rows, Index cols) {
  Matrix m(rows, cols);
  random.fill_normal(m.flat());
  return m;
}

// Uniform among matrices with orthonormal columns (rows <= cols: rows). The signs make the QR factor unique,
// hence the distribution uniform.
Matrix semi_orthogonal(Random& random, Index rows, Index cols) {
  if (rows < cols) return transpose(semi_orthogonal(random, cols, rows));
  Qr f = qr(gaussian(random, rows, cols));
  for (Index j = 0; j < cols; ++j)
    if (f.R(j, j) < 0.0) scale(-1.0, {f.Q.col(j), static_cast<std::size_t>(rows)});
  return f.Q;
}

std::vector<Matrix> random_weights(const LinearArchitecture& a, Random& random) {
  std::vector<Matrix> V;
  for (std::size_t l = 0; l < a.num_layers(); ++l) {
    V.push_back(gaussian(random, a.widths[l + 1], a.widths[l]));
    scale((a.has_skip(l) ? 0.1 : 1.0) / std::sqrt(static_cast<double>(a.widths[l])), V[l].flat());
    if (a.has_skip(l))
      for (Index i = 0; i < V[l].rows(); ++i) V[l](i, i) += 1.0;
  }
  return V;
}

std::vector<Matrix> orthogonal_weights(const LinearArchitecture& a, Random& random) {
  std::vector<Matrix> V;
  for (std::size_t l = 0; l < a.num_layers(); ++l) V.push_back(semi_orthogonal(random, a.widths[l + 1], a.widths[l]));
  return V;
}

std::vector<Matrix> balanced_weights(const LinearArchitecture& a, Random& random) {
  const Index r = a.narrowest();
  const Matrix U = semi_orthogonal(random, a.widths.back(), r), W = semi_orthogonal(random, a.widths.front(), r);
  Vector sigma(static_cast<std::size_t>(r));
  for (double& s : sigma) s = 0.5 + random.uniform();
  return balanced_factors(a, U, sigma, W);
}

std::vector<Matrix> constant_weights(const LinearArchitecture& a, bool is_identity) {
  std::vector<Matrix> V;
  for (std::size_t l = 0; l < a.num_layers(); ++l) {
    V.emplace_back(a.widths[l + 1], a.widths[l]);
    if (is_identity || a.has_skip(l))
      for (Index i = 0; i < std::min(V[l].rows(), V[l].cols()); ++i) V[l](i, i) = 1.0;
  }
  return V;
}

// P = U_k U_k^T R* with U_k from the whitened target A = Y Q^T: reduced-rank regression.
std::vector<Matrix> optimal_weights(const LinearNetwork& problem) {
  const LinearArchitecture& a = problem.architecture();
  const Svd target = svd(problem.data().target);
  const Index k = std::min<Index>(a.narrowest(), static_cast<Index>(target.values.size()));
  const ConstMatrixView top = target.U.view().columns(0, k);
  const Matrix coefficients = product(top, Op::transpose, problem.data().least_squares, Op::none);  // k x d_in
  const Svd inner = svd(coefficients);
  return balanced_factors(a, product(top, inner.U), inner.values, transpose(inner.Vt));
}

}  // namespace

std::vector<std::string> linear_network_starts() { return {"random", "orthogonal", "balanced", "identity", "zeros", "optimal"}; }

std::vector<Matrix> balanced_factors(const LinearArchitecture& a, ConstMatrixView U, const Vector& sigma, ConstMatrixView W) {
  const Index r = static_cast<Index>(sigma.size());
  const std::size_t H = a.num_layers();
  Vector root(sigma);
  for (double& s : root) s = std::pow(std::fmax(s, 0.0), 1.0 / static_cast<double>(H));
  std::vector<Matrix> V;
  for (std::size_t l = 0; l < H; ++l) {
    Matrix out = l + 1 == H ? Matrix(U) : Matrix(a.widths[l + 1], r);
    Matrix in = l == 0 ? Matrix(W) : Matrix(a.widths[l], r);
    for (Index i = 0; i < r; ++i) {
      if (l + 1 < H) out(i, i) = 1.0;
      if (l > 0) in(i, i) = 1.0;
      scale(root[static_cast<std::size_t>(i)], {out.col(i), static_cast<std::size_t>(out.rows())});
    }
    V.push_back(product(out, Op::none, in, Op::transpose));
  }
  return V;
}

Point point_with_weights(const LinearArchitecture& a, const std::vector<Matrix>& V) {
  Point point(a.layout());
  for (std::size_t l = 0; l < V.size(); ++l) {
    const MatrixView W = point.block(l);
    for (Index j = 0; j < W.cols; ++j)
      for (Index i = 0; i < W.rows; ++i) W(i, j) = V[l](i, j) - (a.has_skip(l) && i == j ? 1.0 : 0.0);
  }
  return point;
}

Point linear_network_start(const LinearNetwork& problem, const std::string& name, std::uint64_t seed, std::uint64_t index) {
  if (name == "optimal") return point_with_weights(problem.architecture(), optimal_weights(problem));
  return data_free_start(problem.architecture(), name, seed, index);
}

Point data_free_start(const LinearArchitecture& a, const std::string& name, std::uint64_t seed, std::uint64_t index) {
  Random random(seed, index);
  if (name == "random") return point_with_weights(a, random_weights(a, random));
  if (name == "orthogonal") return point_with_weights(a, orthogonal_weights(a, random));
  if (name == "balanced") return point_with_weights(a, balanced_weights(a, random));
  if (name == "identity") return point_with_weights(a, constant_weights(a, true));
  if (name == "zeros") return Point(a.layout());
  throw InputError("--start", "one of random, orthogonal, balanced, identity, zeros, optimal, or a .npz file", "'" + name + "'");
}

}  // namespace nadir
