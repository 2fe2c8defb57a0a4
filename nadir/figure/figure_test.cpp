// Drawings as files: what each format's specification asks for, checked on the bytes. tests/cli reads them with programs.
#include "nadir/figure/figure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "nadir/base/error.hpp"

namespace nadir::figures {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

#define NEEDS_FIGURES() \
  if (!has_figures()) GTEST_SKIP() << missing_figures_text()

Drawing small_drawing(const std::string& label) {
  Drawing drawing{.width = 144.0, .height = 72.0, .title = "a title", .elements = {}};
  drawing.add(ClipBegin{{10, 10, 100, 50}});
  drawing.add(Shape{.outlines = {{{0, 0}, {50, 20}, {100, 70}}}, .pen = Pen{{0.0, 0.5, 1.0, 0.5}, 1.0, {3.0, 2.0}}});
  drawing.add(ClipEnd{});
  drawing.add(Raster{.box = {20, 20, 10, 10}, .columns = 2, .rows = 1, .rgb = {255, 0, 0, 0, 255, 0}});
  drawing.add(Words{.text = label, .at = {72, 40}, .anchor = Anchor::middle});
  drawing.add(Words{.text = RichText("10").add_raised("\u22123"), .at = {10, 60}, .anchor = Anchor::end, .turn = 90.0});
  return drawing;
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t x = 0;
  for (std::size_t k = 0; k < 4; ++k) x = x << 8 | static_cast<unsigned char>(bytes[at + k]);
  return x;
}

TEST(FigureFormat, is_that_of_the_ending_and_any_other_is_refused) {
  EXPECT_EQ(figure_format("a.svg"), FigureFormat::svg);
  EXPECT_EQ(figure_format("some.folder/a.b.PDF"), FigureFormat::pdf);
  EXPECT_EQ(figure_format("./a.Png"), FigureFormat::png);
  for (const char* path : {"", "a", "a.", "a.jpg", "svg", ".svg", "folder.svg/a", "a.svg ", "folder/.pdf"}) EXPECT_THROW(figure_format(path), InputError) << path;
}

TEST(Figure, as_svg_holds_labels_as_text_and_never_as_markup) {
  NEEDS_FIGURES();
  const std::string svg = rendered(small_drawing("<script>alert(\"1\")</script> & \u05e9\u05dc\u05d5\u05dd \x01"), FigureFormat::svg);

  EXPECT_THAT(svg, StartsWith("<?xml"));
  EXPECT_THAT(svg, HasSubstr(">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \u05e9\u05dc\u05d5\u05dd \ufffd</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, HasSubstr("width=\"50.8mm\" height=\"25.4mm\" viewBox=\"0 0 144 72\""));
  EXPECT_THAT(svg, HasSubstr("data:image/png;base64,iVBORw0KGgo"));
}

TEST(Figure, as_png_has_600_pixels_an_inch_and_says_so) {
  NEEDS_FIGURES();
  const std::string png = rendered(small_drawing("x"), FigureFormat::png);

  ASSERT_GT(png.size(), 60u);
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(big_endian(png, 16), 1200u);
  EXPECT_EQ(big_endian(png, 20), 600u);
  EXPECT_EQ(png.substr(37, 4), "pHYs");
  EXPECT_EQ(big_endian(png, 41), 23622u);  // 600 / 0.0254
  // zlib.crc32(b"pHYs" + struct.pack(">IIB", 23622, 23622, 1)) of Python.
  EXPECT_EQ(big_endian(png, 50), 0x14944341u);
}

TEST(Figure, as_pdf_has_its_fonts_within_and_no_date_of_today) {
  NEEDS_FIGURES();
  const std::string pdf = rendered(small_drawing("x"), FigureFormat::pdf);

  EXPECT_THAT(pdf, StartsWith("%PDF-1."));
  EXPECT_THAT(pdf, HasSubstr("%%EOF"));
  EXPECT_THAT(pdf, HasSubstr("/FontFile"));
  EXPECT_THAT(pdf, HasSubstr("/CreationDate (19700101000000Z)"));
}

TEST(Figure, has_the_same_bytes_every_time) {
  NEEDS_FIGURES();
  for (const FigureFormat format : {FigureFormat::svg, FigureFormat::pdf, FigureFormat::png})
    EXPECT_EQ(rendered(small_drawing("label"), format), rendered(small_drawing("label"), format));
}

TEST(Figure, is_written_whole_or_not_at_all) {
  NEEDS_FIGURES();
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "nadir_figure_test";
  std::filesystem::create_directories(folder);
  const std::string path = folder / "a.svg";

  write_figure(small_drawing("one"), path);
  write_figure(small_drawing("two"), path);

  std::ifstream file(path, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), rendered(small_drawing("two"), FigureFormat::svg));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  EXPECT_THROW(write_figure(small_drawing("x"), folder / "missing" / "a.svg"), FileError);
  std::filesystem::remove_all(folder);
}

TEST(Figure, without_cairo_says_what_is_missing) {
  if (has_figures()) GTEST_SKIP() << "this build has cairo";

  EXPECT_THROW(require_figure("a.svg"), FileError);
  EXPECT_THROW(rendered(small_drawing("x"), FigureFormat::svg), FileError);
  EXPECT_THAT(missing_figures_text(), HasSubstr("tools/setup figure"));
}

TEST(Fitted, shortens_text_to_the_width_there_is) {
  const std::string text(100000, 'm');

  EXPECT_LE(text_width(fitted(text, 7.0, 80.0), 7.0), 80.0);
  EXPECT_GT(text_width(fitted(text, 7.0, 80.0), 7.0), 60.0);
  EXPECT_EQ(fitted("short", 7.0, 80.0).plain(), "short");
  EXPECT_EQ(fitted(text, 7.0, 0.0).plain(), "\u2026");
}

}  // namespace
}  // namespace nadir::figures
