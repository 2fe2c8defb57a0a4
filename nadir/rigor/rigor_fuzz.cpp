// libFuzzer target: bytes become a small matrix of doubles, any bit pattern, and every enclosure of it is held
// against exact arithmetic. Build with -DNADIR_BUILD_FUZZERS=ON and clang.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/exact_rank.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/oracle_test.hpp"
#include "nadir/rigor/product.hpp"
#include "nadir/rigor/singular_values.hpp"

namespace nadir {
namespace {

using oracle::Exact;

void require(bool truth) {
  if (!truth) std::abort();
}

// n x n; the first byte picks whether entries are raw doubles or small integers over a power of two, which
// meet ties and singular matrices much more often.
Matrix decode(const std::uint8_t* data, std::size_t size, Index n, bool raw) {
  Matrix A(n, n);
  const std::size_t bytes = raw ? sizeof(double) : 1;
  for (std::size_t k = 0; k < static_cast<std::size_t>(A.size()) && (k + 1) * bytes <= size; ++k) {
    if (raw) std::memcpy(A.data() + k, data + k * bytes, sizeof(double));
    else A.data()[k] = std::ldexp(static_cast<double>(static_cast<std::int8_t>(data[k])), -(data[k] % 4));
  }
  return A;
}

Exact exact_product_entry(const Matrix& A, const Matrix& B, Index i, Index j) {
  Exact sum;
  for (Index l = 0; l < A.cols(); ++l) sum = sum + Exact(A(i, l)) * Exact(B(l, j));
  return sum;
}

void check_products(const Matrix& A) {
  const BallMatrix C = enclose_product(A, A), G = enclose_sample_product(A, A);
  if (!all_finite(A)) return;
  const Matrix T = transpose(A.view());
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) {
      require(oracle::in_ball(C.mid(i, j), C.rad(i, j), exact_product_entry(A, A, i, j)));
      require(oracle::in_ball(G.mid(i, j), G.rad(i, j), exact_product_entry(A, T, i, j)));
    }
}

void check_spectra(const Matrix& A) {
  Matrix S = A;
  for (Index j = 0; j < S.cols(); ++j)
    for (Index i = 0; i < j; ++i) S(i, j) = S(j, i);
  const std::vector<Interval> values = enclose_symmetric_eigenvalues(S);
  const std::vector<Interval> singular = enclose_singular_values(A);
  const DefinitenessProof proof = proves_positive_definite(S);
  const Inertia found = inertia(S);
  const Index rank = rank_at_least(A);
  const double norm = spectral_norm_upper(A), least = least_eigenvalue_lower_bound(S);
  if (!all_finite(A)) return require(!proof.proved && norm == HUGE_VAL);
  const Inertia truth = oracle::exact_inertia(S);
  require(!proof.proved || oracle::exact_inertia(S, proof.margin).negative == 0);
  require(std::isinf(least) || oracle::exact_inertia(S, least).negative == 0);
  require(found.negative <= truth.negative && found.positive <= truth.positive);
  for (Index i = 0; i < S.rows(); ++i) require(oracle::contains_eigenvalue(S, i, values[static_cast<std::size_t>(i)]));
  Matrix M(2 * A.rows(), 2 * A.rows());
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) M(i, A.rows() + j) = M(A.rows() + j, i) = A(i, j);
  for (Index i = 0; i < A.rows(); ++i)
    require(oracle::contains_eigenvalue(M, M.rows() - 1 - i, singular[static_cast<std::size_t>(i)]));
  require(std::isinf(norm) || oracle::exact_inertia(M, norm).positive == 0);
  const auto exact_r = exact_rank(A);
  require(exact_r && *exact_r == oracle::exact_inertia(M).positive && rank <= *exact_r);
}

}  // namespace
}  // namespace nadir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const nadir::Index n = 1 + data[0] % 4;
  const nadir::Matrix A = nadir::decode(data + 1, size - 1, n, (data[0] & 0x80) != 0);
  nadir::check_products(A);
  nadir::check_spectra(A);
  return 0;
}
