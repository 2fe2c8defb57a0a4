#include "nadir/linalg/internal/leading_subspace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/linalg/internal/blas.hpp"

namespace nadir::internal {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

void require_success(const char* routine, lapack_int info) {
  if (info != 0)
    throw NumericalBreakdown(std::string(routine) + " did not converge (info " + std::to_string(info) +
                             "); look for infinities or NaN in the input, or rescale it");
}

// Eigenvectors are known up to sign; a fixed one makes runs comparable.
void fix_signs(Matrix& U) {
  for (Index j = 0; j < U.cols(); ++j) {
    double* u = U.col(j);
    const double* largest = std::max_element(u, u + U.rows(), [](double a, double b) { return std::fabs(a) < std::fabs(b); });
    if (*largest < 0.0) std::transform(u, u + U.rows(), u, [](double x) { return -x; });
  }
}

// G = Q D Q^T with D tridiagonal; Q stays in G as reflectors.
struct Tridiagonal {
  Matrix reflectors;
  Vector diagonal, off_diagonal, scales;
};

Tridiagonal reduce(Matrix&& G) {
  const auto n = static_cast<std::size_t>(G.rows());
  Tridiagonal D{std::move(G), Vector(n), Vector(n), Vector(n)};
  const auto order = static_cast<lapack_int>(n);
  require_success("reduction to tridiagonal form (dsytrd)",
                  LAPACKE_dsytrd(LAPACK_COL_MAJOR, 'L', order, D.reflectors.data(), order, D.diagonal.data(),
                                 D.off_diagonal.data(), D.scales.data()));
  return D;
}

Vector ascending_eigenvalues(const Tridiagonal& D) {
  Vector values = D.diagonal, off_diagonal = D.off_diagonal;
  require_success("eigenvalues (dsterf)",
                  LAPACKE_dsterf(static_cast<lapack_int>(values.size()), values.data(), off_diagonal.data()));
  return values;
}

// Vectors of the `rank` largest eigenvalues, the largest first; false where LAPACK gives up.
bool leading_vectors(const Tridiagonal& D, Index rank, Matrix& U) {
  const auto n = static_cast<lapack_int>(D.diagonal.size());
  Vector diagonal = D.diagonal, off_diagonal = D.off_diagonal, values(D.diagonal.size());
  std::vector<lapack_int> support(2 * static_cast<std::size_t>(rank));
  Matrix Z(n, rank);
  lapack_int found = 0, accurate = 1;
  const lapack_int info =
      LAPACKE_dstemr(LAPACK_COL_MAJOR, 'V', 'I', n, diagonal.data(), off_diagonal.data(), 0.0, 0.0,
                     n - static_cast<lapack_int>(rank) + 1, n, &found, values.data(), Z.data(), n,
                     static_cast<lapack_int>(rank), support.data(), &accurate);
  if (info != 0 || found != rank) return false;
  require_success("eigenvectors (dormtr)",
                  LAPACKE_dormtr(LAPACK_COL_MAJOR, 'L', 'L', 'N', n, static_cast<lapack_int>(rank), D.reflectors.data(), n,
                                 D.scales.data(), Z.data(), n));
  U = Matrix(n, rank);
  for (Index j = 0; j < rank; ++j) std::copy_n(Z.col(rank - 1 - j), n, U.col(j));
  return true;
}

// Descending and not negative: what rounding put below zero is zero.
Vector energies_of(Vector&& ascending) {
  std::reverse(ascending.begin(), ascending.end());
  for (double& value : ascending) value = std::max(value, 0.0);
  return std::move(ascending);
}

void require_finite_energies(const Vector& energies) {
  double sum = 0.0;
  for (const double e : energies) sum += e;
  if (!std::isfinite(sum)) throw NumericalBreakdown("the squared norm of the tensor is not finite; rescale the data");
}

}  // namespace

double LeadingSubspace::kept() const {
  double sum = 0.0;
  for (Index i = U.cols(); i-- > 0;) sum += energies[static_cast<std::size_t>(i)];
  return sum;
}

double LeadingSubspace::discarded() const {
  double sum = 0.0;
  for (std::size_t i = energies.size(); i-- > static_cast<std::size_t>(U.cols());) sum += energies[i];
  return sum;
}

bool LeadingSubspace::has_resolved_tail(double resolution) const {
  return U.cols() == U.rows() || discarded() > resolution * (kept() + discarded());
}

double gram_resolution(Index n, GramSums sums) {
  return sums == GramSums::in_double ? 1000.0 * static_cast<double>(n) * epsilon : 1e-3;
}

LeadingSubspace subspace_of_gram(Matrix G, const ChooseRank& choose) {
  keep_blas_on_this_thread();
  const Index n = G.rows();
  for (Index i = 0; i < n; ++i)
    if (!std::isfinite(G(i, i))) throw NumericalBreakdown("the squared norm of the tensor is not finite; rescale the data");
  LeadingSubspace result;
  const Tridiagonal D = reduce(Matrix(G));
  result.energies = energies_of(ascending_eigenvalues(D));
  require_finite_energies(result.energies);
  const Index rank = choose(result.energies);
  if (!leading_vectors(D, rank, result.U)) {
    const SymmetricEigen eigen = symmetric_eigen(G);
    result.U = Matrix(n, rank);
    for (Index j = 0; j < rank; ++j) std::copy_n(eigen.vectors.col(n - 1 - j), n, result.U.col(j));
  }
  fix_signs(result.U);
  return result;
}

