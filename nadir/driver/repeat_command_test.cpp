// The command that repeats a run. The oracle is written by hand from the contract of the command line.
#include "nadir/driver/repeat_command.hpp"

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

TEST(RepeatCommand, names_what_is_not_at_its_default) {
  RunRecord record;
  record.command = "solve";
  record.family = "linear-network";
  record.problem = R"({"x": "my data/x.npy", "y": "y.npy", "hidden": [32, 16], "residual": true, "loss": "squared"})";
  record.solving = R"({"starts": 5, "gap": 1e-06, "solver": "gradient-descent", "step-size": 0.25})";
  record.seed = 7;

  EXPECT_EQ(repeat_command(record, "run.json"),
            "nadir solve linear-network --x 'my data/x.npy' --y y.npy --hidden 32,16 --residual --starts 5 "
            "--solver gradient-descent --step-size 0.25 --seed 7");
}

TEST(RepeatCommand, of_a_judgement_names_points_to_compare_with) {
  RunRecord record;
  record.command = "judge";
  record.family = "linear-network";
  record.problem = R"({"x": "x.npy", "y": "y.npy"})";
  record.solving = R"({"point": "p.npz", "gap": 1e-06, "gradient-tolerance": 1e-08})";
  record.inputs = {{"x", "x.npy", "", "", {}}, {"better", "q.npz", "", "", {}}};

  EXPECT_EQ(repeat_command(record, "run.json"), "nadir judge linear-network --x x.npy --y y.npy --point p.npz --better q.npz");
}

TEST(RepeatCommand, refuses_a_family_that_it_does_not_know) {
  RunRecord record;
  record.command = "solve";
  record.family = "no-such-family";

  EXPECT_THROW(repeat_command(record, "run.json"), InputError);
}

}  // namespace
}  // namespace nadir
