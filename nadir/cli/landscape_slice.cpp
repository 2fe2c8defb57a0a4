// nadir landscape slice RUN: the objective on a line or a plane through the point of a run.
#include "nadir/driver/landscape/slice.hpp"

#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/landscape.hpp"
#include "nadir/driver/figure/run_figure.hpp"
#include "nadir/report/slice_text.hpp"

namespace nadir::cli {

int run_landscape_slice(std::span<const std::string> arguments) {
  const std::string slice_usage = "nadir landscape slice RUN [--directions KIND --to OTHER --grid NxN --adaptive TOLERANCE --figure FILE]";
  CommonOptions common;
  SliceRequest request;
  FigureRequest figure;
  OptionList drawing = figure_rows(figure);
  for (OptionRow& row : slice_figure_rows(figure)) drawing.push_back(std::move(row));
  const std::vector<OptionGroup> groups{{"Slice", rows(request)}, {"Figure", drawing}, {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(slice_usage + ": the objective on a line or a plane through the point of a run; written to slice.json there\n" + options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, slice_usage);
  request.folder = line.words[0];
  request.run = common.run;
  figure.picture = "slice";
  figure.has_scale = line.has("log");
  require_figure(figure);
  const SliceRun run = examine_run_slice(request, &catch_interrupts());
  print_result(common.json ? run.json : slice_text(run.slice));
  if (figure.is_wanted()) write_run_figure(request.folder, figure);
  if (run.slice.is_complete) return exit_done;
  print_message("stopped by the time limit or a signal; what was found until then stands in " + request.folder + "/slice.json");
  return exit_stopped;
}

}  // namespace nadir::cli
