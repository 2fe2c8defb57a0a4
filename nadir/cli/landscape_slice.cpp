// nadir landscape slice RUN: the objective on a line or a plane through the point of a run.
#include "nadir/driver/landscape/slice.hpp"

#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/landscape.hpp"
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
  require_picture("slice", line, figure);
  const SliceRun run = examine_run_slice(request, &catch_interrupts());
  print_result(common.json ? run.json : slice_text(run.slice));
  return conclude(request.folder, figure, run.slice.is_complete);
}

}  // namespace nadir::cli
