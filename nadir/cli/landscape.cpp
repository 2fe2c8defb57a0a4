#include "nadir/cli/landscape.hpp"

#include <utility>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/driver/nearest_name.hpp"

namespace nadir::cli {
namespace {

struct Tool {
  std::string name, summary;
  int (*run)(std::span<const std::string> arguments);
};

const std::vector<Tool>& tools() {
  static const std::vector<Tool> rows{
      {"spectrum", "eigenvalues of the Hessian: ends, trace, density", run_landscape_spectrum},
      {"slice", "the objective on a line or a plane through the point", run_landscape_slice},
      {"path", "low ways between two points, barriers, the pass between", run_landscape_path},
  };
  return rows;
}

std::string usage() {
  std::string names;
  for (const Tool& tool : tools()) names += (names.empty() ? "" : "|") + tool.name;
  return "nadir landscape {" + names + "} RUN [options]";
}

std::string help() {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Tool& tool : tools()) lines.emplace_back(tool.name, tool.summary);
  return usage() + "\n" + named_lines(lines) + "`nadir landscape TOOL --help` tells the options.\n";
}

}  // namespace

void require_picture(const char* picture, const CommandLine& line, FigureRequest& figure) {
  figure.picture = picture;
  figure.has_scale = line.has("log");
  require_figure(figure);
}

int conclude(const std::string& folder, const FigureRequest& figure, bool is_complete) {
  if (figure.is_wanted()) write_run_figure(folder, figure);
  if (is_complete) return exit_done;
  print_message("stopped by the time limit or a signal; what was found until then stands in " + folder + "/" + figure.picture + ".json");
  return exit_stopped;
}

int run_landscape(std::span<const std::string> arguments) {
  const std::string word = arguments.empty() ? "" : arguments.front();
  if (word == "--help" || word == "-h") {
    print_result(help());
    return exit_done;
  }
  std::vector<std::string> names;
  for (const Tool& tool : tools()) {
    if (tool.name == word) return tool.run(arguments.subspan(1));
    names.push_back(tool.name);
  }
  throw InputError("command line", usage(), word.empty() ? "nothing more" : "'" + word + "'" + nearest_hint(word, names));
}

}  // namespace nadir::cli
