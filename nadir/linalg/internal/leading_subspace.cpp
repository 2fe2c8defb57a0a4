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
  return sums == GramSums::in_double ? 100.0 * static_cast<double>(n) * epsilon : 1e-3;
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

template <class Scalar>
LeadingSubspace subspace_of_unfolding(TensorView<Scalar> T, int mode, const ChooseRank& choose) {
  LeadingSubspace subspace = subspace_of_gram(gram(T, mode), choose);
  if (subspace.has_resolved_tail(gram_resolution(T.shape[mode], GramSums::in_double))) return subspace;
  return subspace_of_triangle(unfolding_triangle(T, mode), choose);
}

template LeadingSubspace subspace_of_unfolding(TensorView<double>, int, const ChooseRank&);
template LeadingSubspace subspace_of_unfolding(TensorView<float>, int, const ChooseRank&);

}  // namespace nadir::internal
