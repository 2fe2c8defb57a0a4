// Option values as a JSON object, and back: the "problem" of run.json and certificate.json.
//
// {"hidden": [32, 16], "residual": false, "weight-decay": [0.1], "loss": "squared", "x": "data/x.npy"}
// Keys are the options' names; when read, '_' may stand for '-'. Data options hold the path as the user
// gave it ("" when not given); their values and fingerprints are elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "nadir/core/options.hpp"

namespace nadir {

enum class DataOptions { included, left_out };

std::string options_to_json(const OptionList& options, DataOptions data = DataOptions::included);

// Writes the fields of those options that the object names; the others keep their values. A data option
// receives its path only: loading is the caller's. Throws InputError for an unknown key (naming the nearest
// known one), a value of another type, a value outside the option's range; the fields are then in part
// written.
void options_from_json(std::string_view text, const OptionList& options, const std::string& place);

}  // namespace nadir
