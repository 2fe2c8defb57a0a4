// Static figures for papers: one file, SVG, PDF or PNG, by its ending.
//
//   SVG   text stays text, in "Liberation Sans" with the metrics of Helvetica and Arial; layers are one embedded image
//   PDF   through cairo, fonts embedded
//   PNG   through cairo, 600 pixels an inch, which the file states
// The same drawing gives the same bytes on the same machine: no file holds a date. Builds without cairo and Pango have none
// of it and say so.
#pragma once

#include <string>

#include "nadir/figure/drawing.hpp"

namespace nadir::figures {

enum class FigureFormat { svg, pdf, png };

// By the ending of the path, small or capital letters. Throws InputError for any other ending.
FigureFormat figure_format(const std::string& path);

// Whether this build draws figures; what is missing and what to do where it does not, as a sentence.
bool has_figures();
std::string missing_figures_text();

// Throws InputError where the path has no ending of a figure, FileError where this build draws none. Before any computing.
void require_figure(const std::string& path);

// The file's bytes. Throws FileError where this build draws none, or cairo cannot.
std::string rendered(const Drawing& drawing, FigureFormat format);
// Written whole, replacing what was there. Throws as require_figure and rendered do, FileError where the system refuses.
void write_figure(const Drawing& drawing, const std::string& path);

}  // namespace nadir::figures
