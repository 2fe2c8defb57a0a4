#include "nadir/figure/figure.hpp"

#include <algorithm>
#include <cctype>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/error.hpp"
#include "nadir/figure/internal/renderer.hpp"

namespace nadir::figures {

FigureFormat figure_format(const std::string& path) {
  const std::size_t slash = path.rfind('/'), dot = path.rfind('.');
  const bool has_ending = dot != std::string::npos && (slash == std::string::npos || dot > slash + 1) && dot > 0;
  std::string ending = has_ending ? path.substr(dot + 1) : "";
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == "svg") return FigureFormat::svg;
  if (ending == "pdf") return FigureFormat::pdf;
  if (ending == "png") return FigureFormat::png;
  throw InputError("--figure", "a file name that ends in .svg, .pdf or .png", "'" + path + "'");
}

bool has_figures() { return internal::reason_without_figures().empty(); }

std::string missing_figures_text() {
  return "this build of nadir draws no figures (" + std::string(internal::reason_without_figures()) +
         "); with cairo and Pango installed (tools/setup figure) configure and build it again";
}

void require_figure(const std::string& path) {
  figure_format(path);
  if (!has_figures()) throw FileError(path, missing_figures_text());
}

std::string rendered(const Drawing& drawing, FigureFormat format) {
  if (!has_figures()) throw FileError("figure", missing_figures_text());
  switch (format) {
    case FigureFormat::svg: return internal::svg_bytes(drawing);
    case FigureFormat::pdf: return internal::pdf_bytes(drawing);
    default: return internal::png_bytes(drawing);
  }
}

void write_figure(const Drawing& drawing, const std::string& path) {
  require_figure(path);
  write_file_atomically(path, rendered(drawing, figure_format(path)));
}

}  // namespace nadir::figures
