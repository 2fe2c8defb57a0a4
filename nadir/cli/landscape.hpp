// The tools of `nadir landscape`: a file and a row each.
#pragma once

#include <span>
#include <string>

#include "nadir/cli/command_line.hpp"
#include "nadir/driver/figure/run_figure.hpp"

namespace nadir::cli {

int run_landscape_slice(std::span<const std::string> arguments);
int run_landscape_spectrum(std::span<const std::string> arguments);
int run_landscape_path(std::span<const std::string> arguments);

// What the tools share. Before anything is computed: `figure` becomes that of the tool's picture, as the options say; throws
// InputError where it cannot be drawn.
void require_picture(const char* picture, const CommandLine& line, FigureRequest& figure);
// After the result is printed: draws the figure, where one is wanted, and gives the exit code; says where what was found
// stands if the run was stopped.
int conclude(const std::string& folder, const FigureRequest& figure, bool is_complete);

}  // namespace nadir::cli
