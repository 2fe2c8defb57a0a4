// Words for a shell. The oracle is POSIX: everything but a single quote is literal between single quotes.
#include "nadir/base/shell_word.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(ShellWord, quotes_what_a_shell_would_read_otherwise) {
  EXPECT_EQ(shell_word("a/b-c_1.npz:x"), "a/b-c_1.npz:x");
  EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace nadir
