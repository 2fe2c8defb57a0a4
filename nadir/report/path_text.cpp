#include "nadir/report/path_text.hpp"

#include <cmath>
#include <limits>

#include "nadir/report/internal/formatted.hpp"

namespace nadir {
namespace {

using internal::line;
using internal::number;

std::string curves_text(const Path& path) {
  std::string text = line("  %-18s %6s %12s %14s %8s %14s %14s %10s", "curve", "bends", "length", "greatest", "at t", "above ends", "above line", "within");
  for (const PathCurve& c : path.curves)
    text += line("  %-18.18s %6lld %12.6g %14s %8.4f %14s %14s %10s%s", c.name.c_str(), static_cast<long long>(c.bends.cols()), c.length,
                 number("%.8g", c.barrier.value).c_str(), c.barrier.t, number("%.6g", c.barrier.height).c_str(),
                 number("%.6g", c.barrier.height_over_line).c_str(), std::isfinite(c.barrier.uncertainty) ? number("%.1e", c.barrier.uncertainty).c_str() : "unknown",
                 c.is_converged ? "" : "  not converged");
  return text;
}

// How near a saddle comes to the height of its band, as a share of the band's barrier, to be called its pass.
constexpr double near_share = 0.1;

bool has_band(const Path& path) {
  for (const PathCurve& c : path.curves)
    if (c.kind == CurveKind::elastic_band) return true;
  return false;
}

double band_top(const Path& path) {
  for (const PathCurve& c : path.curves)
    if (c.kind == CurveKind::elastic_band) return c.barrier.value;
  return std::numeric_limits<double>::quiet_NaN();
}

std::string saddle_text(const Path& path) {
  if (!path.saddle) return has_band(path) && path.is_complete ? line("no pass: along the elastic band next to nothing stands above the ends, less than 1e-4 of the range on the line") : "";
  const PathSaddle& s = *path.saddle;
  const std::string verdict = std::string(name(s.headline)) + ": " + std::string(name(s.rigor));
  const double higher = std::fmax(path.values[0], path.values[1]);
  const std::string where = line("  value %.10g, %.6g %s the higher end; gradient norm %.2g; least eigenvalue %s", s.value, std::fabs(s.value - higher),
                                 s.value < higher ? "below" : "above", s.gradient_norm,
                                 std::isfinite(s.min_eigenvalue) ? number("%.6g", s.min_eigenvalue).c_str() : "unknown");
  if (s.headline == Headline::strict_saddle && s.negative == 1) {
    const bool is_on_band = band_top(path) - s.value <= near_share * (band_top(path) - higher);
    if (s.value >= higher && !is_on_band)
      return line("from the highest point of the elastic band, t = %.4f, to a saddle of index 1 (%s), lower than the band", s.t, verdict.c_str()) + where;
    if (s.value >= higher) return line("the pass on the elastic band, near t = %.4f: a saddle of index 1 (%s)", s.t, verdict.c_str()) + where;
    return line("from the highest point of the elastic band, t = %.4f, to a saddle of index 1 (%s), too low to be the pass", s.t, verdict.c_str()) + where;
  }
  std::string counted = s.negative < 0 ? "negative eigenvalues not counted" : std::to_string(s.negative) + " negative eigenvalues";
  return line("the highest point of the elastic band, t = %.4f, led to no pass that is known as one: %s, %s", s.t, verdict.c_str(), counted.c_str()) + where;
}

}  // namespace

std::string path_text(const Path& path) {
  std::string text = line("between values %.10g and %.10g, %.6g apart", path.values[0], path.values[1], path.distance);
  if (path.alignment) text += line("aligned (%s): %.6g apart", path.alignment->label.c_str(), path.alignment->distance);
  if (!path.is_complete) text += line("stopped early: what follows was found until then");
  text += curves_text(path);
  if (path.distance == 0.0) text += line("the ends are the same point");
  text += saddle_text(path);
  return text + line("not established: that no lower way exists; maxima between evaluated points are estimates");
}

}  // namespace nadir
