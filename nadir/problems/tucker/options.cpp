#include "nadir/problems/tucker/options.hpp"

namespace nadir {

OptionList rows(TuckerOptions& o) {
  return {
      option("tensor", o.tensor, "the tensor T, 2 to 8 modes; dense, or sparse by coordinates").required(),
      option("ranks", o.ranks, "extents of the core, one a mode or one for all").shown_as("R1,R2,..."),
      option("error", o.error, "instead of ranks: the least that sequential truncation needs for this relative error").at_least(0).at_most(1),
      option("regulariser", o.regulariser, "weight of sum_k |A_k^T A_k - S_(k) S_(k)^T|^2 / 2, which balances core and factors").at_least(0),
      option("missing", o.missing, "refuse NaN, or nan-mask: NaN entries are missing, the sum runs over the others").one_of({"refuse", "nan-mask"}),
  };
}

}  // namespace nadir
