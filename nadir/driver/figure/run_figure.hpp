// A figure of what a run folder holds: read from its files, drawn, written. Nothing is computed anew, so a tool of
// `nadir landscape` draws its own result the same way as `nadir report` does long afterwards.
#pragma once

#include <string>

#include "nadir/core/options.hpp"

namespace nadir {

struct FigureRequest {
  std::string figure;         // path of the file, .svg, .pdf or .png; empty: none is drawn
  std::string picture;        // trace, spectrum, slice, path or survey; empty: survey where there is one, else trace
  double figure_width = 85.0; // mm
  bool log = false;
  bool has_scale = false;     // --log or --no-log was given; otherwise each picture has its own way
  bool surface = false;       // of a slice of a plane
  std::string layer = "value";  // or gradient, curvature

  bool is_wanted() const { return !figure.empty(); }
};

// For any tool with a picture: --figure, --figure-width, --log.
OptionList figure_rows(FigureRequest& request);
// For slices beside: --surface, --figure-layer.
OptionList slice_figure_rows(FigureRequest& request);
// Everything, and --picture.
OptionList rows(FigureRequest& request);

// Before anything is computed: throws InputError for a file whose ending is no figure's, and for options of a figure where
// none is wanted; FileError where this build draws none.
void require_figure(const FigureRequest& request);

// Draws the picture from the files of the folder and writes the figure, whole. Throws InputError where the folder does not
// hold what is asked for (saying which command makes it), or holds it damaged.
void write_run_figure(const std::string& folder, const FigureRequest& request);

}  // namespace nadir
