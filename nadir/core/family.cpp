#include "nadir/core/family.hpp"

#include <algorithm>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

std::string text(const Layout& layout) {
  std::string result;
  for (const BlockShape& b : layout.blocks())
    result += (result.empty() ? "" : ", ") + b.name + " " + std::to_string(b.rows) + " x " + std::to_string(b.cols);
  return result;
}

}  // namespace

void Family::reshape(const Layout& layout) {
  if (layout != problem().layout()) throw InputError("point", text(problem().layout()), text(layout));
}

std::optional<Point> Family::enlarge(const Point&, double) const { return std::nullopt; }

double Family::relative_distance(const Point& a, const Point& b) const {
  if (a.layout != b.layout) return std::numeric_limits<double>::infinity();
  Vector difference = a.values;
  axpy(-1.0, b.values, difference);
  const double distance = norm(difference);
  return distance == 0.0 ? 0.0 : distance / std::max(norm(a.values), norm(b.values));
}

std::optional<AlignedPoint> Family::aligned(const Point&, const Point&) const { return std::nullopt; }

std::unique_ptr<EntryPredictor> Family::predictor(const Point&) const { return nullptr; }

}  // namespace nadir
