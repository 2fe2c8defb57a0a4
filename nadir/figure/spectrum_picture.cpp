#include "nadir/figure/spectrum_picture.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/figure/palette.hpp"

namespace nadir::figures {
namespace {

constexpr double strip_height = 15.0;
const Colour density_colour = line_colour(0), end_colour = line_colour(1), excluded = light_grey;

double band(const SpectrumData& d, std::size_t k) {
  const double width = d.half_widths[k] + d.quadrature_error;
  return std::isfinite(width) ? width : 0.0;
}

std::vector<double> shifted(const SpectrumData& d, double sign) {
  std::vector<double> numbers(d.values);
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] += sign * band(d, k);
  return numbers;
}

Axis eigenvalue_axis(const SpectrumData& d) {
  std::vector<double> numbers{d.none_below, d.none_above};
  for (const SpectrumEnd& end : d.ends) numbers.insert(numbers.end(), {end.value - end.residual, end.value + end.residual});
  for (const std::vector<double>* list : {&d.peaks, &d.points})
    for (const double x : {list->empty() ? NAN : list->front(), list->empty() ? NAN : list->back()}) numbers.push_back(x);
  return linear_axis(numbers, 0.03);
}

// The density of one eigenvalue among the dimension, at its middle: what is a decade lower is the tail of the Gaussian.
double density_floor(const SpectrumData& d, double highest) {
  const double one = 1.0 / (static_cast<double>(std::max<std::int64_t>(d.dimension, 1)) * d.sigma * std::sqrt(2.0 * std::acos(-1.0)));
  return std::clamp(std::isfinite(one) ? 0.1 * one : 0.0, 1e-12 * highest, 1e-2 * highest);
}

Axis density_axis(const SpectrumData& d, bool is_log) {
  double highest = 0.0;
  for (std::size_t k = 0; k < d.values.size(); ++k)
    if (std::isfinite(d.values[k])) highest = std::max(highest, d.values[k] + band(d, k));
  if (highest <= 0) return is_log ? Axis{0.1, 1.0, true} : Axis{0.0, 1.0, false};
  return is_log ? Axis{density_floor(d, highest), 1.5 * highest, true} : Axis{0.0, 1.05 * highest, false};
}

std::string percent(double confidence) { return number_text(100.0 * confidence, 4).plain() + "\u2009%"; }

std::vector<LegendEntry> legend(const SpectrumData& d) {
  std::vector<LegendEntry> entries;
  if (!d.values.empty()) {
    LegendEntry entry{.label = "density", .line = Pen{density_colour, line_width}};
    if (!d.is_whole) {
      entry.label = "density, " + percent(d.confidence) + " band";
      entry.band = density_colour.with_alpha(0.25);
    }
    entries.push_back(entry);
  }
  if (!d.ends.empty())
    entries.push_back({.label = d.is_whole ? "outermost eigenvalues" : "eigenvalues found, \u00b1 residual", .marker = Marker::square, .marker_fill = end_colour, .marker_pen = {end_colour, 0.5}, .marker_size = 3.0});
  if (d.is_whole && !d.peaks.empty()) entries.push_back({.label = "all eigenvalues", .line = Pen{grey, 0.4}});
  if (std::isfinite(d.none_below + d.none_above) && !d.is_whole) entries.push_back({.label = "no eigenvalue (" + percent(d.confidence) + ")", .band = excluded});
  return entries;
}

RichText density_label(const SpectrumData& d) {
  RichText label("density");
  if (!d.values.empty() && std::isfinite(d.sigma)) label.add(", smoothed by ").add(number_text(d.sigma, 2));
  return label;
}

void draw_excluded(Drawing& drawing, const Panel& panel, const SpectrumData& d) {
  const Box& b = panel.box;
  const double left = std::clamp(panel.x_at(d.none_below), b.left, b.right()), right = std::clamp(panel.x_at(d.none_above), b.left, b.right());
  if (!std::isfinite(left + right) || d.is_whole) return;
  const double height = b.height - axis_width;  // the axis stays whole
  drawing.add_box({b.left, b.top, left - b.left, height}, excluded, {});
  drawing.add_box({right, b.top, b.right() - right, height}, excluded, {});
}

// A bar for the eigenvalue, and across it one for the interval that holds it.
void draw_ends(Drawing& drawing, const Panel& panel, const SpectrumData& d) {
  const double middle = panel.box.top + panel.box.height / 2;
  if (d.is_whole)
    for (const double peak : d.peaks) drawing.add_line({panel.x_at(peak), middle + 2.0}, {panel.x_at(peak), panel.box.bottom()}, {grey, 0.25});
  for (const SpectrumEnd& end : d.ends) {
    const double x = panel.x_at(end.value), low = panel.x_at(end.value - end.residual), high = panel.x_at(end.value + end.residual);
    if (!std::isfinite(x)) continue;
    const Pen pen{end_colour, 0.7};
    if (std::isfinite(low + high)) drawing.add_line({low, middle}, {high, middle}, pen);
    draw_marker(drawing, Marker::square, {x, middle}, 2.6, end.is_converged ? end_colour : white, {end_colour, 0.6});
  }
}

}  // namespace

Drawing draw_spectrum(const SpectrumData& data, const PictureOptions& options) {
  const bool is_log = options.scale == PictureScale::logarithmic;
  Drawing drawing = page_of(options, "Spectrum of the Hessian, " + data.family);
  const AxisSpec below{eigenvalue_axis(data), "eigenvalue of the Hessian"}, none{below.axis, "", false};
  const AxisSpec beside{density_axis(data, is_log), density_label(data)}, strip{Axis{}, "", false};
  const std::vector<Panel> panels = draw_stack(drawing, legend(data),
                                               {{none, beside, panel_height(drawing, 0.46), Frame::left_and_bottom}, {below, strip, strip_height, Frame::bottom}});
  begin_clip(drawing, panels[0]);
  const std::vector<double> low = shifted(data, -1.0), high = shifted(data, 1.0);
  const double least = is_log ? 1e-3 * beside.axis.low : 0.0;
  const auto raised = [least](std::vector<double> numbers) {
    for (double& x : numbers) x = std::isfinite(x) ? std::max(x, least) : x;
    return numbers;
  };
  draw_band(drawing, panels[0], data.points, raised(low), raised(high), density_colour.with_alpha(0.25));
  draw_line(drawing, panels[0], data.points, raised(data.values), {density_colour, line_width});
  end_clip(drawing);
  begin_clip(drawing, panels[1]);
  draw_excluded(drawing, panels[1], data);
  draw_ends(drawing, panels[1], data);
  end_clip(drawing);
  return drawing;
}

}  // namespace nadir::figures
