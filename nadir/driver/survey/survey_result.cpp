#include "nadir/driver/survey/survey_result.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;

constexpr int num_bins = 12;
constexpr double wide = 1e3;  // values that span more than this factor are shown by their logarithms

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }
Json count(std::int64_t n) { return n < 0 ? Json(nullptr) : Json(n); }

Json class_json(const SurveyClass& c, std::size_t index, std::int64_t counted) {
  return {{"class", index + 1},
          {"verdict", name(c.headline)},
          {"rigor", name(c.rigor)},
          {"value", number(c.value)},
          {"spread", number(c.spread)},
          {"count", c.count},
          {"share", number(static_cast<double>(c.count) / static_cast<double>(counted))},
          {"interval", {c.share.lower, c.share.upper}},
          {"best_start", c.best_start},
          {"negative", count(c.negative)},
          {"least_eigenvalue", number(c.min_eigenvalue)}};
}

}  // namespace

ValueHistogram histogram_of(std::vector<double> values, double tolerance) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  ValueHistogram h;
  if (values.empty()) return h;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double least = *low, largest = *high, floor = std::max(least, tolerance);
  h.is_logarithmic = least >= 0.0 && floor > 0.0 && largest > wide * floor;
  const auto scaled = [&h](double v) { return h.is_logarithmic ? std::log10(v) : v; };
  const double first = scaled(h.is_logarithmic ? floor : least), width = scaled(largest) / num_bins - first / num_bins;
  if (!(largest - least > tolerance) || !(width > 0.0) || !std::isfinite(width)) {
    h.edges = {least, largest};
    h.counts = {static_cast<std::int64_t>(values.size())};
    return h;
  }
  for (int i = 0; i <= num_bins; ++i) h.edges.push_back(h.is_logarithmic ? std::pow(10.0, first + i * width) : first + i * width);
  h.edges.front() = least;
  h.edges.back() = largest;
  h.counts.assign(num_bins, 0);
  for (const double v : values) {
    const auto above = std::upper_bound(h.edges.begin() + 1, h.edges.end() - 1, v);
    ++h.counts[static_cast<std::size_t>(above - h.edges.begin() - 1)];
  }
  return h;
}

std::vector<SaddlesOfIndex> saddles_by_index(std::vector<std::pair<std::int64_t, double>> saddles) {
  std::sort(saddles.begin(), saddles.end());
  std::vector<SaddlesOfIndex> rows;
  for (std::size_t first = 0, last = 0; first < saddles.size(); first = last) {
    while (last < saddles.size() && saddles[last].first == saddles[first].first) ++last;
    rows.push_back({saddles[first].first, static_cast<std::int64_t>(last - first), saddles[first].second,
                    saddles[first + (last - first - 1) / 2].second, saddles[last - 1].second});
  }
  return rows;
}

std::string survey_json(const SurveyResult& r) {
  Json classes = Json::array(), saddles = Json::array();
  for (std::size_t i = 0; i < r.classes.size(); ++i) classes.push_back(class_json(r.classes[i], i, r.counted));
  for (const SaddlesOfIndex& s : r.saddles)
    saddles.push_back({{"negative", count(s.index)}, {"count", s.count}, {"least", number(s.least)}, {"median", number(s.median)}, {"largest", number(s.largest)}});
  const Json object{
      {"schema", "nadir.survey/1"},
      {"family", r.family},
      {"seed", r.seed},
      {"starts", {{"asked", r.starts}, {"counted", r.counted}, {"broken", r.broken}, {"not_critical", r.not_critical}, {"cut_off", r.cut_off}}},
      {"until", r.until.empty() ? Json(nullptr) : Json{{"condition", r.until}, {"met", r.is_until_met}}},
      {"stopped", r.stopped == Termination::not_run ? Json(nullptr) : Json(name(r.stopped))},
      {"point_tolerance", r.point_tolerance},
      {"interval", {{"method", "Clopper-Pearson"}, {"confidence", r.confidence}}},
      {"minima", r.num_minima},
      {"best_start", count(r.best_start)},
      {"classes", std::move(classes)},
      {"unseen", {{"method", "Good-Turing"}, {"estimate", r.unseen.estimate}, {"upper", r.unseen.upper}}},
      {"saddles", std::move(saddles)},
      {"histogram", {{"logarithmic", r.histogram.is_logarithmic}, {"edges", r.histogram.edges}, {"counts", r.histogram.counts}}},
      {"folder", r.folder},
      {"workers", r.workers},
      {"seconds", {{"load", r.load_seconds}, {"survey", r.seconds}, {"starts", r.start_seconds}}}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nadir
