// nadir landscape spectrum RUN: the eigenvalues of the Hessian where a run ended.
#include "nadir/driver/landscape/spectrum.hpp"

#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/landscape.hpp"
#include "nadir/report/spectrum_text.hpp"

namespace nadir::cli {

int run_landscape_spectrum(std::span<const std::string> arguments) {
  const std::string spectrum_usage = "nadir landscape spectrum RUN [--top K --probes P --steps M --figure FILE]";
  CommonOptions common;
  SpectrumRequest request;
  FigureRequest figure;
  const std::vector<OptionGroup> groups{{"Spectrum", rows(request)}, {"Figure", figure_rows(figure)}, {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(spectrum_usage + ": the Hessian's eigenvalues at the point of a run: both ends with error bounds, trace, density; written to spectrum.json there\n" +
                 options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, spectrum_usage);
  request.folder = line.words[0];
  request.run = common.run;
  require_picture("spectrum", line, figure);
  const SpectrumRun run = examine_run_spectrum(request, &catch_interrupts());
  print_result(common.json ? run.json : spectrum_text(run.spectrum));
  return conclude(request.folder, figure, !run.spectrum.is_stopped);
}

}  // namespace nadir::cli
