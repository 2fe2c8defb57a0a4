// nadir landscape spectrum RUN: pictures of where a run ended, one function each.
#include "nadir/driver/landscape.hpp"

#include "nadir/base/error.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/report/spectrum_text.hpp"

namespace nadir::cli {
namespace {

const std::string usage = "nadir landscape {spectrum} RUN [options]";

int run_spectrum(std::span<const std::string> arguments) {
  const std::string spectrum_usage = "nadir landscape spectrum RUN [--top K --probes P --steps M]";
  CommonOptions common;
  SpectrumRequest request;
  const std::vector<OptionGroup> groups{{"Spectrum", rows(request)}, {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(spectrum_usage + ": the Hessian's eigenvalues at the point of a run: both ends with error bounds, trace, density; written to spectrum.json there\n" +
                 options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, spectrum_usage);
  request.folder = line.words[0];
  request.run = common.run;
  const SpectrumRun run = examine_run_spectrum(request, &catch_interrupts());
  print_result(common.json ? run.json : spectrum_text(run.spectrum));
  if (!run.spectrum.is_stopped) return exit_done;
  print_message("stopped by the time limit or a signal; what was found until then stands in " + request.folder + "/spectrum.json");
  return exit_stopped;
}

}  // namespace

int run_landscape(std::span<const std::string> arguments) {
  const std::string word = arguments.empty() ? "" : arguments.front();
  if (word == "spectrum") return run_spectrum(arguments.subspan(1));
  if (word == "--help" || word == "-h") {
    print_result(usage + "\n  spectrum  eigenvalues of the Hessian: ends, trace, density\n`nadir landscape spectrum --help` tells the options.\n");
    return exit_done;
  }
  const std::vector<std::string> names{"spectrum"};
  throw InputError("command line", usage, word.empty() ? "nothing more" : "'" + word + "'" + nearest_hint(word, names));
}

}  // namespace nadir::cli
