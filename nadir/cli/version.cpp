// nadir version
#include "nadir/base/version.hpp"

#include <nlohmann/json.hpp>

#include "nadir/cli/command.hpp"
#include "nadir/cli/common_options.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/figure/figure.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/report/html.hpp"

namespace nadir::cli {
namespace {

std::vector<std::string> optional_parts() {
  std::vector<std::string> parts;
  if (has_page()) parts.emplace_back("report-page");
  if (figures::has_figures()) parts.emplace_back("figures");
  return parts;
}

std::string parts_text() {
  std::string text;
  for (const std::string& part : optional_parts()) text += (text.empty() ? "" : ", ") + part;
  return text.empty() ? "none beyond the core" : text;
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
                 "\nthreads   " + std::to_string(num_threads()) + "\nparts     " + parts_text() + "\n");
  }
  return exit_done;
}

}  // namespace nadir::cli
