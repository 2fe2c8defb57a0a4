// PDF and PNG through cairo, text through Pango: it shapes any script, orders right-to-left text, and takes letters that a
// font lacks from another one. Hinting is off, so that text is as wide on every page as it was measured.
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/figure/internal/renderer.hpp"

namespace nadir::figures {
namespace {

template <auto release>
struct Released {
  template <class T>
  void operator()(T* object) const { release(object); }
};
using Surface = std::unique_ptr<cairo_surface_t, Released<cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Released<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, Released<g_object_unref>>;
using Context = std::unique_ptr<PangoContext, Released<g_object_unref>>;

void require_good(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) throw FileError("figure", std::string("cairo says: ") + cairo_status_to_string(status));
}

// One a thread: Pango's objects are not for several at once.
PangoContext* pango_context() {
  thread_local const Context context = [] {
    Context made(pango_font_map_create_context(pango_cairo_font_map_get_default()));
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(made.get(), options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(made.get(), 72.0);  // sizes are points
    pango_context_set_round_glyph_positions(made.get(), FALSE);
    return made;
  }();
  return context.get();
}

Layout layout_of(const TextRun& run, double size) {
  Layout layout(pango_layout_new(pango_context()));
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, (std::string(internal::font_family) + ",Arial,Helvetica,DejaVu Sans,sans-serif").c_str());
  pango_font_description_set_absolute_size(font, (run.is_raised ? internal::raised_size : 1.0) * size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
  pango_layout_set_text(layout.get(), run.text.data(), static_cast<int>(run.text.size()));
  return layout;
}

double width_of(PangoLayout* layout) {
  PangoRectangle logical;
  pango_layout_get_extents(layout, nullptr, &logical);
  return static_cast<double>(logical.width) / PANGO_SCALE;
}

void set_colour(cairo_t* canvas, const Colour& c) { cairo_set_source_rgba(canvas, c.red, c.green, c.blue, c.alpha); }

void paint(cairo_t* canvas, const Shape& shape) {
  cairo_new_path(canvas);
  for (const std::vector<Spot>& outline : shape.outlines) {
    cairo_new_sub_path(canvas);
    for (const Spot& spot : outline)
      if (std::isfinite(spot.x) && std::isfinite(spot.y)) cairo_line_to(canvas, spot.x, spot.y);
    if (shape.is_closed) cairo_close_path(canvas);
  }
  if (shape.fill) {
    set_colour(canvas, *shape.fill);
    cairo_fill_preserve(canvas);
  }
  if (shape.pen) {
    const std::vector<double>& dashes = shape.pen->dashes;
    set_colour(canvas, shape.pen->colour);
    cairo_set_line_width(canvas, shape.pen->width);
    cairo_set_dash(canvas, dashes.data(), static_cast<int>(dashes.size()), 0.0);
    cairo_set_line_cap(canvas, dashes.empty() ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_stroke_preserve(canvas);
  }
  cairo_new_path(canvas);
}

void paint(cairo_t* canvas, const Words& words) {
  const double share = words.anchor == Anchor::start ? 0.0 : words.anchor == Anchor::middle ? 0.5 : 1.0;
  cairo_save(canvas);
  cairo_translate(canvas, words.at.x, words.at.y);
  cairo_rotate(canvas, -words.turn * std::acos(-1.0) / 180.0);
  double x = -share * text_width(words.text, words.size);
  set_colour(canvas, words.colour);
  for (const TextRun& run : words.text.runs()) {
    const Layout layout = layout_of(run, words.size);
    cairo_move_to(canvas, x, run.is_raised ? -internal::raised_by * words.size : 0.0);
    pango_cairo_show_layout_line(canvas, pango_layout_get_line_readonly(layout.get(), 0));
    x += width_of(layout.get());
  }
  cairo_restore(canvas);
}

Surface surface_of(const Raster& raster) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, raster.columns, raster.rows));
  require_good(cairo_surface_status(surface.get()));
  const int stride = cairo_image_surface_get_stride(surface.get());
  unsigned char* pixels = cairo_image_surface_get_data(surface.get());
  for (int row = 0; row < raster.rows; ++row)
    for (int column = 0; column < raster.columns; ++column) {
      const std::uint8_t* rgb = &raster.rgb[3 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(raster.columns) + static_cast<std::size_t>(column))];
      const std::uint32_t pixel = std::uint32_t{rgb[0]} << 16 | std::uint32_t{rgb[1]} << 8 | rgb[2];
      std::memcpy(pixels + static_cast<std::ptrdiff_t>(row) * stride + 4 * static_cast<std::ptrdiff_t>(column), &pixel, sizeof pixel);
    }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

