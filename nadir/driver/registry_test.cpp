// Laws of every family's declaration: nothing here looks at what a family computes.
#include "nadir/driver/registry.hpp"

#include <gtest/gtest.h>

#include <set>

#include "nadir/base/error.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/driver/solve_options.hpp"

namespace nadir {
namespace {

TEST(Registry, names_are_those_of_the_families_themselves) {
  std::set<std::string_view> names;
  for (const FamilyRow& row : families()) {
    EXPECT_EQ(row.make()->name(), row.name);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
}

TEST(Registry, names_the_nearest_family) {
  try {
    make_family("linear-netwrok");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("nearest is 'linear-network'"), std::string::npos) << error.what();
  }
}

// Solvers may share a name among themselves (solver_laws_test.cpp), and with nobody else.
TEST(Registry, no_option_is_declared_twice) {
  for (const FamilyRow& family_row : families()) {
    const auto family = family_row.make();
    SolveOptions solving;
    RunOptions run;
    std::set<std::string> names{"json", "quiet", "progress", "config", "require", "point", "better", "help"};
    std::set<std::string> of_solvers;
    for (const std::string& solver : solver_names())
      for (const OptionRow& row : solver_options(solving.settings, solver)) of_solvers.insert(row.name);
    names.insert(of_solvers.begin(), of_solvers.end());

    for (const OptionList& list : {family->options(), rows(solving), rows(run)})
      for (const OptionRow& row : list) EXPECT_TRUE(names.insert(row.name).second) << family_row.name << " " << row.name;
  }
}

TEST(Registry, every_option_is_spelt_with_dashes_explained_and_in_its_range) {
  for (const FamilyRow& family_row : families()) {
    const auto family = family_row.make();
    SolveOptions solving;

    for (const OptionList& list : {family->options(), all_rows(solving)})
      for (const OptionRow& row : list) {
        EXPECT_EQ(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos) << row.name;
        EXPECT_FALSE(row.name.starts_with("no-")) << row.name;
        EXPECT_FALSE(row.help.empty()) << row.name;
        EXPECT_NO_THROW(require_in_range(row)) << row.name;
      }
  }
}

}  // namespace
}  // namespace nadir
