#include "nadir/driver/solve_options.hpp"

namespace nadir {

OptionList rows(SolveOptions& o) {
  return {
      option("starts", o.starts, "how many starts; the best end is the answer, all stand in details.ends").at_least(1),
      option("solver", o.solver, "method; default: what the family recommends"),
      option("start", o.start, "name of a start, or .npz with the blocks of a point; default: the family's first"),
      option("max-iterations", o.max_iterations, "limit for one start, its escapes included").at_least(0),
      option("gap", o.gap, "relative gap that counts as global-minimum").above(0),
      option("gradient-tolerance", o.gradient_tolerance, "gradient, relative to its scale, that counts as critical").above(0),
      option("escape-rounds", o.escape_rounds, "how often one start may leave a saddle the judge found").at_least(0),
  };
}

}  // namespace nadir
