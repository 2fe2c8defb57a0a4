// Version texts have the form that scripts parse.
#include "nadir/base/version.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace nadir {
namespace {

TEST(Version, is_three_numbers) {
  EXPECT_TRUE(std::regex_match(version(), std::regex("[0-9]+[.][0-9]+[.][0-9]+"))) << version();
}

TEST(Version, of_the_compiler_names_it) {
  EXPECT_TRUE(std::regex_match(compiler(), std::regex("(g|clang)[+]{2} [0-9]+[.][0-9]+[.][0-9]+")))
      << compiler();
}

}  // namespace
}  // namespace nadir
