// The errors that nadir throws: misuse and bad input. How a run ended is a value, never an exception.
#pragma once

#include <stdexcept>
#include <string>

namespace nadir {

// Bad input or options: names the file or field, the place in it, what was expected and what was found.
//
// what() is one line, "PLACE: expected EXPECTED, found FOUND"; the command line turns it into exit code 2.
class InputError : public std::invalid_argument {
 public:
  InputError(std::string place, std::string expected, std::string found)
      : std::invalid_argument(place + ": expected " + expected + ", found " + found),
        place_(std::move(place)),
        expected_(std::move(expected)),
        found_(std::move(found)) {}

  const std::string& place() const noexcept { return place_; }
  const std::string& expected() const noexcept { return expected_; }
  const std::string& found() const noexcept { return found_; }

 private:
  std::string place_, expected_, found_;
};

// The operating system refused: a folder that cannot be written, a full disk. Exit code 2 as well.
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& path, const std::string& reason) : std::runtime_error(path + ": " + reason) {}
};

// Numbers left the range of double or lost all meaning; the message says what to try. Exit code 4.
class NumericalBreakdown : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace nadir
