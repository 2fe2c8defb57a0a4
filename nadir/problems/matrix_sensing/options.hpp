// The options and data of the family matrix-sensing, declared once.
#pragma once

#include <string>

#include "nadir/core/options.hpp"

namespace nadir {

struct MatrixSensingOptions {
  DataArray operator_array;  // n x m x k: A_i = A[:, :, i]; or k x n: a_i a_i^T, a row a measurement
  DataArray operator_right;  // k x m: with a_i from operator_array, A_i = a_i b_i^T
  DataArray measurements;    // k
  std::string rank = "auto";  // columns of the factors; auto: from 1, grown until the rank proves sufficient
  bool psd = false;           // X = U U^T instead of X = U V^T
  double lambda = 0.0;        // of the trace (psd) or the nuclear norm of X
};

OptionList rows(MatrixSensingOptions& options);

}  // namespace nadir
