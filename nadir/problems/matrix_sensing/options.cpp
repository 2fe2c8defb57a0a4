#include "nadir/problems/matrix_sensing/options.hpp"

namespace nadir {

OptionList rows(MatrixSensingOptions& o) {
  return {
      option("operator", o.operator_array, "n x m x k, one matrix per last index; or k x n, a row a rank-one measurement").required(),
      option("operator-right", o.operator_right, "k x m: measurements a_i b_i^T, with the a_i from --operator"),
      option("measurements", o.measurements, "y, one number per measurement").required(),
      option("rank", o.rank, "columns of the factors, or auto: grown from 1 until it proves sufficient").shown_as("R|auto"),
      option("psd", o.psd, "X = U U^T; every A_i must be exactly symmetric"),
      option("lambda", o.lambda, "weight of the trace (with --psd) or nuclear norm of X").at_least(0),
  };
}

}  // namespace nadir