LeadingSubspace subspace_of_triangle(const Matrix& R, const ChooseRank& choose) {
  if (!all_finite(R)) throw NumericalBreakdown("the norm of the tensor is not finite; rescale the data");
  const Svd decomposition = svd(R);
  LeadingSubspace result;
  for (const double value : decomposition.values) result.energies.push_back(value * value);
  require_finite_energies(result.energies);
  const Index n = R.rows(), rank = choose(result.energies);
  result.U = Matrix(n, rank);
  for (Index j = 0; j < rank; ++j)
    for (Index i = 0; i < n; ++i) result.U(i, j) = decomposition.Vt(j, i);
  fix_signs(result.U);
  result.route = SubspaceRoute::triangle;
  return result;
}

LeadingSubspace subspace_of_tall(const Matrix& unfolded, const ChooseRank& choose) {
  if (!all_finite(unfolded)) throw NumericalBreakdown("the norm of the tensor is not finite; rescale the data");
  const Qr factors = qr(unfolded);
  const Svd small = svd(factors.R);
  LeadingSubspace result;
  for (const double value : small.values) result.energies.push_back(value * value);
  require_finite_energies(result.energies);
  result.energies.resize(static_cast<std::size_t>(unfolded.rows()), 0.0);
  const Index rank = choose(result.energies);
  result.U = product(factors.Q, small.U.view().columns(0, std::min(rank, small.U.cols())));
  if (result.U.cols() < rank) {  // any directions beyond the columns of the unfolding, orthogonal to the rest
    Matrix wide(unfolded.rows(), rank);
    std::copy_n(result.U.data(), result.U.size(), wide.data());
    for (Index j = result.U.cols(); j < rank; ++j) wide(j, j) = 1.0;
    result.U = qr(wide).Q;
  }
  fix_signs(result.U);
  result.route = SubspaceRoute::triangle;
  return result;
}

namespace {

// Rayleigh-Ritz values and vectors of G in the span of Q.
LeadingSubspace ritz(ConstMatrixView G, const Matrix& Q, Matrix& GU) {
  const Index r = Q.cols();
  GU = product(G, Q);
  Matrix H = product(Q, Op::transpose, GU, Op::none);
  symmetrise(H);
  const SymmetricEigen eigen = symmetric_eigen(H);
  Matrix V(r, r);
  LeadingSubspace result;
  for (Index j = 0; j < r; ++j) {
    std::copy_n(eigen.vectors.col(r - 1 - j), r, V.col(j));
    result.energies.push_back(std::max(eigen.values[static_cast<std::size_t>(r - 1 - j)], 0.0));
  }
  result.U = product(Q, V);
  GU = product(GU, V);
  return result;
}

double ritz_residual(const LeadingSubspace& found, const Matrix& GU) {
  double square = 0.0;
  for (Index j = 0; j < GU.cols(); ++j)
    for (Index i = 0; i < GU.rows(); ++i) {
      const double d = GU(i, j) - found.energies[static_cast<std::size_t>(j)] * found.U(i, j);
      square += d * d;
    }
  return std::sqrt(square);
}

bool refine(const Matrix& G, const Matrix& guess, LeadingSubspace& found) {
  constexpr int max_steps = 6;
  double trace = 0.0;
  for (Index i = 0; i < G.rows(); ++i) trace += G(i, i);
  if (!std::isfinite(trace) || 2 * guess.cols() > G.rows()) return false;
  Matrix Q = guess, GU;
  for (int step = 0; step < max_steps; ++step) {
    found = ritz(G, Q, GU);
    const double rest = trace - found.kept();
    if (ritz_residual(found, GU) <= 100.0 * epsilon * trace) {
      found.energies.resize(static_cast<std::size_t>(G.rows()), 0.0);
      found.energies[static_cast<std::size_t>(guess.cols())] = std::max(rest, 0.0);  // in one place: only their sum is known
      return rest < found.energies[static_cast<std::size_t>(guess.cols() - 1)] &&
             rest > gram_resolution(G.rows(), GramSums::in_double) * trace;
    }
    Q = qr(GU).Q;
  }
  return false;
}

}  // namespace

template <class Scalar>
LeadingSubspace subspace_of_unfolding(TensorView<Scalar> T, int mode, const Matrix& guess) {
  const ChooseRank choose = [rank = guess.cols()](const Vector&) { return rank; };
  const Index n = T.shape[mode];
  if (2 * T.shape.others(mode) <= n) return subspace_of_tall(unfolding(T, mode), choose);
  Matrix G = gram(T, mode);
  LeadingSubspace found;
  if (refine(G, guess, found)) {
    fix_signs(found.U);
    return found;
  }
  found = subspace_of_gram(std::move(G), choose);
  if (found.has_resolved_tail(gram_resolution(n, GramSums::in_double))) return found;
  return subspace_of_triangle(unfolding_triangle(T, mode), choose);
}

template LeadingSubspace subspace_of_unfolding(TensorView<double>, int, const Matrix&);
template LeadingSubspace subspace_of_unfolding(TensorView<float>, int, const Matrix&);

}  // namespace nadir::internal
