#include "nadir/core/family.hpp"

#include "nadir/base/error.hpp"

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

std::unique_ptr<EntryPredictor> Family::predictor(const Point&) const { return nullptr; }

}  // namespace nadir
