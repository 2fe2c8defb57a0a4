#include "nadir/figure/survey_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "nadir/figure/palette.hpp"

namespace nadir::figures {
namespace {

constexpr double strip_height = 14.0;

struct VerdictStyle {
  const char* verdict;
  Marker marker;
  std::size_t colour;
};
// In the order of the legend. Any other verdict is drawn like the last.
constexpr std::array<VerdictStyle, 7> verdict_styles{{{"global-minimum", Marker::star, 2},
                                                      {"local-minimum", Marker::circle, 0},
                                                      {"spurious-minimum", Marker::square, 1},
                                                      {"strict-saddle", Marker::down, 6},
                                                      {"degenerate-saddle", Marker::diamond, 4},
                                                      {"not-critical", Marker::cross, 3},
                                                      {"undecided", Marker::triangle, 5}}};

const VerdictStyle& style_of(const std::string& verdict) {
  for (const VerdictStyle& style : verdict_styles)
    if (verdict == style.verdict) return style;
  return verdict_styles.back();
}

std::vector<double> all_values(const SurveyData& d) {
  std::vector<double> numbers(d.edges);
  for (const SurveyPictureClass& c : d.classes) numbers.push_back(c.value);
  for (const SurveyPictureSaddles& s : d.saddles) numbers.insert(numbers.end(), {s.least, s.largest});
  return numbers;
}

Axis value_axis(const SurveyData& d, const PictureOptions& options) {
  const std::vector<double> numbers = all_values(d);
  if (options.scale == PictureScale::logarithmic) require_positive(numbers, "values of the survey");
  const bool is_positive = std::none_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x) && x <= 0; });
  const bool is_log = options.scale == PictureScale::logarithmic || (options.scale == PictureScale::automatic && d.is_logarithmic && is_positive);
  return is_log ? log_axis(numbers, 0.04) : linear_axis(numbers, 0.04);
}

std::vector<LegendEntry> legend(const SurveyData& d) {
  std::vector<LegendEntry> entries;
  if (!d.counts.empty()) entries.push_back({.label = "ends of all starts", .band = line_colour(0).with_alpha(0.35)});
  for (const VerdictStyle& style : verdict_styles) {
    const bool has = std::any_of(d.classes.begin(), d.classes.end(), [&](const auto& c) { return style_of(c.verdict).verdict == style.verdict; });
    if (has) entries.push_back({.label = style.verdict, .marker = style.marker, .marker_fill = line_colour(style.colour), .marker_pen = {line_colour(style.colour), 0.5}, .marker_size = 3.8});
  }
  if (!d.saddles.empty()) entries.push_back({.label = "saddles met: range, median", .line = Pen{line_colour(1), 1.6}, .marker = Marker::circle, .marker_fill = white, .marker_pen = {line_colour(1), 0.8}, .marker_size = 3.4});
  return entries;
}

void draw_bars(Drawing& drawing, const Panel& panel, const SurveyData& d) {
  for (std::size_t k = 0; k < d.counts.size(); ++k) {
    const double left = panel.x_at(d.edges[k]), right = panel.x_at(d.edges[k + 1]), top = panel.y_at(static_cast<double>(d.counts[k]));
    if (d.counts[k] == 0 || !std::isfinite(left + right)) continue;
    const double width = std::max(right - left, 0.8);  // equal values make a bin without width
    drawing.add_box({left, top, width, panel.box.bottom() - top}, line_colour(0).with_alpha(0.35), Pen{line_colour(0), 0.4});
  }
}

void draw_classes(Drawing& drawing, const Panel& panel, const SurveyData& d) {
  // The best last, so that it is on top.
  for (auto c = d.classes.rbegin(); c != d.classes.rend(); ++c) {
    const VerdictStyle& style = style_of(c->verdict);
    draw_marker(drawing, style.marker, {panel.x_at(c->value), panel.box.top + panel.box.height / 2}, 3.8, line_colour(style.colour).with_alpha(0.8), {line_colour(style.colour), 0.5});
  }
}

void draw_saddles(Drawing& drawing, const Panel& panel, const SurveyData& d) {
  for (const SurveyPictureSaddles& s : d.saddles) {
    if (s.negative < 0) continue;
    const double index = static_cast<double>(s.negative);
    const Spot low = panel.at(s.least, index), high = panel.at(s.largest, index);
    if (std::isfinite(low.x + high.x)) drawing.add_line(low, high, {line_colour(1).with_alpha(0.55), 1.6});
    const Spot middle = panel.at(s.median, index);
    draw_marker(drawing, Marker::circle, middle, 3.4, white, {line_colour(1), 0.8});
  }
}

}  // namespace

Drawing draw_survey(const SurveyData& data, const PictureOptions& options) {
  Drawing drawing = page_of(options, "Survey of " + std::to_string(data.starts) + " starts, " + data.family);
  const AxisSpec below{value_axis(data, options), "value"}, none{below.axis, "", false}, strip{Axis{}, "", false};
  std::vector<double> counts{0.0}, indices;
  for (const std::int64_t count : data.counts) counts.push_back(1.06 * static_cast<double>(count));
  for (const SurveyPictureSaddles& s : data.saddles)
    if (s.negative >= 0) indices.push_back(static_cast<double>(s.negative));
  const bool has_saddles = !indices.empty();
  const Axis starts{0.0, std::max(1.0, *std::max_element(counts.begin(), counts.end())), false, true};
  const Axis index{-0.3, has_saddles ? *std::max_element(indices.begin(), indices.end()) + 0.7 : 1.0, false, true};
  std::vector<PanelSpec> specs{{none, {starts, "starts, of " + std::to_string(data.starts)}, panel_height(drawing, 0.38), Frame::left_and_bottom},
                               {has_saddles ? none : below, strip, strip_height, Frame::bottom}};
  if (has_saddles) specs.push_back({below, {index, "index of saddles"}, panel_height(drawing, 0.3), Frame::left_and_bottom});
  const std::vector<Panel> panels = draw_stack(drawing, legend(data), specs);
  begin_clip(drawing, panels[0], 0.3);
  draw_bars(drawing, panels[0], data);
  end_clip(drawing);
  draw_classes(drawing, panels[1], data);
  if (has_saddles) draw_saddles(drawing, panels[2], data);
  return drawing;
}

}  // namespace nadir::figures
