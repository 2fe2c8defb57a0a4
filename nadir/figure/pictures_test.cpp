// The pictures as drawings: laws that hold for any numbers, and what of the numbers can be read off again. No pixels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "nadir/base/error.hpp"
#include "nadir/figure/figure.hpp"
#include "nadir/figure/palette.hpp"
#include "nadir/figure/path_picture.hpp"
#include "nadir/figure/slice_picture.hpp"
#include "nadir/figure/spectrum_picture.hpp"
#include "nadir/figure/survey_picture.hpp"
#include "nadir/figure/trace_picture.hpp"

namespace nadir::figures {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan_value = std::nan("");
const std::vector<double> odd_numbers{0.0, -0.0, 1.0, -1.0, 1e-300, -1e-300, 1e300, -1e300, 1.7e308, -1.7e308, 5e-324, 1e15, 1e15 + 1, inf, -inf, nan_value};

std::vector<std::string> texts(const Drawing& drawing) {
  std::vector<std::string> list;
  for (const Element& element : drawing.elements)
    if (const auto* words = std::get_if<Words>(&element)) list.push_back(words->text.plain());
  return list;
}

// Numbers that are no numbers reach no file; every text and every spot lies on the page; clips are closed.
void expect_sound(const Drawing& drawing) {
  EXPECT_TRUE(std::isfinite(drawing.width) && std::isfinite(drawing.height) && drawing.height > 0 && drawing.height < 4 * drawing.width);
  int open_clips = 0;
  for (const Element& element : drawing.elements) {
    if (std::holds_alternative<ClipBegin>(element)) ++open_clips;
    if (std::holds_alternative<ClipEnd>(element)) --open_clips;
    if (const auto* shape = std::get_if<Shape>(&element)) {
      for (const auto& outline : shape->outlines)
        for (const Spot& spot : outline) ASSERT_TRUE(std::fabs(spot.x) < 1e4 && std::fabs(spot.y) < 1e4) << spot.x << " " << spot.y;
    }
    if (const auto* words = std::get_if<Words>(&element)) {
      ASSERT_TRUE(words->at.x > -1 && words->at.x < drawing.width + 1 && words->at.y > -1 && words->at.y < drawing.height + 1) << words->text.plain();
      const double share = words->anchor == Anchor::start ? 0.0 : words->anchor == Anchor::middle ? 0.5 : 1.0, width = text_width(words->text, words->size);
      if (words->turn == 0) {
        EXPECT_GE(words->at.x - share * width, -0.5) << words->text.plain();
        EXPECT_LE(words->at.x + (1 - share) * width, drawing.width + 0.5) << words->text.plain();
      }
    }
  }
  EXPECT_EQ(open_clips, 0);
  if (has_figures()) {
    const std::string svg = rendered(drawing, FigureFormat::svg);
    for (const char* bad : {"\"nan", "\"-nan", "\"inf", "\"-inf", " nan", " inf", "Mnan", "Lnan"}) EXPECT_THAT(svg, testing::Not(testing::HasSubstr(bad)));
  }
}

SliceData plane(std::size_t nx, std::size_t ny, double value(double, double)) {
  SliceData data{.family = "test", .axes = {{"first", 2.0, {}}, {"second", 3.0, {}}}, .layers = {{"value", "value", {}}}, .marks = {{"the point", {0.0, 0.0}, 0.0, 0.0}}, .trajectory = {}};
  for (std::size_t i = 0; i < nx; ++i) data.axes[0].coordinates.push_back(-1.0 + 2.0 * static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(nx, 2) - 1));
  for (std::size_t j = 0; j < ny; ++j) data.axes[1].coordinates.push_back(-1.0 + 2.0 * static_cast<double>(j) / static_cast<double>(std::max<std::size_t>(ny, 2) - 1));
  for (const double a : data.axes[0].coordinates)
    for (const double b : data.axes[1].coordinates) data.layers[0].values.push_back(value(a, b));
  return data;
}

