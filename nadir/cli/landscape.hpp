// The tools of `nadir landscape`: a file and a row each.
#pragma once

#include <span>
#include <string>

namespace nadir::cli {

int run_landscape_slice(std::span<const std::string> arguments);
int run_landscape_spectrum(std::span<const std::string> arguments);
int run_landscape_path(std::span<const std::string> arguments);

}  // namespace nadir::cli
