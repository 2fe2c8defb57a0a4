#include "nadir/driver/run_options.hpp"

namespace nadir {

OptionList rows(RunOptions& o) {
  return {
      option("seed", o.seed, "seed of every random choice; the same seed gives the same bits").at_least(0),
      option("threads", o.threads, "threads for large products; 0 means all cores; never changes the result").at_least(0),
      option("time-limit", o.time_limit, "seconds after which the run saves its state and ends with exit code 3")
          .shown_as("SECONDS")
          .above(0),
      option("checkpoint-every", o.checkpoint_every, "seconds between saved states").shown_as("SECONDS").at_least(0),
      option("resume", o.resume, "go on from the state in the run folder; begin where there is none yet"),
      option("output", o.output, "run folder, also -o; default of solve: the first free nadir-run-FAMILY-NNN")
          .shown_as("DIR"),
  };
}

}  // namespace nadir