SliceData line(std::vector<double> values) {
  SliceData data{.family = "test", .axes = {{"along", 1.0, {}}}, .layers = {{"value", "value", values}}, .marks = {{"the point", {0.0}, 1.0, 0.5}}, .trajectory = {}};
  for (std::size_t k = 0; k < values.size(); ++k) data.axes[0].coordinates.push_back(static_cast<double>(k));
  return data;
}

PathData path(std::vector<double> values) {
  PathCurve curve{.name = "straight", .kind = "straight", .t = {}, .values = values, .barrier_value = values.empty() ? nan_value : values[0], .barrier_t = 0.0, .uncertainty = 0.1};
  for (std::size_t k = 0; k < values.size(); ++k) curve.t.push_back(static_cast<double>(k) / static_cast<double>(std::max<std::size_t>(values.size(), 2) - 1));
  return {.family = "test", .curves = {curve}, .saddle = PathSaddle{0.5, 0.5, "strict-saddle", "proved", 1}};
}

SpectrumData spectrum() {
  SpectrumData d{.family = "test", .dimension = 100, .ends = {{-0.5, 0.01, true}, {4.0, 0.3, false}}, .none_below = -0.52, .none_above = 4.2, .sigma = 0.1, .quadrature_error = 0.01, .points = {}, .values = {}, .half_widths = {}, .peaks = {4.0}};
  for (int k = 0; k <= 100; ++k) {
    const double x = -0.6 + 0.05 * k;
    d.points.push_back(x);
    d.values.push_back(std::exp(-x * x / 0.02));
    d.half_widths.push_back(0.05);
  }
  return d;
}

TraceData trace(std::vector<double> values) {
  TraceData data{.family = "test", .trace = {}, .lower_bound = -inf};
  for (std::size_t k = 0; k < values.size(); ++k)
    data.trace.push_back({.iteration = static_cast<std::int64_t>(k), .value = values[k], .gradient_norm = std::fabs(values[k]), .event = k % 3 == 1 ? "escape" : ""});
  return data;
}

SurveyData survey(std::vector<double> edges, std::vector<std::int64_t> counts) {
  return {.family = "test", .starts = 10, .edges = edges, .counts = counts, .is_logarithmic = false, .classes = {{"global-minimum", edges.empty() ? 0.0 : edges[0], 3, 0}}, .saddles = {{1, 4, 0.5, 0.6, 0.9}}};
}

const PictureOptions usual;

TEST(Pictures, of_any_single_number_are_sound) {
  for (const double x : odd_numbers) {
    SCOPED_TRACE(x);
    expect_sound(draw_slice(line({x}), usual));
    expect_sound(draw_slice(line({x, x, x}), usual));
    expect_sound(draw_slice(line({x, 1.0, 2.0}), usual));
    expect_sound(draw_path(path({x, 1.0, x}), usual));
    expect_sound(draw_trace(trace({x, 1.0, x}), usual));
    expect_sound(draw_survey(survey({x, x}, {4}), usual));
    SpectrumData d = spectrum();
    d.values[3] = d.half_widths[5] = d.none_below = d.ends[0].value = d.sigma = x;
    expect_sound(draw_spectrum(d, usual));
    SliceData map = plane(4, 3, [](double a, double b) { return 2 + a * b; });
    map.layers[0].values[5] = map.marks[0].value = map.axes[0].length = x;
    for (const bool is_surface : {false, true}) expect_sound(draw_slice(map, {.is_surface = is_surface}));
  }
}

TEST(Pictures, of_all_of_them_at_once_are_sound_at_every_width) {
  for (const double width : {40.0, 85.0, 400.0}) {
    const PictureOptions options{.width_mm = width};
    expect_sound(draw_slice(line(odd_numbers), options));
    expect_sound(draw_path(path(odd_numbers), options));
    expect_sound(draw_trace(trace(odd_numbers), options));
    expect_sound(draw_spectrum(spectrum(), options));
    SliceData map = plane(4, 4, [](double, double) { return 0.0; });
    map.layers[0].values = odd_numbers;
    for (const bool is_surface : {false, true}) expect_sound(draw_slice(map, {.width_mm = width, .is_surface = is_surface}));
  }
}

