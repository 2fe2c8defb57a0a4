#include "nadir/problems/tucker/starts.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/tucker_decomposition.hpp"
#include "nadir/problems/tucker/normal_form.hpp"

namespace nadir {
namespace {

constexpr Index largest_filled = Index{1} << 24;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

// A dense copy without gaps: zeros between the entries of a sparse tensor, the mean where one is missing.
Tensor<double> filled(const TuckerData& data) {
  Tensor<double> result(source_shape(data));
  double sum = 0.0;
  for_each_double_slab(data, [&](TensorView<double> slab, Index first) {
    std::copy_n(slab.data, slab.size(), result.data() + first * slab.shape.right(0));
    for (const double x : slab.flat()) sum += std::isnan(x) ? 0.0 : x;
  });
  const double mean = sum / static_cast<double>(data.num_observed);
  for (double& x : result.flat())
    if (std::isnan(x)) x = mean;
  return result;
}

TuckerDecomposition truncated(const TuckerData& data, const SthosvdOptions& options) {
  if (data.is_sparse() || data.is_masked) return sthosvd(filled(data).view(), options);
  return data.tensor->doubles ? sthosvd(*data.tensor->doubles, options) : sthosvd(*data.tensor->floats, options);
}

std::vector<Index> in_source_order(const TuckerData& data, const std::vector<Index>& ranks) {
  std::vector<Index> result(ranks.size());
  for (int m = 0; m < data.num_modes(); ++m) result[at(m)] = ranks[at(data.source_mode(m))];
  return result;
}

Vector random_point(const Tucker& problem, Random& random) {
  const TuckerData& data = problem.data();
  std::vector<Matrix> A;
  const TuckerFactors shapes = problem.factors(Vector(static_cast<std::size_t>(problem.layout().dimension()), 0.0));
  for (const ConstMatrixView& a : shapes.A) {
    Matrix normal(a.rows, a.cols);
    random.fill_normal(normal.flat());
    A.push_back(qr(normal).Q);
  }
  return flat_point(data, problem.layout(), contract(data, {A.begin(), A.end()}, {}), A);
}

Vector normal_point(const Tucker& problem, Random& random) {
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  random.fill_normal(x);
  const TuckerFactors here = problem.factors(x);
  std::vector<Matrix> grams;
  for (const ConstMatrixView& A : here.A) grams.push_back(product(A, Op::transpose, A, Op::none));
  const double size = std::sqrt(dot(contract_model(here, grams, {}).view(), here.core.view()));
  const double factor = std::pow(problem.data().norm / size, 1.0 / static_cast<double>(problem.data().num_modes() + 1));
  if (std::isfinite(factor) && factor > 0.0) scale(factor, x);
  return x;
}

}  // namespace

std::vector<std::string> tucker_starts() { return {"sthosvd", "random", "normal", "zero"}; }

Point tucker_start(const Tucker& problem, const std::string& name, std::uint64_t seed, std::uint64_t index) {
  const TuckerData& data = problem.data();
  Random random(seed, index);
  Point point(problem.layout());
  const bool is_too_large = data.is_sparse() && data.size() > largest_filled;
  // A method without chance has one start; the others are random ones, so that several starts are several.
  if (name == "random" || (name == "sthosvd" && (is_too_large || index > 0))) {
    point.values = random_point(problem, random);
  } else if (name == "sthosvd") {
    const TuckerDecomposition t = truncated(data, {.ranks = in_source_order(data, problem.ranks()), .seed = seed});
    point.values = flat_point(data, problem.layout(), t.core, t.factors);
  } else if (name == "normal") {
    point.values = normal_point(problem, random);
  } else if (name != "zero") {
    throw InputError("--start", "one of sthosvd, random, normal, zero", "'" + name + "'");
  }
  return point;
}

std::vector<Index> ranks_for_error(const TuckerData& data, double error) {
  if (data.is_sparse() && data.size() > largest_filled)
    throw InputError("--error", "ranks for a sparse tensor of more than 16777216 entries", "an error");
  const TuckerDecomposition t = truncated(data, {.ranks = {}, .error = error});
  std::vector<Index> ranks(data.extents.size());
  for (int m = 0; m < data.num_modes(); ++m) ranks[at(data.source_mode(m))] = t.factors[at(m)].cols();
  return ranks;
}

}  // namespace nadir
