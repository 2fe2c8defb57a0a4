// A word as a POSIX shell reads it, for commands that nadir tells a person to type.
#pragma once

#include <string>

namespace nadir {

// The word itself where nothing in it means anything to a shell; else in single quotes.
std::string shell_word(const std::string& word);

}  // namespace nadir
