#include "nadir/driver/figure/run_figure.hpp"

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/driver/figure/stored_pictures.hpp"
#include "nadir/driver/run_writer.hpp"
#include "nadir/driver/stored_run.hpp"
#include "nadir/driver/survey/survey.hpp"
#include "nadir/driver/trace_file.hpp"
#include "nadir/figure/figure.hpp"
#include "nadir/figure/trace_picture.hpp"
#include "nadir/io/run_folder.hpp"
#include "nadir/report/thin_trace.hpp"

namespace nadir {
namespace {

// The words of `--layers` of slices; the files have longer ones.
std::string layer_name(const std::string& word) { return word == "gradient" ? "gradient_norm" : word == "curvature" ? "curvature_ratio" : word; }

figures::PictureOptions options_of(const FigureRequest& request) {
  return {.width_mm = request.figure_width,
          .scale = !request.has_scale ? figures::PictureScale::automatic : request.log ? figures::PictureScale::logarithmic : figures::PictureScale::linear,
          .is_surface = request.surface,
          .layer = layer_name(request.layer)};
}

std::string picture_of(const RunFolder& folder, const FigureRequest& request) {
  if (!request.picture.empty()) return request.picture;
  return folder.has(survey_files::result) ? "survey" : "trace";
}

std::string text_of(const RunFolder& folder, const std::string& file, const std::string& made_by) {
  if (!folder.has(file)) throw InputError(folder.path_of(file), "a file that `" + made_by + "` makes", "none");
  return folder.read_text(file);
}

figures::Drawing trace_drawing(const RunFolder& folder, const figures::PictureOptions& options) {
  const Trace trace = trace_from_csv(text_of(folder, run_files::trace, "nadir solve"), folder.path_of(run_files::trace));
  figures::TraceData data{.family = {}, .trace = {}, .lower_bound = -std::numeric_limits<double>::infinity()};
  for (const std::size_t row : thinned(trace).rows) data.trace.push_back(trace[row]);
  if (folder.has(run_files::verdict)) {
    const Verdict verdict = load_run(folder.path()).verdict;
    data.family = verdict.family;
    data.lower_bound = verdict.lower_bound;
  } else if (folder.has(run_files::run)) {
    data.family = read_record(folder).family;
  }
  return figures::draw_trace(data, options);
}

figures::Drawing drawing_of(const RunFolder& folder, const std::string& picture, const figures::PictureOptions& options) {
  const auto tool = [](const std::string& name) { return "nadir landscape " + name; };
  if (picture == "trace") return trace_drawing(folder, options);
  if (picture == "survey") return figures::draw_survey(survey_from_json(text_of(folder, survey_files::result, "nadir survey"), folder.path_of(survey_files::result)), options);
  const std::string file = picture == "spectrum" ? run_files::spectrum : picture == "slice" ? run_files::slice : run_files::path;
  const std::string text = text_of(folder, file, tool(picture)), place = folder.path_of(file);
  if (picture == "spectrum") return figures::draw_spectrum(spectrum_from_json(text, place), options);
  if (picture == "slice") return figures::draw_slice(slice_from_json(text, place), options);
  return figures::draw_path(path_from_json(text, place), options);
}

}  // namespace

OptionList figure_rows(FigureRequest& r) {
  return {
      option("figure", r.figure, "draw it into this file: .svg, .pdf or .png").shown_as("FILE"),
      option("figure-width", r.figure_width, "of the figure, in mm; 85 is a column of most journals").at_least(40.0).at_most(400.0).shown_as("MM"),
      option("log", r.log, "a logarithmic scale in the figure; --no-log a linear one; without either each picture has its own way"),
  };
}

OptionList slice_figure_rows(FigureRequest& r) {
  return {
      option("surface", r.surface, "a figure of a plane shows the surface above it, not the map"),
      option("figure-layer", r.layer, "which layer of a slice the figure shows").one_of({"value", "gradient", "curvature"}),
  };
}

OptionList rows(FigureRequest& r) {
  OptionList list = figure_rows(r);
  list.insert(list.begin() + 1, option("picture", r.picture, "what the figure shows; by default a survey where there is one, else the trace").one_of({"trace", "spectrum", "slice", "path", "survey"}));
  for (OptionRow& row : slice_figure_rows(r)) list.push_back(std::move(row));
  return list;
}

void require_figure(const FigureRequest& request) {
  if (request.is_wanted()) return figures::require_figure(request.figure);
  if (request.has_scale) throw InputError("--log", "--figure FILE beside it", "none");
  if (request.surface) throw InputError("--surface", "--figure FILE beside it", "none");
}

void write_run_figure(const std::string& path, const FigureRequest& request) {
  figures::require_figure(request.figure);
  const RunFolder folder = RunFolder::open(path);
  figures::write_figure(drawing_of(folder, picture_of(folder, request), options_of(request)), request.figure);
}

}  // namespace nadir
