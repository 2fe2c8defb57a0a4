#include "nadir/driver/reproduce/network_instance.hpp"

#include <numeric>
#include <utility>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

bool has_clear_spectrum(const LinearNetwork& problem) {
  if (static_cast<Index>(problem.data().kept.size()) < problem.data().factor.rows()) return false;
  const Vector s = svd(problem.data().target).values;
  for (std::size_t i = 0; i < s.size(); ++i)
    if (s[i] - (i + 1 < s.size() ? s[i + 1] : 0.0) <= 1e-3 * s[0]) return false;
  return true;
}

}  // namespace

NetworkInstance::NetworkInstance(Matrix inputs, Matrix targets, std::vector<Index> widths, std::vector<Matrix> penalty)
    : X(std::move(inputs)), Y(std::move(targets)), problem({std::move(widths)}, reduce(X, Y), std::move(penalty)), bound(lower_bound(problem, X, Y)) {}

Verdict NetworkInstance::judge(const Point& point, const JudgeOptions& options) const {
  return judge_linear_network({problem, X, Y, bound}, point, options).verdict;
}

NetworkInstance random_network(Random& random, std::size_t layers) {
  for (;;) {
    std::vector<Index> widths;
    for (std::size_t l = 0; l <= layers; ++l) widths.push_back(2 + random.index(3));
    Matrix X(widths.front(), widths.front() + 2 + random.index(8)), Y(widths.back(), X.cols());
    random.fill_normal(X.flat());
    random.fill_normal(Y.flat());
    NetworkInstance instance(std::move(X), std::move(Y), std::move(widths));
    if (has_clear_spectrum(instance.problem)) return instance;
  }
}

std::vector<Index> leading(Index r) {
  std::vector<Index> numbers(static_cast<std::size_t>(r));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

std::vector<std::size_t> some_of(Random& random, std::size_t n, std::size_t count) {
  std::vector<std::size_t> all(n);
  std::iota(all.begin(), all.end(), 0);
  for (std::size_t i = 0; i < count; ++i) std::swap(all[i], all[i + static_cast<std::size_t>(random.index(static_cast<std::int64_t>(n - i)))]);
  all.resize(count);
  return all;
}

}  // namespace nadir