TEST(Pictures, of_nothing_are_empty_axes) {
  expect_sound(draw_slice(line({}), usual));
  expect_sound(draw_path({}, usual));
  expect_sound(draw_trace(trace({}), usual));
  expect_sound(draw_survey({}, usual));
  expect_sound(draw_spectrum({}, usual));
  for (const bool is_surface : {false, true}) {
    expect_sound(draw_slice(plane(0, 0, [](double, double) { return 1.0; }), {.is_surface = is_surface}));
    expect_sound(draw_slice(plane(1, 1, [](double, double) { return 1.0; }), {.is_surface = is_surface}));
    expect_sound(draw_slice(plane(1, 5, [](double, double) { return 1.0; }), {.is_surface = is_surface}));
    expect_sound(draw_slice(plane(5, 5, [](double, double) { return -7.0; }), {.is_surface = is_surface}));
  }
}

TEST(Pictures, refuse_a_logarithmic_scale_of_values_that_are_not_above_0) {
  const PictureOptions log{.scale = PictureScale::logarithmic};

  EXPECT_THROW(draw_slice(line({1.0, -2.0}), log), InputError);
  EXPECT_THROW(draw_slice(plane(3, 3, [](double a, double) { return a; }), log), InputError);
  EXPECT_THROW(draw_path(path({0.0, 1.0}), log), InputError);
  EXPECT_THROW(draw_survey(survey({-1.0, 1.0}, {3}), log), InputError);
  EXPECT_NO_THROW(draw_slice(line({1e-300, 1e300}), log));
}

TEST(Pictures, of_a_slice_name_the_layer_that_is_not_there) {
  try {
    draw_slice(line({1.0, 2.0}), {.layer = "gradient_norm"});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("value"));
    EXPECT_EQ(error.found(), "'gradient_norm'");
  }
}

TEST(Pictures, carry_hostile_labels_as_text_shortened_to_the_page) {
  const std::string hostile = "<b>&\"'</b> \u05e9\u05dc\u05d5\u05dd \xff\x01";
  SliceData map = plane(4, 4, [](double a, double b) { return a + b; });
  map.axes[0].label = hostile;
  map.axes[1].label = std::string(5000, 'W');
  map.marks[0].label = hostile + std::string(2000, 'x');
  map.layers[0].label = hostile;
  map.family = hostile;
  for (const bool is_surface : {false, true}) {
    const Drawing drawing = draw_slice(map, {.is_surface = is_surface});
    expect_sound(drawing);
    EXPECT_THAT(texts(drawing), testing::Contains(testing::HasSubstr("<b>&\"'</b> \u05e9\u05dc\u05d5\u05dd \ufffd\ufffd")));
  }
  TraceData long_event = trace({3.0, 2.0, 1.0});
  long_event.trace[1].event = std::string(3000, 'e');
  expect_sound(draw_trace(long_event, usual));
}

TEST(SpectrumPicture, marks_every_end_with_its_bound) {
  const Drawing drawing = draw_spectrum(spectrum(), usual);
  const std::vector<std::string> words = texts(drawing);

  EXPECT_THAT(words, testing::Contains("eigenvalue of the Hessian"));
  EXPECT_THAT(words, testing::Contains("density, 99\u2009% band"));
  EXPECT_THAT(words, testing::Contains("eigenvalues found, \u00b1 residual"));
  std::size_t bars = 0;  // horizontal lines in the colour of ends: two, of which one is 30 times the other
  double shortest = 1e9, longest = 0.0;
  for (const Element& element : drawing.elements)
    if (const auto* shape = std::get_if<Shape>(&element); shape && shape->pen && shape->outlines.size() == 1 && shape->outlines[0].size() == 2 &&
                                                          shape->pen->colour == line_colour(1) && shape->outlines[0][0].y == shape->outlines[0][1].y) {
      const double length = shape->outlines[0][1].x - shape->outlines[0][0].x;
      shortest = std::min(shortest, length);
      longest = std::max(longest, length);
      ++bars;
    }
  EXPECT_EQ(bars, 2u);
  EXPECT_NEAR(longest / shortest, 30.0, 1e-6);
}

