#include "nadir/problems/matrix_completion/starts.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/problems/matrix_completion/residual_operator.hpp"

namespace nadir {
namespace {

double root_mean_square(const Vector& values) {
  double sum = 0.0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

// Rank r with entries of variance s^2: u . v has variance r s^4.
void fill_random(const MatrixCompletion& problem, Point& point, std::uint64_t seed, std::uint64_t index) {
  Random(seed, index).fill_normal(point.values);
  const double target = root_mean_square(problem.model().observed.by_rows.values);
  const double size = target > 0.0 ? std::sqrt(target / std::sqrt(static_cast<double>(problem.rank()))) : 1.0;
  for (double& x : point.values) x *= size;
}

// At U = V = 0 the residual is the data; its singular value sigma shrinks to (sigma - lambda)_+ over the share of
// entries that is observed.
void fill_spectral(const MatrixCompletion& problem, Point& point) {
  const CompletionModel& model = problem.model();
  const CompletionExpansion at_zero(problem, point.values);
  const ResidualOperator S(problem, at_zero);
  const SingularTriplets top = leading_triplets(S, Matrix(S.rows(), 0), Matrix(S.cols(), 0), model.is_psd, problem.rank(), 10);
  const double share = static_cast<double>(model.data.observed.size()) / (static_cast<double>(model.data.rows) * static_cast<double>(model.data.cols));
  const Matrix left = S.as_left_columns(top.left), right = S.as_right_columns(top.right);
  for (std::size_t k = 0; k < top.values.size(); ++k) {
    const double size = std::sqrt(std::fmax(0.0, top.values[k] - model.lambda) / share);
    const Index c = static_cast<Index>(k);
    for (Index i = 0; i < left.rows(); ++i) point.block(0)(i, c) = size * left(i, c);
    if (model.is_psd) continue;
    for (Index j = 0; j < right.rows(); ++j) point.block(1)(j, c) = size * right(j, c);
  }
}

}  // namespace

std::vector<std::string> completion_starts() { return {"random", "spectral", "zeros"}; }

Point completion_start(const MatrixCompletion& problem, const std::string& name, std::uint64_t seed, std::uint64_t index) {
  Point point(problem.layout());
  if (name == "random") fill_random(problem, point, seed, index);
  else if (name == "spectral") fill_spectral(problem, point);
  else if (name != "zeros") throw InputError("--start", "random, spectral or zeros", "'" + name + "'");
  return point;
}

}  // namespace nadir
