#include "nadir/report/slice_text.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/report/internal/formatted.hpp"

namespace nadir {
namespace {

using internal::line;
using internal::number;

constexpr double rounding = 1e-9;  // a value is lower than another beyond this part of it

std::string place(const Vector& coordinates) {
  std::string text;
  for (const double c : coordinates) text += (text.empty() ? "" : ", ") + number("%.4g", std::fabs(c) < 1e-12 ? 0.0 : c);
  return "(" + text + ")";
}

std::string remark(const Axis& axis) {
  if (axis.eigenvalue) return "eigenvalue " + number("%.6g", *axis.eigenvalue);
  if (axis.explained) return number("%.1f", 100.0 * *axis.explained) + "% of the iterates' variance";
  if (axis.normalisation) return *axis.normalisation == Normalisation::none ? "as drawn" : std::string("normalised by ") + name_of(*axis.normalisation);
  return "";
}

std::string axes_text(const Slice& s) {
  std::string text = line("  %-40s %6s %22s %12s", "axis", "points", "from .. to", "length of 1");
  for (const Axis& axis : s.axes) {
    const std::string range = number("%.4g", axis.coordinates.front()) + " .. " + number("%.4g", axis.coordinates.back());
    text += line("  %-40.40s %6lld %22s %12s  %s", axis.label.c_str(), static_cast<long long>(std::ssize(axis.coordinates)), range.c_str(),
                 number("%.6g", axis.length).c_str(), remark(axis).c_str());
  }
  return text;
}

std::string layers_text(const Slice& s) {
  std::string text = line("  %-40s %14s %14s %8s", "layer", "least", "greatest", "missing");
  for (const Layer& layer : s.layers) {
    double low = std::nan(""), high = low;
    long long missing = 0;
    for (const double v : layer.values.flat()) {
      if (!std::isfinite(v)) ++missing;
      else low = std::fmin(low, v), high = std::fmax(high, v);
    }
    const bool is_empty = missing == layer.values.size();
    text += line("  %-40.40s %14s %14s %8lld", layer.label.c_str(), is_empty ? "-" : number("%.8g", low).c_str(), is_empty ? "-" : number("%.8g", high).c_str(), missing);
  }
  return text;
}

std::string marks_text(const Slice& s) {
  std::string text = line("  %-40s %14s %22s %12s", "mark", "value", "at", "off by");
  for (const Mark& mark : s.marks)
    text += line("  %-40.40s %14s %22s %12s", mark.label.c_str(), number("%.8g", mark.value).c_str(), place(mark.coordinates).c_str(), number("%.3g", mark.distance).c_str());
  return text;
}

std::string lower_text(const Slice& s) {
  const double value = s.marks.front().value;
  const Mark* lowest = &s.marks.front();
  for (const Mark& mark : s.marks)
    if (mark.value < lowest->value && mark.value < value - rounding * std::fabs(value)) lowest = &mark;
  if (lowest == &s.marks.front()) return std::isfinite(value) && s.evaluations > 1 ? line("no value seen here is lower than the point's") : "";
  return line("news: lower than the point by %.6g, at %s%s", value - lowest->value, place(lowest->coordinates).c_str(),
              lowest->label == "lowest value seen" ? "" : (" (" + lowest->label + ")").c_str());
}

std::string trajectory_text(const Slice& s) {
  if (!s.trajectory || s.trajectory->empty()) return "";
  double farthest = 0.0;
  for (const PlacedIterate& i : *s.trajectory) farthest = std::fmax(farthest, i.distance);
  return line("trajectory of %lld points, from value %.8g to %.8g; at most %.4g off the %s", static_cast<long long>(std::ssize(*s.trajectory)), s.trajectory->front().value,
              s.trajectory->back().value, farthest, s.axes.size() == 1 ? "line" : "plane");
}

}  // namespace

std::string slice_text(const Slice& s) {
  std::string text = line("a %s through the point, value %s, %lld evaluations", s.axes.size() == 1 ? "line" : "plane", number("%.10g", s.marks.front().value).c_str(),
                          static_cast<long long>(s.evaluations));
  if (!s.is_complete) text += line("stopped early: what follows was found until then");
  text += axes_text(s) + layers_text(s) + marks_text(s) + trajectory_text(s) + lower_text(s);
  if (s.adaptive)
    text += line("adaptive: %lld points evaluated, the others interpolated, estimated to be off by %s of the spread (wanted %g)",
                 static_cast<long long>(s.adaptive->points.cols()), number("%.2g", s.adaptive->error).c_str(), s.adaptive->tolerance);
  return text + line("not established: anything off this %s, or between its points", s.axes.size() == 1 ? "line" : "plane");
}

}  // namespace nadir
