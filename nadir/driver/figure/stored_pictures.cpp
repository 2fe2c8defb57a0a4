#include "nadir/driver/figure/stored_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"

namespace nadir {

namespace {

using Json = nlohmann::ordered_json;

// The text as JSON of that schema, handed to `read`; whatever is missing or of another kind there becomes an InputError.
template <class Read>
auto read_as(const char* schema, std::string_view text, const std::string& place, Read read) {
  try {
    const Json json = Json::parse(text);
    const std::string found = json.at("schema").get<std::string>();
    if (found != schema) throw InputError(place, std::string("the schema ") + schema, "'" + found + "'");
    return read(json);
  } catch (const Json::exception& error) {
    throw InputError(place, std::string("an object of the schema ") + schema, error.what());
  }
}

double number(const Json& json) { return json.is_null() ? std::nan("") : json.get<double>(); }
double number(const Json& json, const char* key) { return number(json.at(key)); }

std::vector<double> numbers(const Json& json) {
  std::vector<double> list;
  for (const Json& item : json.get_ref<const Json::array_t&>()) list.push_back(number(item));
  return list;
}

void require_length(const std::vector<double>& list, std::size_t length, const std::string& place, const char* what) {
  if (list.size() != length) throw InputError(place + " " + what, std::to_string(length) + " numbers", std::to_string(list.size()));
}

void require_ascending(const std::vector<double>& list, const std::string& place, const char* what) {
  for (std::size_t k = 0; k < list.size(); ++k)
    if (!std::isfinite(list[k]) || (k > 0 && list[k] <= list[k - 1])) throw InputError(place + " " + what, "finite numbers that ascend", "number " + std::to_string(k + 1) + " that does not");
}

void add_ends(const Json& list, std::vector<figures::SpectrumEnd>& ends) {
  for (const Json& e : list) ends.push_back({number(e, "value"), number(e, "residual"), e.at("converged").get<bool>()});
}

figures::SliceMark slice_mark(const Json& json, std::size_t num_axes, const std::string& place) {
  figures::SliceMark mark{json.contains("label") ? json.at("label").get<std::string>() : "", numbers(json.at("coordinates")), number(json, "value"), number(json, "distance")};
  require_length(mark.coordinates, num_axes, place, "coordinates of a mark");
  return mark;
}

figures::SliceLayer slice_layer(const Json& json, const std::vector<figures::SliceAxis>& axes, const std::string& place) {
  figures::SliceLayer layer{json.at("name").get<std::string>(), json.at("label").get<std::string>(), {}};
  const Json& values = json.at("values");
  if (axes.size() == 1) layer.values = numbers(values);
  else
    for (const Json& row : values.get_ref<const Json::array_t&>()) {
      const std::vector<double> one = numbers(row);
      require_length(one, axes[1].coordinates.size(), place, "a row of values");
      layer.values.insert(layer.values.end(), one.begin(), one.end());
    }
  require_length(layer.values, axes[0].coordinates.size() * (axes.size() == 2 ? axes[1].coordinates.size() : 1), place, "values of a layer");
  return layer;
}

figures::PathCurve path_curve(const Json& json, const std::string& place) {
  figures::PathCurve curve;
  curve.name = json.at("name").get<std::string>();
  curve.kind = json.at("kind").get<std::string>();
  curve.is_aligned = json.at("is_aligned").get<bool>();
  curve.is_converged = json.value("converged", true);
  curve.t = numbers(json.at("t"));
  curve.values = numbers(json.at("values"));
  require_length(curve.values, curve.t.size(), place, "values of a curve");
  const Json& barrier = json.at("barrier");
  curve.barrier_value = barrier.is_null() ? std::nan("") : number(barrier, "value");
  curve.barrier_t = barrier.is_null() ? std::nan("") : number(barrier, "t");
  curve.uncertainty = barrier.is_null() ? std::nan("") : number(barrier, "uncertainty");
  return curve;
}

std::int64_t index_of(const Json& json) { return json.is_null() ? -1 : json.get<std::int64_t>(); }

}  // namespace

figures::SpectrumData spectrum_from_json(std::string_view text, const std::string& place) {
  return read_as("nadir.spectrum/1", text, place, [&](const Json& json) {
    figures::SpectrumData d;
    d.family = json.at("family").get<std::string>();
    d.dimension = json.at("dimension").get<std::int64_t>();
    d.is_whole = json.at("whole").get<bool>();
    d.confidence = number(json, "confidence");
    const Json& extremes = json.at("extremes");
    add_ends(extremes.at("least"), d.ends);
    add_ends(extremes.at("greatest"), d.ends);
    d.none_below = number(extremes, "none_below");
    d.none_above = number(extremes, "none_above");
    const Json& density = json.at("density");
    d.sigma = number(density, "sigma");
    d.quadrature_error = number(density, "quadrature_error");
    d.points = numbers(density.at("points"));
    d.values = numbers(density.at("values"));
    d.half_widths = numbers(density.at("half_widths"));
    require_length(d.values, d.points.size(), place, "density.values");
    require_length(d.half_widths, d.points.size(), place, "density.half_widths");
    d.peaks = numbers(json.at("measure").at("peaks"));
    std::sort(d.peaks.begin(), d.peaks.end(), [](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); });
    return d;
  });
}

