#include "nadir/driver/landscape/slice_record.hpp"

#include <nlohmann/json.hpp>

#include "nadir/driver/internal/json_numbers.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<double>& x) { return x ? json_number(*x) : Json(nullptr); }

Json axis(const Axis& a) {
  return {{"kind", name_of(a.kind)},
          {"label", a.label},
          {"normalisation", a.normalisation ? Json(name_of(*a.normalisation)) : Json(nullptr)},
          {"length", json_number(a.length)},
          {"eigenvalue", number_or_null(a.eigenvalue)},
          {"explained", number_or_null(a.explained)},
          {"coordinates", json_numbers(a.coordinates)}};
}

// On a line a list, on a plane a list of rows.
Json layer(const Layer& l, bool is_line) {
  Json values = Json::array();
  if (is_line) values = json_numbers(l.values.flat());
  else
    for (Index i = 0; i < l.values.rows(); ++i) {
      Json row = Json::array();
      for (Index j = 0; j < l.values.cols(); ++j) row.push_back(json_number(l.values(i, j)));
      values.push_back(std::move(row));
    }
  return {{"name", l.name}, {"label", l.label}, {"values", std::move(values)}};
}

Json mark(const Mark& m) {
  return {{"label", m.label}, {"coordinates", json_numbers(m.coordinates)}, {"value", json_number(m.value)}, {"distance", json_number(m.distance)}};
}

Json iterate(const PlacedIterate& i) {
  return {{"iteration", i.iteration}, {"coordinates", json_numbers(i.coordinates)}, {"value", json_number(i.value)}, {"distance", json_number(i.distance)}};
}

template <class T, class F>
Json list(const std::vector<T>& items, const F& write) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(write(item));
  return array;
}

Json adaptive(const Adaptive& a) {
  Json points = Json::array();
  for (Index j = 0; j < a.points.cols(); ++j) points.push_back(json_numbers({a.points.col(j), static_cast<std::size_t>(a.points.rows())}));
  return {{"tolerance", a.tolerance}, {"error", json_number(a.error)}, {"points", std::move(points)}};
}

}  // namespace

std::string slice_to_json(const Slice& slice, const SliceFacts& facts) {
  const bool is_line = slice.axes.size() == 1;
  const Json object{
      {"schema", "nadir.slice/1"},
      {"family", facts.family},
      {"value", json_number(slice.marks.front().value)},
      {"point_sha256", facts.point_sha256},
      {"complete", slice.is_complete},
      {"axes", list(slice.axes, axis)},
      {"layers", list(slice.layers, [is_line](const Layer& l) { return layer(l, is_line); })},
      {"marks", list(slice.marks, mark)},
      {"trajectory", slice.trajectory ? list(*slice.trajectory, iterate) : Json(nullptr)},
      {"adaptive", slice.adaptive ? adaptive(*slice.adaptive) : Json(nullptr)},
      {"evaluations", slice.evaluations},
      {"seed", facts.seed},
      {"seconds", json_number(facts.seconds)},
  };
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nadir
