// nadir: the command line. Chooses the subcommand and turns errors into exit codes; nothing else.
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/driver/nearest_name.hpp"

namespace nadir::cli {
namespace {

int run(const std::vector<std::string>& arguments) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  if (name == "--help" || name == "-h") {
    print_result(overview_text());
    return exit_done;
  }
  if (name == "--version") return run_version({});
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command.run(std::span(arguments).subspan(1));
    names.emplace_back(command.name);
  }
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
  throw InputError("command line", "one of " + list,
                   arguments.empty() ? "nothing (nadir --help says more)" : "'" + name + "'" + nearest_hint(name, names));
}

int explain_memory() {
  print_message("out of memory; a smaller problem or more memory is needed");
  return exit_bad_input;
}

int run_and_explain(const std::vector<std::string>& arguments) {
  try {
    return run(arguments);
  } catch (const InputError& error) {
    print_message(error.what());
    return exit_bad_input;
  } catch (const FileError& error) {
    print_message(error.what());
    return exit_bad_input;
  } catch (const NumericalBreakdown& error) {
    print_message(std::string("numerical breakdown: ") + error.what());
    return exit_breakdown;
  } catch (const std::bad_alloc&) {
    return explain_memory();
  } catch (const std::length_error&) {
    return explain_memory();  // a vector longer than memory can be
  } catch (const std::exception& error) {
    print_message(std::string("a defect of nadir's own: ") + error.what() +
                  "; please report it with the command line and `nadir version`");
    return exit_defect;
  }
}

// OpenMP's threads wait for one another by spinning, for milliseconds unless told otherwise: on a machine that has other
// work too, that makes short parallel regions ten times slower. Told it can be by the environment alone, which is
// read before main: so the program starts itself anew, once, unless the user has said something.
void limit_spinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;
  if (setenv("GOMP_SPINCOUNT", "10000", 0) != 0) return;
  execv("/proc/self/exe", argv);  // returns only where there is no such file; then all is as it was
}

}  // namespace
}  // namespace nadir::cli

int main(int argc, char** argv) {
  nadir::cli::limit_spinning(argv);
  nadir::cli::prepare_streams();
  return nadir::cli::run_and_explain(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
