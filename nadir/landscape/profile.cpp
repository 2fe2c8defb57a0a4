#include "nadir/landscape/profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr std::size_t batch = 17;              // values between two looks at should_stop
constexpr double least_gap = 1e-9;             // between two t
constexpr double least_share = 0.2;            // of an interval that a cut leaves on either side
constexpr double hidden_bend = 4.0;            // how much more than its surroundings an interval may be bent
constexpr double rounding = 16.0 * std::numeric_limits<double>::epsilon();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Possible {
  double height = -infinity;  // of the interval's maximum, at most about
  double t = 0.0;             // where it would be
};

// c + s t on [0, h] with the bend of a parabola over the chord: its maximum.
Possible under_parabola(double t, double h, double left, double right, double bend) {
  const double slope = (right - left) / h;
  const double s = bend > 0.0 ? std::clamp(0.5 * h + slope / bend, 0.0, h) : (slope > 0.0 ? h : 0.0);
  return {left + slope * s + 0.5 * bend * s * (h - s), t + s};
}

// What interval i of the values y at t may hold.
Possible possible_maximum(const Vector& t, const Vector& y, std::size_t i) {
  const auto slope = [&](std::size_t k) { return (y[k + 1] - y[k]) / (t[k + 1] - t[k]); };
  const std::size_t last = t.size() - 2;
  const double h = t[i + 1] - t[i], here = slope(i);
  double before = i > 0 ? slope(i - 1) : here, after = i < last ? slope(i + 1) : here;
  if (i > 0 && i < last && before >= here && here >= after && before > after) {
    // Towards a peak between convex flanks the slopes grow: at the rate at which they did.
    const auto middle = [&](std::size_t k) { return 0.5 * (t[k] + t[k + 1]); };
    if (i > 1) before += std::fmax(0.0, before - slope(i - 2)) * (middle(i) - middle(i - 1)) / (middle(i - 1) - middle(i - 2));
    if (i + 1 < last) after -= std::fmax(0.0, slope(i + 2) - after) * (middle(i + 1) - middle(i)) / (middle(i + 2) - middle(i + 1));
    const double s = std::clamp((y[i + 1] - y[i] - after * h) / (before - after), 0.0, h);
    return {std::fmax(y[i] + before * s, std::fmax(y[i], y[i + 1])), t[i] + s};
  }
  const auto bend = [&](std::size_t k) { return 2.0 * (slope(k - 1) - slope(k)) / (t[k + 1] - t[k - 1]); };
  double most = 0.0;
  if (i > 0) most = std::fmax(most, bend(i));
  if (i < last) most = std::fmax(most, bend(i + 1));
  return under_parabola(t[i], h, y[i], y[i + 1], hidden_bend * most);
}

// An interval to be cut, and by how much it may raise the maximum.
struct Cut {
  double promise = 0.0, t = 0.0;
};

// A batch from all over, and both ends, before the rest: what is stopped has been everywhere.
Vector coarse_first(const Vector& t) {
  const std::size_t stride = (t.size() + batch - 1) / batch;
  Vector order;
  for (std::size_t k = 0; k < t.size(); ++k)
    if (k % stride == 0 || k + 1 == t.size()) order.push_back(t[k]);
  for (std::size_t k = 0; k < t.size(); ++k)
    if (k % stride != 0 && k + 1 != t.size()) order.push_back(t[k]);
  return order;
}

class Examination {
 public:
  Examination(const ValuesAlong& values_along, const ProfileOptions& options) : values_along_(values_along), options_(options) {}

  void evaluate(Vector wanted);
  bool is_stopped() const { return is_stopped_; }
  bool is_finite() const { return std::all_of(y_.begin(), y_.end(), [](double v) { return std::isfinite(v); }); }
  // Every interval that may raise a maximum by more than the tolerance, the most promising first.
  std::vector<Cut> cuts() const;
  Profile result() const;
  std::size_t count() const { return t_.size(); }

 private:
  Vector over_line() const;
  double noise() const;
  double tolerance() const;
  void finite_barrier(PathBarrier& barrier) const;

  const ValuesAlong& values_along_;
  const ProfileOptions& options_;
  Vector t_, y_;
  bool is_stopped_ = false;
};

