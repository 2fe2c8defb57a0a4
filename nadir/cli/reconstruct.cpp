// nadir reconstruct RUN [--slab MODE:FIRST..END] -o FILE.npy
#include "nadir/driver/reconstruct.hpp"

#include <nlohmann/json.hpp>

#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"

namespace nadir::cli {

int run_reconstruct(std::span<const std::string> arguments) {
  const std::string usage = "nadir reconstruct RUN [--slab MODE:FIRST..END] -o FILE.npy";
  CommonOptions common;
  ReconstructRequest request;
  const std::vector<OptionGroup> groups{{"Reconstructing", rows(request)}, {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(usage + ": the tensor that the core and the factors of a run describe, written without holding it whole\n" + options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, usage);
  request.folder = line.words[0];
  request.output = common.run.output;
  const Reconstruction written = reconstruct(request);
  if (common.json) {
    const nlohmann::ordered_json object{{"schema", "nadir.reconstruction/1"}, {"file", request.output}, {"shape", written.shape}};
    print_result(object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  }
  return exit_done;
}

}  // namespace nadir::cli
