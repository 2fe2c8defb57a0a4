#include "nadir/landscape/extremes.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/base/memory.hpp"
#include "nadir/landscape/internal/ends.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t extremes_stream = 0x657874726d000000;
constexpr Index most_columns = 8;      // of a block
constexpr Index dense_dimension = 64;  // up to here, the whole matrix costs no more

void require(const SymmetricOperator& op, const ExtremesOptions& o) {
  if (op.dimension < 1) throw InputError("find_extremes dimension", "a number >= 1", std::to_string(op.dimension));
  if (o.count < 1) throw InputError("find_extremes count", "a number >= 1", std::to_string(o.count));
  if (o.max_products < 1) throw InputError("find_extremes max_products", "a number >= 1", std::to_string(o.max_products));
  if (!(o.tol > 0.0)) throw InputError("find_extremes tol", "a number > 0", std::to_string(o.tol));
  if (!(o.failure_probability > 0.0 && o.failure_probability < 1.0))
    throw InputError("find_extremes failure_probability", "a number between 0 and 1", std::to_string(o.failure_probability));
}

template <class Scalar>
Extremes by_lanczos(const SymmetricOperator& op, const typename BlockKrylov<Scalar>::Operator& apply, const ExtremesOptions& options, Extremes extremes) {
  using Growth = typename BlockKrylov<Scalar>::Growth;
  const Index n = op.dimension, block = std::min({options.count, most_columns, n});
  const double columns_that_fit = 0.5 * usable_memory_bytes() / (static_cast<double>(n) * sizeof(Scalar));
  const Index wanted = std::max(options.max_products, 2 * options.count);
  BlockKrylov<Scalar> krylov(n, static_cast<Index>(std::fmax(2.0, std::fmin(static_cast<double>(wanted), columns_that_fit))), Orthogonality::semi);
  Random random(options.seed, extremes_stream);
  krylov.append_random(block, random);
  SymmetricEigen ritz;
  Index next_check = 1;
  while (true) {
    const Growth growth = krylov.expand(apply);
    extremes.is_finite = growth != Growth::not_finite;
    if (!extremes.is_finite) return extremes;
    extremes.is_stopped = options.should_stop && options.should_stop();
    if (growth == Growth::full || extremes.is_stopped) break;
    if (krylov.num_projected() >= next_check) {
      ritz = krylov.ritz();
      const auto residual = [&](Index i) { return krylov.residual(ritz, i); };
      if (internal::have_converged({ritz, block, krylov.last_block_width()}, n, options, residual)) break;
      next_check = krylov.num_projected() + std::max<Index>(1, krylov.num_projected() / 16);
    }
    if (growth == Growth::closed && krylov.append_random(block, random) == 0) break;
  }
  ritz = krylov.ritz();
  extremes.num_products += krylov.num_products();
  const std::vector<Index> which = internal::outermost(std::ssize(ritz.values), options.count);
  Matrix coefficients(krylov.num_projected(), std::ssize(which)), Y(n, std::ssize(which));
  for (std::size_t k = 0; k < which.size(); ++k)
    std::copy_n(ritz.vectors.col(which[k]), coefficients.rows(), coefficients.col(static_cast<Index>(k)));
  krylov.combine(coefficients, Y);
  internal::measure_ends(op, std::move(Y), {ritz, block, krylov.last_block_width()}, options, extremes);
  return extremes;
}

}  // namespace

Extremes find_extremes(const SymmetricOperator& op, const ExtremesOptions& options) {
  require(op, options);
  if (op.dimension <= std::min(dense_dimension, options.max_products)) {
    const Matrix A = assemble(op);
    if (!all_finite(A)) return {.is_finite = false};
    return internal::whole_ends(A, symmetric_eigen(A), options.count);
  }
  Extremes extremes;
  if (options.may_be_rough && op.rough) {
    extremes.rough_error = rough_error(op, options.seed);
    extremes.num_products = 2;
    if (is_good_enough(extremes.rough_error, options.tol)) {
      Extremes rough = by_lanczos<float>(op, op.rough, options, extremes);
      // An end that is small beside the other may drown in the error of single precision.
      if (rough.is_stopped || !rough.is_finite || rough.num_products >= options.max_products || internal::all_converged(rough, options)) return rough;
      extremes.num_products = rough.num_products;
    }
    extremes.rough_error = 0.0;
  }
  return by_lanczos<double>(op, op.exact, options, extremes);
}

}  // namespace nadir
