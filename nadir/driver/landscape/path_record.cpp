#include "nadir/driver/landscape/path_record.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "nadir/driver/internal/json_numbers.hpp"
#include "nadir/io/point_file.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;

Json barrier(const PathBarrier& b) {
  return {{"value", json_number(b.value)},
          {"t", json_number(b.t)},
          {"height", json_number(b.height)},
          {"height_over_line", json_number(b.height_over_line)},
          {"uncertainty", json_number(b.uncertainty)}};
}

Json curve(const PathCurve& c) {
  return {{"name", c.name},
          {"kind", name(c.kind)},
          {"is_aligned", c.is_aligned},
          {"converged", c.is_converged},
          {"bends", c.bends.cols()},
          {"length", json_number(c.length)},
          {"t", json_numbers(c.t)},
          {"values", json_numbers(c.values)},
          {"barrier", barrier(c.barrier)}};
}

Json saddle(const PathSaddle& s) {
  return {{"value", json_number(s.value)},
          {"gradient_norm", json_number(s.gradient_norm)},
          {"verdict", name(s.headline)},
          {"rigor", name(s.rigor)},
          {"negative", s.negative < 0 ? Json(nullptr) : Json(s.negative)},
          {"min_eigenvalue", json_number(s.min_eigenvalue)},
          {"t", json_number(s.t)},
          {"name", s.name}};
}

void append(NamedArrays& arrays, const Layout& layout, std::span<const double> x, const std::string& prefix) {
  Point point(layout);
  std::copy(x.begin(), x.end(), point.values.begin());
  for (auto& named : point_arrays(point, prefix)) arrays.push_back(std::move(named));
}

}  // namespace

std::string path_to_json(const Path& path, const PathFacts& facts) {
  Json curves = Json::array();
  for (const PathCurve& c : path.curves) curves.push_back(curve(c));
  const Json object{
      {"schema", "nadir.path/1"},
      {"family", facts.family},
      {"point_sha256", facts.point_sha256},
      {"other_sha256", facts.other_sha256},
      {"complete", path.is_complete},
      {"values", json_numbers(path.values)},
      {"distance", json_number(path.distance)},
      {"alignment", path.alignment ? Json{{"distance", json_number(path.alignment->distance)}, {"label", path.alignment->label}} : Json(nullptr)},
      {"curves", curves},
      {"saddle", path.saddle ? saddle(*path.saddle) : Json(nullptr)},
      {"seed", facts.seed},
      {"seconds", json_number(facts.seconds)},
  };
  return object.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

NamedArrays path_arrays(const Path& path, const Layout& layout) {
  NamedArrays arrays;
  const std::size_t size = static_cast<std::size_t>(layout.dimension());
  for (const PathCurve& c : path.curves)
    for (Index j = 0; j < c.bends.cols(); ++j)
      append(arrays, layout, {c.bends.col(j), size}, std::string(name(c.kind)) + "/" + std::to_string(j + 1) + "/");
  if (path.saddle) append(arrays, layout, path.saddle->point, "saddle/");
  if (path.alignment) append(arrays, layout, path.alignment->point, "aligned/");
  return arrays;
}

}  // namespace nadir