TEST(PathPicture, tells_the_saddle_its_index_and_its_rigor) {
  EXPECT_THAT(texts(draw_path(path({1.0, 2.0, 1.5}), usual)), testing::Contains("strict-saddle, index 1 (proved)"));
}

TEST(TracePicture, says_above_what_the_gap_is) {
  TraceData bounded = trace({4.0, 3.0, 2.5});
  bounded.lower_bound = 2.0;

  EXPECT_THAT(texts(draw_trace(bounded, usual)), testing::Contains("gap to the lower bound"));
  EXPECT_THAT(texts(draw_trace(trace({4.0, 3.0, 2.5}), usual)), testing::Contains("value above the least seen"));
  EXPECT_THAT(texts(draw_trace(trace({4.0, 3.0, 2.5}), usual)), testing::Contains("escape"));
}

// A contour of x^2 + y^2 on the page is an ellipse around the middle of the map, in the proportions of the box.
TEST(MapPicture, draws_contours_where_the_function_has_them) {
  const Drawing drawing = draw_slice(plane(41, 41, [](double a, double b) { return a * a + b * b; }), usual);

  Box box{};
  std::size_t num_closed = 0;
  for (const Element& element : drawing.elements) {
    if (const auto* raster = std::get_if<Raster>(&element); raster && box.width == 0) box = raster->box;
    const auto* shape = std::get_if<Shape>(&element);
    if (!shape || !shape->pen || shape->pen->colour.alpha != 0.55 || shape->outlines.empty() || shape->outlines[0].size() < 20) continue;
    for (const auto& outline : shape->outlines) {
      if (!(outline.front() == outline.back())) continue;
      ++num_closed;
      std::vector<double> radii;
      for (const Spot& s : outline)
        radii.push_back(std::hypot((s.x - box.left - box.width / 2) / (box.width / 2), (s.y - box.top - box.height / 2) / (box.height / 2)));
      const auto [least, most] = std::minmax_element(radii.begin(), radii.end());
      EXPECT_LT(*most - *least, 0.01);
    }
  }
  EXPECT_GE(num_closed, 3u);
  EXPECT_NEAR(box.height / box.width, 1.5, 1e-9);  // units of length 2 and 3
}

TEST(MapPicture, shows_what_is_not_finite_in_grey) {
  SliceData map = plane(9, 9, [](double a, double b) { return a + b; });
  map.layers[0].values[40] = nan_value;
  std::set<std::array<int, 3>> colours;
  for (const Element& element : draw_slice(map, usual).elements)
    if (const auto* raster = std::get_if<Raster>(&element))
      for (std::size_t k = 0; k + 2 < raster->rgb.size(); k += 3) colours.insert({raster->rgb[k], raster->rgb[k + 1], raster->rgb[k + 2]});

  EXPECT_TRUE(colours.contains({209, 209, 209}));  // 0.82 of 255
}

// Cells nearer to the eye are painted later: of any two neighbours along an axis, the order is the same all over.
TEST(SurfacePicture, paints_every_cell_once_from_the_far_side_to_the_near_one) {
  const Drawing drawing = draw_slice(plane(12, 9, [](double a, double b) { return 0.0 * (a + b) + a; }), {.is_surface = true});

  std::vector<double> lowest;  // of the cells on a flat surface, down the page is nearer
  for (const Element& element : drawing.elements)
    if (const auto* shape = std::get_if<Shape>(&element); shape && shape->is_closed && shape->fill && shape->outlines[0].size() == 4 && shape->pen && shape->pen->width == 0.25)
      lowest.push_back(shape->outlines[0][0].y);
  EXPECT_EQ(lowest.size(), 11u * 8u);
}

TEST(SurveyPicture, counts_in_whole_numbers_and_names_the_verdicts) {
  const std::vector<std::string> words = texts(draw_survey(survey({0.0, 0.5, 1.0}, {2, 1}), usual));

  EXPECT_THAT(words, testing::Contains("global-minimum"));
  EXPECT_THAT(words, testing::Contains("starts, of 10"));
  EXPECT_THAT(words, testing::Contains("index of saddles"));
  EXPECT_THAT(words, testing::Contains("2"));
}

}  // namespace
}  // namespace nadir::figures
