// Sensing has no spurious local minimum under a restricted isometry [BhojanapalliNeyshaburSrebro2016]; beyond a
// constant of 1/2 it can have some, and a large share of starts ends there [ZhangSojoudiLavaei2019].
#include <cmath>
#include <memory>
#include <string>

#include "nadir/base/random.hpp"
#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"
#include "nadir/solvers/gradient_descent.hpp"
#include "nadir/solvers/minimise.hpp"
#include "nadir/solvers/trust_region.hpp"

namespace nadir {
namespace {

constexpr int num_gaussian_runs = 8, num_descents = 1000;
constexpr double exact = 1e-6;  // |U U^T - M|_F / |M|_F

struct Setting {
  Index side = 0, rank = 0, num_measurements = 0;
};

Matrix gram(ConstMatrixView U) { return product(U, Op::none, U, Op::transpose); }

double distance(ConstMatrixView U, const Matrix& M) {
  Matrix error = gram(U);
  axpy(-1.0, M.flat(), error.flat());
  return frobenius_norm(error);
}

// Symmetric normal measurements of M: entry (i, j) of measurement k stands at (i side + j) k_max + k.
MatrixSensingOptions gaussian_options(const Setting& s, const Matrix& M, Random& random) {
  MatrixSensingOptions o;
  o.psd = true;
  const Index k = s.num_measurements;
  o.operator_array.shape = {s.side, s.side, k};
  o.measurements.shape = {k};
  Vector A(static_cast<std::size_t>(s.side * s.side * k)), y(static_cast<std::size_t>(k)), draws(static_cast<std::size_t>(k));
  for (Index i = 0; i < s.side; ++i)
    for (Index j = 0; j <= i; ++j) {
      random.fill_normal(draws);
      const double share = (i == j ? 1.0 : std::sqrt(0.5)) / std::sqrt(static_cast<double>(k));
      for (const Index at : {i * s.side + j, j * s.side + i})
        for (Index c = 0; c < k; ++c) A[static_cast<std::size_t>(at * k + c)] = share * draws[static_cast<std::size_t>(c)];
      axpy((i == j ? 1.0 : 2.0) * share * M(i, j), draws, y);
    }
  o.operator_array.values = std::move(A);
  o.measurements.values = std::move(y);
  return o;
}

bool recovers(const Setting& s, std::uint64_t seed, std::uint64_t run) {
  Random random(seed, (run << 32) + static_cast<std::uint64_t>(s.num_measurements * 100 + s.rank));
  Matrix Z(s.side, s.rank);
  random.fill_normal(Z.flat());
  const Matrix M = gram(Z);
  const MatrixSensingOptions options = gaussian_options(s, M, random);
  const SensingData data = make_sensing_data(options);
  const MatrixSensing problem(data, s.rank);
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  random.fill_normal(x);
  const Result end = minimise(*make_trust_region(), problem, x, seed,
                              {.gradient_tol = 1e-12, .target_value = 1e-17 * data.y_norm * data.y_norm, .max_iterations = 300});
  return distance(problem.left(end.point), M) <= exact * frobenius_norm(M);
}

std::int64_t num_recovered(const Setting& s, std::uint64_t seed) {
  std::int64_t count = 0;
  for (std::uint64_t run = 0; run < num_gaussian_runs; ++run) count += recovers(s, seed, run);
  return count;
}

std::string name_of(const Setting& s) {
  return "n = " + std::to_string(s.side) + ", rank " + std::to_string(s.rank) + ", " + std::to_string(s.num_measurements) + " measurements: runs that recover M";
}

// |A(X)|^2 = a^2 + 2 delta a c + c^2 + 2 (1 + delta) b^2 for X = [[a, b], [b, c]], between 1 - delta and 1 + delta times
// |X|_F^2; measurements of z z^T, z = (1, 0).
MatrixSensingOptions family_options(double delta) {
  MatrixSensingOptions o;
  o.psd = true;
  const double beside = std::sqrt(0.5 * (1.0 + delta));
  o.operator_array.shape = {2, 2, 3};
  o.operator_array.values = {1.0, 0.0, 0.0, 0.0, 0.0, beside, 0.0, 0.0, beside, delta, std::sqrt(1.0 - delta * delta), 0.0};
  o.measurements.shape = {3};
  o.measurements.values = {1.0, 0.0, 0.0};
  return o;
}

// The share of descents from normal starts that end away from +-z. The step is 0.005 for |A|^2, whose half is ours.
double share_of_failures(double delta, std::uint64_t seed) {
  const MatrixSensingOptions options = family_options(delta);
  const SensingData data = make_sensing_data(options);
  const MatrixSensing problem(data, 1);
  const Matrix truth = Matrix::from_rows({{1.0, 0.0}, {0.0, 0.0}});
  const auto solver = [] { return make_gradient_descent({.step_size = 0.01}); };
  Random random(seed, 0x64656c7461);
  std::int64_t count = 0;
  for (int run = 0; run < num_descents; ++run) {
    Vector x{random.normal(), random.normal()};
    const Result end = minimise(*solver(), problem, x, seed, {.gradient_tol = 1e-3, .max_iterations = 20000, .leaves_saddles = false});
    count += distance(problem.left(end.point), truth) > 0.1;
  }
  return static_cast<double>(count) / num_descents;
}

// Both shares are means of that many independent runs: they may differ by 4 standard deviations of the difference.
PublishedRow share_row(double delta, double expected, std::uint64_t seed) {
  const double measured = share_of_failures(delta, seed);
  const double room = 4.0 * std::sqrt(2.0 * expected * (1.0 - expected) / num_descents);
  return {"isometry constant " + number_text(delta) + ": share of descents that end away from +-z",
          number_text(expected) + " +- " + number_text(room, 2) + " (independent program)", number_text(measured),
          std::fabs(measured - expected) <= room};
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  for (const Setting& s : {Setting{20, 1, 200}, Setting{30, 2, 600}, Setting{40, 3, 1200}})
    result.rows.push_back(always_row(name_of(s), "every local minimum is exact", num_recovered(s, seed), num_gaussian_runs));
  // Fewer measurements than the n r - r (r - 1) / 2 parameters of a matrix of that rank: other matrices fit as well.
  for (const Setting& s : {Setting{20, 2, 30}, Setting{30, 3, 60}})
    result.rows.push_back(equal_row(name_of(s), 0, num_recovered(s, seed), "counting parameters"));
  result.rows.push_back(at_most_row("isometry constant 0.19: share of descents that end away from +-z", 0.0, share_of_failures(0.19, seed)));
  result.rows.push_back(share_row(0.6, 0.327, seed));
  result.rows.push_back(share_row(0.8, 0.437, seed));
  return result;
}

}  // namespace

PublishedClaim bhojanapalli_2016() {
  return {"bhojanapalli-2016", "Bhojanapalli, Neyshabur, Srebro 2016, Global optimality of local search for low rank matrix recovery",
          "M = Z Z^T from symmetric normal measurements, normal starts, 8 runs each: recovered to 1e-6 where measurements are ample, never where they are "
          "fewer than parameters; and 1000 gradient descents on a family of 2 x 2 problems with a given isometry constant: none fails below 1/5, as many as "
          "elsewhere beyond 1/2",
          run};
}

}  // namespace nadir
