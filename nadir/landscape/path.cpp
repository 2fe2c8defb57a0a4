#include "nadir/landscape/path.hpp"

#include "nadir/base/error.hpp"

namespace nadir {

std::string_view name(CurveKind kind) {
  switch (kind) {
    case CurveKind::straight: return "straight";
    case CurveKind::bezier: return "bezier";
    case CurveKind::polygon: return "polygon";
    case CurveKind::elastic_band: return "elastic-band";
  }
  return "";
}

CurveKind curve_kind_from_name(std::string_view word) {
  for (const CurveKind kind : {CurveKind::straight, CurveKind::bezier, CurveKind::polygon, CurveKind::elastic_band})
    if (name(kind) == word) return kind;
  throw InputError("kind of curve", "straight, bezier, polygon or elastic-band", "'" + std::string(word) + "'");
}

}  // namespace nadir
