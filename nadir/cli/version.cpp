// nadir version
#include "nadir/base/version.hpp"

#include <nlohmann/json.hpp>

#include "nadir/cli/command.hpp"
#include "nadir/cli/common_options.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/report/html.hpp"

namespace nadir::cli {
namespace {

nlohmann::ordered_json optional_parts() {
  nlohmann::ordered_json parts = nlohmann::ordered_json::array();
  if (has_page()) parts.push_back("report-page");
  return parts;
}

}  // namespace

int run_version(std::span<const std::string> arguments) {
  CommonOptions common;
  const std::vector<OptionGroup> groups{{"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  require_words(line, 0, 0, "nadir version");
  if (line.wants_help) {
    print_result("nadir version: what this build is\n" + options_text(groups));
  } else if (common.json) {
    const nlohmann::ordered_json object{{"schema", "nadir.version/1"},     {"version", version()},
                                        {"compiler", compiler()},          {"blas", blas_description()},
                                        {"threads", num_threads()},        {"parts", optional_parts()}};
    print_result(object.dump(2) + "\n");
  } else {
    print_result("nadir " + version() + "\ncompiler  " + compiler() + "\nblas      " + blas_description() +
                 "\nthreads   " + std::to_string(num_threads()) + "\nparts     " + (has_page() ? "report-page" : "none beyond the core") + "\n");
  }
  return exit_done;
}

}  // namespace nadir::cli
