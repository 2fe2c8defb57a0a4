#include "nadir/problems/tucker/details.hpp"

#include <cmath>

namespace nadir {

std::vector<Detail> tucker_details(const Tucker& problem, std::span<const double> x, double squared_error, double lower_bound, const TailBound& bound) {
  const TuckerData& data = problem.data();
  const double norm = data.norm;
  const auto relative = [&](double squared) { return norm > 0.0 ? std::sqrt(squared) / norm : 0.0; };
  Vector ranks;
  for (const Index r : problem.ranks()) ranks.push_back(static_cast<double>(r));
  std::vector<Detail> details{{"squared_error", squared_error},
                              {"relative_error", relative(squared_error)},
                              {"ranks", ranks},
                              {"compression_ratio", static_cast<double>(data.size()) / static_cast<double>(x.size())}};
  if (data.is_masked) details.push_back({"observed_entries", static_cast<std::int64_t>(data.num_observed)});
  if (lower_bound > 0.0) details.push_back({"relative_error_bound", relative(2.0 * lower_bound)});
  Vector tails;
  for (const double tail : bound.tails)
    if (!std::isnan(tail)) tails.push_back(tail);
  if (tails.size() == bound.tails.size()) details.push_back({"tails", tails});
  return details;
}

}  // namespace nadir