void Examination::evaluate(Vector wanted) {
  for (std::size_t first = 0; first < wanted.size() && !is_stopped_; first += batch) {
    const std::size_t count = std::min(batch, wanted.size() - first);
    Vector values(count);
    values_along_(std::span(wanted).subspan(first, count), values);
    for (std::size_t k = 0; k < count; ++k) {
      const auto place = std::lower_bound(t_.begin(), t_.end(), wanted[first + k]);
      if (place != t_.end() && *place == wanted[first + k]) continue;
      y_.insert(y_.begin() + (place - t_.begin()), values[k]);
      t_.insert(place, wanted[first + k]);
    }
    is_stopped_ = options_.should_stop && options_.should_stop();
  }
}

Vector Examination::over_line() const {
  Vector excess(y_.size());
  for (std::size_t k = 0; k < y_.size(); ++k) excess[k] = y_[k] - ((1.0 - t_[k]) * y_.front() + t_[k] * y_.back());
  return excess;
}

double Examination::noise() const {
  double largest = 0.0;
  for (const double v : y_) largest = std::fmax(largest, std::fabs(v));
  return rounding * largest;
}

double Examination::tolerance() const {
  const auto [least, greatest] = std::minmax_element(y_.begin(), y_.end());
  return std::fmax(options_.tol * (*greatest - *least), noise());
}

std::vector<Cut> Examination::cuts() const {
  std::map<std::size_t, Cut> of_interval;
  const double tol = tolerance();
  for (const Vector& y : {y_, over_line()}) {
    const double best = *std::max_element(y.begin(), y.end());
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) {
      const double h = t_[i + 1] - t_[i];
      const Possible p = possible_maximum(t_, y, i);
      if (!(p.height - best > tol) || h < least_gap) continue;
      Cut& cut = of_interval[i];
      if (p.height - best > cut.promise) cut = {p.height - best, std::clamp(p.t, t_[i] + least_share * h, t_[i + 1] - least_share * h)};
    }
  }
  std::vector<Cut> list;
  for (const auto& [i, cut] : of_interval) list.push_back(cut);
  std::sort(list.begin(), list.end(), [](const Cut& a, const Cut& b) { return a.promise != b.promise ? a.promise > b.promise : a.t < b.t; });
  return list;
}

void Examination::finite_barrier(PathBarrier& barrier) const {
  const Vector excess = over_line();
  const auto top = std::max_element(y_.begin(), y_.end());
  barrier.value = *top;
  barrier.t = t_[static_cast<std::size_t>(top - y_.begin())];
  barrier.height = std::fmax(0.0, *top - std::fmax(y_.front(), y_.back()));
  barrier.height_over_line = std::fmax(0.0, *std::max_element(excess.begin(), excess.end()));
  double possible = noise();
  for (const Vector& y : {y_, excess}) {
    const double best = *std::max_element(y.begin(), y.end());
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) possible = std::fmax(possible, possible_maximum(t_, y, i).height - best);
  }
  barrier.uncertainty = is_stopped_ ? infinity : possible;
}

Profile Examination::result() const {
  Profile profile{t_, y_, {}, is_stopped_};
  if (is_finite() && !y_.empty()) {
    finite_barrier(profile.barrier);
    return profile;
  }
  const auto wild = std::find_if(y_.begin(), y_.end(), [](double v) { return !std::isfinite(v); });
  if (wild != y_.end())
    profile.barrier = {.value = infinity, .t = t_[static_cast<std::size_t>(wild - y_.begin())], .height = infinity, .height_over_line = infinity, .uncertainty = infinity};
  return profile;
}

}  // namespace

Profile examine_profile(const ValuesAlong& values_along, const Vector& knots, const ProfileOptions& options) {
  if (options.points < 3) throw InputError("examine_profile points", "a number >= 3", std::to_string(options.points));
  const std::size_t most = static_cast<std::size_t>(options.most_points > 0 ? options.most_points : 4 * options.points);
  Vector first = knots;
  for (Index k = 0; k < options.points; ++k) first.push_back(static_cast<double>(k) / static_cast<double>(options.points - 1));
  std::sort(first.begin(), first.end());
  first.erase(std::unique(first.begin(), first.end(), [](double s, double t) { return t - s < least_gap; }), first.end());
  first.back() = 1.0;
  Examination examination(values_along, options);
  examination.evaluate(coarse_first(first));
  while (!examination.is_stopped() && examination.is_finite() && examination.count() < most) {
    const std::vector<Cut> cuts = examination.cuts();
    if (cuts.empty()) break;
    Vector wanted;
    for (const Cut& cut : cuts)
      if (wanted.size() < batch && examination.count() + wanted.size() < most) wanted.push_back(cut.t);
    examination.evaluate(std::move(wanted));
  }
  return examination.result();
}

}  // namespace nadir
