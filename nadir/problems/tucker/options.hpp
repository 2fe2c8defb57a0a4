// The options and data of the family tucker, declared once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

struct TuckerOptions {
  DataTensor tensor;                // 2 to 8 modes
  std::vector<std::int64_t> ranks;  // one a mode, or one for all; empty: by `error`
  double error = 0.0;               // relative; 0: ranks are given
  double regulariser = 0.0;         // weight of the balance of core and factors
  std::string missing = "refuse";   // what NaN means
};

OptionList rows(TuckerOptions& options);

}  // namespace nadir