void paint(cairo_t* canvas, const Raster& raster) {
  const Surface surface = surface_of(raster);
  cairo_save(canvas);
  cairo_translate(canvas, raster.box.left, raster.box.top);
  cairo_scale(canvas, raster.box.width / raster.columns, raster.box.height / raster.rows);
  cairo_set_source_surface(canvas, surface.get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(canvas), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend(cairo_get_source(canvas), CAIRO_EXTEND_PAD);  // no blend with nothing at the rim
  cairo_rectangle(canvas, 0, 0, raster.columns, raster.rows);
  cairo_fill(canvas);
  cairo_restore(canvas);
}

void paint(cairo_t* canvas, const ClipBegin& clip) {
  cairo_save(canvas);
  cairo_rectangle(canvas, clip.box.left, clip.box.top, clip.box.width, clip.box.height);
  cairo_clip(canvas);
}

void paint(cairo_t* canvas, const ClipEnd&) { cairo_restore(canvas); }

void paint(cairo_surface_t* surface, const Drawing& drawing, double scale) {
  const Canvas canvas(cairo_create(surface));
  cairo_scale(canvas.get(), scale, scale);
  cairo_set_source_rgb(canvas.get(), 1, 1, 1);
  cairo_paint(canvas.get());
  cairo_set_line_join(canvas.get(), CAIRO_LINE_JOIN_ROUND);
  cairo_set_fill_rule(canvas.get(), CAIRO_FILL_RULE_EVEN_ODD);
  for (const Element& element : drawing.elements) std::visit([&](const auto& e) { paint(canvas.get(), e); }, element);
  require_good(cairo_status(canvas.get()));
}

cairo_status_t append(void* bytes, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

std::string png_of(cairo_surface_t* surface) {
  std::string bytes;
  require_good(cairo_surface_write_to_png_stream(surface, append, &bytes));
  return bytes;
}

// The chunk pHYs, behind the header: pixels per metre. Its check is the CRC-32 of the PNG specification, annex D.
std::string with_resolution(const std::string& png) {
  constexpr std::size_t end_of_header = 8 + 25;
  const auto big_endian = [](std::uint32_t x) {
    return std::string{static_cast<char>(x >> 24 & 0xff), static_cast<char>(x >> 16 & 0xff), static_cast<char>(x >> 8 & 0xff), static_cast<char>(x & 0xff)};
  };
  const std::string per_metre = big_endian(static_cast<std::uint32_t>(std::lround(internal::png_pixels_per_inch / 0.0254)));
  const std::string body = "pHYs" + per_metre + per_metre + '\1';
  std::uint32_t check = 0xffffffffu;
  for (const char c : body) {
    check ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) check = check & 1u ? check >> 1 ^ 0xedb88320u : check >> 1;
  }
  return png.substr(0, end_of_header) + big_endian(9) + body + big_endian(~check) + png.substr(end_of_header);
}

}  // namespace

double text_width(const RichText& text, double size) {
  double width = 0.0;
  for (const TextRun& run : text.runs()) width += width_of(layout_of(run, size).get());
  return width;
}

namespace internal {

std::string_view reason_without_figures() { return ""; }

std::string raster_png(const Raster& raster) { return png_of(surface_of(raster).get()); }

std::string pdf_bytes(const Drawing& drawing) {
  std::string bytes;
  Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, drawing.width, drawing.height));
  require_good(cairo_surface_status(surface.get()));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, plain_text(drawing.title).c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "nadir");
  // A date would make every file another one; cairo puts the present one unless it is given one.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z");
  paint(surface.get(), drawing, 1.0);
  cairo_surface_finish(surface.get());
  require_good(cairo_surface_status(surface.get()));
  return bytes;
}

std::string png_bytes(const Drawing& drawing) {
  const double scale = internal::png_pixels_per_inch / 72.0;
  const auto pixels = [scale](double points) { return std::max(1, static_cast<int>(std::lround(points * scale))); };
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels(drawing.width), pixels(drawing.height)));
  require_good(cairo_surface_status(surface.get()));
  paint(surface.get(), drawing, scale);
  return with_resolution(png_of(surface.get()));
}

}  // namespace internal
}  // namespace nadir::figures
