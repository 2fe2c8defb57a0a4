// The FAMILY word that solve and judge begin with.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "nadir/core/family.hpp"

namespace nadir::cli {

// The family that the first argument names. Null after printing help where --help stands in its place. Throws
// InputError for a missing or unknown name.
std::unique_ptr<Family> family_word(std::span<const std::string> arguments, const std::string& usage);

// "  double-well     two wells and a ridge" for every family.
std::string families_text();

}  // namespace nadir::cli
