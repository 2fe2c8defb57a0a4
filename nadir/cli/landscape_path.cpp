// nadir landscape path RUN OTHER: low ways from the point of a run to another one.
#include "nadir/driver/landscape/path.hpp"

#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/landscape.hpp"
#include "nadir/report/path_text.hpp"

namespace nadir::cli {

int run_landscape_path(std::span<const std::string> arguments) {
  const std::string path_usage = "nadir landscape path RUN OTHER [--kind KIND --bends K --no-align --figure FILE]";
  CommonOptions common;
  PathRequest request;
  std::string kind;  // the field behind a row whose values are collected below
  OptionList path_rows = rows(request);
  path_rows.insert(path_rows.begin(), option("kind", kind, "straight, bezier, polygon, elastic-band: which curves beside the straight line, repeatable or with commas; bezier and elastic-band unless given")
                                          .shown_as("KIND"));
  FigureRequest figure;
  const std::vector<OptionGroup> groups{{"Path", std::move(path_rows)}, {"Figure", figure_rows(figure)}, {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common, {"kind"});
  if (line.wants_help) {
    print_result(path_usage +
                 ": low ways from the point of a run to that of OTHER, a run of the same problem or an .npz of its blocks, and the pass between them; written to "
                 "path.json and path.npz in RUN\n" +
                 options_text(groups));
    return exit_done;
  }
  require_words(line, 2, 2, path_usage);
  request.folder = line.words[0];
  request.other = line.words[1];
  request.kinds = line.values("kind");
  request.run = common.run;
  require_picture("path", line, figure);
  const PathRun run = find_run_path(request, &catch_interrupts());
  print_result(common.json ? run.json : path_text(run.path));
  return conclude(request.folder, figure, run.path.is_complete);
}

}  // namespace nadir::cli
