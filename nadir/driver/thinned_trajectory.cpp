#include "nadir/driver/thinned_trajectory.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/base/memory.hpp"

namespace nadir {

void ThinnedTrajectory::begin(std::int64_t capacity) {
  *this = {};
  if (capacity >= 2) capacity_ = capacity;
}

// One copy of the point.
void ThinnedTrajectory::add(std::int64_t iteration, double value, std::span<const double> point) {
  if (capacity_ == 0 || !std::isfinite(value)) return;
  const bool ends_off_stride = !kept_.empty() && kept_.back().position % stride_ != 0;
  if (!ends_off_stride) {
    if (static_cast<std::int64_t>(kept_.size()) == capacity_) halve();
    kept_.emplace_back();
  }
  Kept& last = kept_.back();
  last.position = count_++;
  last.iteration = iteration;
  last.value = value;
  last.point.assign(point.begin(), point.end());
}

void ThinnedTrajectory::halve() {
  stride_ *= 2;
  std::erase_if(kept_, [this](const Kept& kept) { return kept.position % stride_ != 0; });
}

Trajectory ThinnedTrajectory::trajectory() const {
  Trajectory result;
  if (kept_.empty()) return result;
  result.points = Matrix(static_cast<Index>(kept_.front().point.size()), static_cast<Index>(kept_.size()));
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    result.iterations.push_back(kept_[i].iteration);
    result.values.push_back(kept_[i].value);
    std::copy(kept_[i].point.begin(), kept_[i].point.end(), result.points.col(static_cast<Index>(i)));
  }
  return result;
}

void ThinnedTrajectory::save(State& state, const std::string& prefix) const {
  if (capacity_ == 0) return;
  const auto set = [&](const char* name, std::int64_t value) { state.set_integer(prefix + name, static_cast<std::uint64_t>(value)); };
  set("capacity", capacity_);
  set("stride", stride_);
  set("count", count_);
  Vector iterations, values, points;
  if (!kept_.empty()) points.reserve(kept_.size() * kept_.front().point.size());
  for (const Kept& kept : kept_) {
    iterations.push_back(static_cast<double>(kept.iteration));
    values.push_back(kept.value);
    points.insert(points.end(), kept.point.begin(), kept.point.end());
  }
  state.set(prefix + "iterations", std::move(iterations));
  state.set(prefix + "values", std::move(values));
  state.set(prefix + "points", std::move(points));
}

ThinnedTrajectory ThinnedTrajectory::load(const State& state, const std::string& prefix) {
  ThinnedTrajectory result;
  if (!state.has(prefix + "capacity")) return result;
  const auto get = [&](const char* name) { return static_cast<std::int64_t>(state.integer(prefix + name)); };
  result.capacity_ = get("capacity");
  result.stride_ = get("stride");
  result.count_ = get("count");
  const Vector &iterations = state.get(prefix + "iterations"), &values = state.get(prefix + "values"),
               &points = state.get(prefix + "points");
  const std::size_t k = iterations.size();
  const std::size_t on_stride = result.stride_ < 1 ? 0 : static_cast<std::size_t>((result.count_ + result.stride_ - 1) / result.stride_);
  const bool has_last_off_stride = on_stride + 1 == k && (result.count_ - 1) % result.stride_ != 0;
  if (values.size() != k || (k > 0 && points.size() % k != 0) || (on_stride != k && !has_last_off_stride) ||
      static_cast<std::int64_t>(k) > result.capacity_)
    throw InputError("checkpoint entry " + prefix + "points", "as many as are counted", "another number of them");
  const std::size_t dimension = k == 0 ? 0 : points.size() / k;
  for (std::size_t i = 0; i < k; ++i) {
    const auto first = points.begin() + static_cast<std::ptrdiff_t>(i * dimension);
    result.kept_.push_back({std::min(static_cast<std::int64_t>(i) * result.stride_, result.count_ - 1),
                            static_cast<std::int64_t>(iterations[i]), values[i],
                            Vector(first, first + static_cast<std::ptrdiff_t>(dimension))});
  }
  return result;
}

std::int64_t most_points_kept(Index dimension, bool has_several_starts) {
  const double copies = has_several_starts ? 4.0 : 2.0;  // the present start's and the best one's, each once more as it is written
  const double most = 0.5 * usable_memory_bytes() / (copies * 8.0 * static_cast<double>(std::max<Index>(1, dimension)));
  return static_cast<std::int64_t>(std::min(most, 1e15));
}

}  // namespace nadir