figures::SliceData slice_from_json(std::string_view text, const std::string& place) {
  return read_as("nadir.slice/1", text, place, [&](const Json& json) {
    figures::SliceData d;
    d.family = json.at("family").get<std::string>();
    for (const Json& axis : json.at("axes")) {
      d.axes.push_back({axis.at("label").get<std::string>(), number(axis, "length"), numbers(axis.at("coordinates"))});
      require_ascending(d.axes.back().coordinates, place, "coordinates of an axis");
    }
    if (d.axes.empty() || d.axes.size() > 2) throw InputError(place + " axes", "one or two", std::to_string(d.axes.size()));
    for (const Json& layer : json.at("layers")) d.layers.push_back(slice_layer(layer, d.axes, place));
    for (const Json& mark : json.at("marks")) d.marks.push_back(slice_mark(mark, d.axes.size(), place));
    if (const Json& trajectory = json.at("trajectory"); !trajectory.is_null())
      for (const Json& at : trajectory) d.trajectory.push_back(slice_mark(at, d.axes.size(), place));
    return d;
  });
}

figures::PathData path_from_json(std::string_view text, const std::string& place) {
  return read_as("nadir.path/1", text, place, [&](const Json& json) {
    figures::PathData d;
    d.family = json.at("family").get<std::string>();
    for (const Json& curve : json.at("curves")) d.curves.push_back(path_curve(curve, place));
    if (const Json& saddle = json.at("saddle"); !saddle.is_null())
      d.saddle = figures::PathSaddle{number(saddle, "value"), number(saddle, "t"), saddle.at("verdict").get<std::string>(), saddle.at("rigor").get<std::string>(),
                            index_of(saddle.at("negative"))};
    return d;
  });
}

figures::SurveyData survey_from_json(std::string_view text, const std::string& place) {
  return read_as("nadir.survey/1", text, place, [&](const Json& json) {
    figures::SurveyData d;
    d.family = json.at("family").get<std::string>();
    d.starts = json.at("starts").at("counted").get<std::int64_t>();
    const Json& histogram = json.at("histogram");
    d.is_logarithmic = histogram.at("logarithmic").get<bool>();
    d.edges = numbers(histogram.at("edges"));
    d.counts = histogram.at("counts").get<std::vector<std::int64_t>>();
    if (!d.counts.empty()) require_length(d.edges, d.counts.size() + 1, place, "histogram.edges");
    for (const Json& c : json.at("classes"))
      d.classes.push_back({c.at("verdict").get<std::string>(), number(c, "value"), c.at("count").get<std::int64_t>(), index_of(c.at("negative"))});
    for (const Json& s : json.at("saddles"))
      d.saddles.push_back({index_of(s.at("negative")), s.at("count").get<std::int64_t>(), number(s, "least"), number(s, "median"), number(s, "largest")});
    return d;
  });
}

}  // namespace nadir
