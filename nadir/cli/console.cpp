#include "nadir/cli/console.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "nadir/base/error.hpp"

namespace nadir::cli {

void prepare_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  // A closed stream is filled with /dev/null opened the wrong way round, so that using it still fails.
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    if (open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY) != descriptor) return;
  }
}

void print_result(std::string_view text) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!is_written || std::fflush(stdout) != 0) throw FileError("standard output", std::strerror(errno));
}

void print_message(const std::string& text) {
  // A failure to complain cannot be complained about.
  std::fprintf(stderr, "nadir: %s\n", text.c_str());
}

Prose::Prose(const CommonOptions& options) : is_terminal_(isatty(STDERR_FILENO) == 1) {
  is_shown_ = !options.quiet && (is_terminal_ || options.progress);
}

void Prose::line(const std::string& text) {
  if (!is_shown_) return;
  end_status();
  std::fprintf(stderr, "%s\n", text.c_str());
}

void Prose::status(const std::string& text) {
  if (!is_shown_) return;
  std::fprintf(stderr, is_terminal_ ? "\r\033[K%s" : "%s\n", text.c_str());
  std::fflush(stderr);
  has_status_ = is_terminal_;
}

void Prose::end_status() {
  if (has_status_) std::fprintf(stderr, "\r\033[K");
  has_status_ = false;
}

}  // namespace nadir::cli
