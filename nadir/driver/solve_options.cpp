#include "nadir/driver/solve_options.hpp"

#include <algorithm>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

OptionList rows(SolveOptions& o) {
  return {
      option("starts", o.starts, "how many starts; the best end is the answer, all stand in details.ends").at_least(1),
      option("solver", o.solver, "one of " + listed(solver_names()) + "; default: what the family recommends"),
      option("start", o.start, "name of a start, or .npz with the blocks of a point; default: the family's first"),
      option("max-iterations", o.max_iterations, "limit for one start, its escapes included").at_least(0),
      option("gap", o.gap, "relative gap that counts as global-minimum").above(0),
      option("gradient-tolerance", o.gradient_tolerance, "gradient, relative to its scale, that counts as critical").above(0),
      option("escape-rounds", o.escape_rounds, "how often one start may leave a saddle the judge found; 0: the solver leaves none either").at_least(0),
      option("keep-points", o.keep_points, "at most so many points along the run that gives the answer, evenly spread, in trajectory.npz; 0: none").at_least(0),
  };
}

OptionList all_rows(SolveOptions& o) {
  OptionList list = rows(o);
  for (const std::string& solver : solver_names())
    for (OptionRow& row : solver_options(o.settings, solver)) list.push_back(std::move(row));
  return list;
}

void require_options_of_solver(SolveOptions& o, const std::string& solver, const std::vector<std::string>& given) {
  const OptionList own = solver_options(o.settings, solver);
  const auto is_own = [&own](const std::string& name) {
    return std::any_of(own.begin(), own.end(), [&name](const OptionRow& row) { return row.name == name; });
  };
  for (const std::string& other : solver_names()) {
    for (const OptionRow& row : solver_options(o.settings, other))
      if (!is_own(row.name) && std::find(given.begin(), given.end(), row.name) != given.end())
        throw InputError("--" + row.name, "--solver " + other + " with it", solver);
  }
}

}  // namespace nadir
