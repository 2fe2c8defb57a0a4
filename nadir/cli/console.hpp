// Standard output and standard error: results on the one, prose on the other, and no write fails silently.
#pragma once

#include <string>
#include <string_view>

#include "nadir/cli/common_options.hpp"

namespace nadir::cli {

// To be called first in main: makes sure that no file is opened in place of a closed standard stream, and that
// a closed pipe is an error of the write instead of the death of the process.
void prepare_streams();

// Writes a result to standard output and flushes it. Throws FileError (full disk, closed pipe).
void print_result(std::string_view text);

// Prose for a person: to standard error, if that is a terminal or --progress was given, and never with --quiet.
class Prose {
 public:
  explicit Prose(const CommonOptions& options);
  bool is_shown() const { return is_shown_; }
  void line(const std::string& text);
  // Overwrites the line before on a terminal; elsewhere a line of its own.
  void status(const std::string& text);
  void end_status();

 private:
  bool is_shown_ = false, is_terminal_ = false, has_status_ = false;
};

// A line on standard error whatever the options: errors, and where an interrupted run can be resumed.
void print_message(const std::string& text);

}  // namespace nadir::cli
