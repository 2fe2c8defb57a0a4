// Matrix completion has no spurious local minimum where enough entries are seen [GeLeeMa2016, Thm 4.2, 5.3].
#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/random.hpp"
#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_completion/matrix_completion.hpp"
#include "nadir/solvers/minimise.hpp"
#include "nadir/solvers/trust_region.hpp"

namespace nadir {
namespace {

constexpr int num_runs = 10;
constexpr double exact = 1e-6;  // |X X^T - M|_F / |M|_F

struct Setting {
  Index side = 0, rank = 0;
  double share = 0.0;         // of the entries that are seen, (i, j) and (j, i) together
  bool is_regularised = true;  // limit 3 max |Z_i|, weight |Omega - p J|_2, here by its expectation 2 sqrt(side p (1 - p))
};

// M = Z Z^T, Z normal.
struct Truth {
  Matrix Z;
  double largest_row = 0.0;
};

Truth random_truth(const Setting& s, Random& random) {
  Truth truth{Matrix(s.side, s.rank), 0.0};
  random.fill_normal(truth.Z.flat());
  for (Index i = 0; i < s.side; ++i) {
    double squares = 0.0;
    for (Index k = 0; k < s.rank; ++k) squares += truth.Z(i, k) * truth.Z(i, k);
    truth.largest_row = std::fmax(truth.largest_row, std::sqrt(squares));
  }
  return truth;
}

MatrixCompletion make_problem(const Setting& s, const Truth& truth, Random& random) {
  MatrixCompletionOptions o;
  o.psd = true;
  o.ratings.rows = o.ratings.cols = s.side;
  const Matrix M = product(truth.Z, Op::none, truth.Z, Op::transpose);
  EntryList list;
  for (Index i = 0; i < s.side; ++i)
    for (Index j = 0; j <= i; ++j) {
      if (random.uniform() >= s.share) continue;
      list.add(i, j, M(i, j));
      if (i != j) list.add(j, i, M(j, i));
    }
  o.ratings.set_entries(std::move(list));
  auto model = std::make_shared<CompletionModel>(*make_completion_model(prepare_data(o), 0.0));
  model->is_psd = true;
  if (s.is_regularised) {
    model->row_norm_penalty = 2.0 * std::sqrt(static_cast<double>(s.side) * s.share * (1.0 - s.share));
    model->row_norm_limit = 3.0 * truth.largest_row;
  }
  return {model, s.rank};
}

bool recovers(const Setting& s, std::uint64_t seed, std::uint64_t run) {
  Random random(seed, (run << 16) + static_cast<std::uint64_t>(s.side * 10 + s.rank) + static_cast<std::uint64_t>(s.share * 1e6));
  const Truth truth = random_truth(s, random);
  const MatrixCompletion problem = make_problem(s, truth, random);
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  random.fill_normal(x);
  const auto solver = make_trust_region();
  const Result end = minimise(*solver, problem, x, seed, {.gradient_tol = 1e-12, .target_value = 1e-18 * problem.model().gap_scale(0.0), .max_iterations = 200});
  const ConstMatrixView U = problem.layout().block(std::span<const double>(end.point), 0);
  const Matrix M = product(truth.Z, Op::none, truth.Z, Op::transpose);
  Matrix error = product(U, Op::none, U, Op::transpose);
  axpy(-1.0, M.flat(), error.flat());
  return frobenius_norm(error) <= exact * frobenius_norm(M);
}

std::int64_t num_recovered(const Setting& s, std::uint64_t seed) {
  std::int64_t count = 0;
  for (std::uint64_t run = 0; run < num_runs; ++run) count += recovers(s, seed, run);
  return count;
}

std::string name_of(const Setting& s) {
  return "d = " + std::to_string(s.side) + ", rank " + std::to_string(s.rank) + ", share " + number_text(s.share) + (s.is_regularised ? "" : ", not regularised");
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  for (const Setting& s : {Setting{100, 1, 0.3}, Setting{100, 2, 0.3}, Setting{100, 3, 0.4}})
    result.rows.push_back(always_row(name_of(s) + ": runs that recover M", "every local minimum is exact", num_recovered(s, seed), num_runs));
  // Fewer entries than the d r - r (r - 1) / 2 parameters of a matrix of that rank: other matrices fit as well.
  for (const Setting& s : {Setting{60, 2, 0.04}, Setting{60, 3, 0.06}})
    result.rows.push_back(equal_row(name_of(s) + ": runs that recover M", 0, num_recovered(s, seed), "counting parameters"));
  const Setting sparse{100, 2, 0.1}, bare{100, 2, 0.1, false};
  const std::int64_t with = num_recovered(sparse, seed), without = num_recovered(bare, seed);
  result.rows.push_back({name_of(sparse) + ": runs that recover M", "some fail where entries are few", std::to_string(with) + " of " + std::to_string(num_runs) +
                         ", " + std::to_string(without) + " without the regulariser", with < num_runs});
  return result;
}

}  // namespace

PublishedClaim ge_lee_ma_2016() {
  return {"ge-lee-ma-2016", "Ge, Lee, Ma 2016, Matrix completion has no spurious local minimum, theorems 4.2, 5.3",
          "M = Z Z^T with normal Z, symmetric random entries, the row-norm regulariser, normal starts, 10 runs each: M is recovered to 1e-6 from every "
          "start where the share is ample, from none where entries are fewer than parameters, and not always between",
          run};
}

}  // namespace nadir
