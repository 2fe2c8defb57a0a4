#include "nadir/cli/command.hpp"

namespace nadir::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> list{
      {"solve", "solve FAMILY [data and options] [-o DIR]", "find a minimum, judge it, write a run folder", run_solve},
      {"judge", "judge FAMILY [data and options] --point FILE.npz [-o DIR]", "say what a point from anywhere is",
       run_judge},
      {"survey", "survey FAMILY [data and options] --starts N [-o DIR]", "solve and judge many starts: which minima there are, how often each is reached", run_survey},
      {"verify", "verify DIR", "check the certificate of a run folder, trusting nothing else", run_verify},
      {"predict", "predict RUN {--pairs FILE | --row ID [--top N]}", "entries that nobody gave, from a completed matrix",
       run_predict},
      {"reconstruct", "reconstruct RUN [--slab MODE:FIRST..END] -o FILE.npy", "the tensor, or a part of it, from a Tucker decomposition",
       run_reconstruct},
      {"landscape", "landscape {spectrum|slice|path} RUN [OTHER]", "where a run ended: the Hessian's eigenvalues; the objective on a line or a plane; low ways to another point",
       run_landscape},
      {"report", "report DIR", "print what a run folder holds, and make its report.html again", run_report},
      {"reproduce", "reproduce [CLAIM]", "rerun a published claim and compare; without CLAIM, the list", run_reproduce},
      {"families", "families", "list the kinds of problem", run_families},
      {"help", "help [FAMILY | COMMAND]", "data, options, theorem and example of a family", run_help},
      {"version", "version", "version, compiler, BLAS and its threads", run_version},
  };
  return list;
}

}  // namespace nadir::cli
