// The vectorised kernels under observed.hpp and normal_equations.hpp, chosen once for the machine's instructions.
//
// Each works on rows that the caller names, with scratch memory that the caller owns, and neither allocates nor
// throws. A row is read in chunks of entries whose v_j fit the first-level cache together: pass after pass
// (residuals, right-hand side, Gram matrix) runs over a chunk before the next one is touched, and sums are made
// chunk by chunk, so that rounding errors grow with the chunk and the number of chunks, not with the row.
#pragma once

#include <omp.h>

#include <algorithm>
#include <memory>
#include <new>

#include "nadir/linalg/observed.hpp"

namespace nadir::internal {

// Doubles in the widest vector; everything is padded to a multiple of it, whatever the machine.
inline constexpr Index max_lanes = 8;
inline constexpr Index padded(Index size) { return (size + max_lanes - 1) / max_lanes * max_lanes; }

// Doubles on cache-line boundaries, zero at birth.
class AlignedVector {
 public:
  AlignedVector() = default;
  explicit AlignedVector(Index size)
      : data_(new (alignment) double[static_cast<std::size_t>(size)]()) {}
  double* data() const { return data_.get(); }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(double* p) const { ::operator delete[](p, alignment); }
  };
  std::unique_ptr<double[], Free> data_;
};

// The columns of a factor, each on cache lines of its own with zeros behind the rank; or of two factors, column j
// of the second right behind column j of the first.
class PaddedFactor {
 public:
  explicit PaddedFactor(ConstMatrixView factor) : PaddedFactor(factor, {}) {}
  PaddedFactor(ConstMatrixView first, ConstMatrixView second);
  const double* data() const { return data_.data(); }
  Index stride() const { return stride_; }

 private:
  Index stride_;
  AlignedVector data_;
};

// What a thread needs for one row at a time.
struct RowScratch {
  explicit RowScratch(const PaddedFactor& factor);

  Index chunk;                    // entries, a multiple of max_lanes
  std::vector<const double*> v;   // of the entries of a chunk
  AlignedVector residual, scaled; // w e and w m of a chunk
  AlignedVector u, du;            // the row's own, padded
  AlignedVector sum;              // what becomes the row's result, padded
};

struct RowRange {
  Index first, last;
};

void residual_rows(const ObservedRows&, RowRange, ConstMatrixView Ut, const PaddedFactor& V, RowScratch&, double* residual);
// row_errors[i] = 1/2 sum_p w_p e_p^2
void squared_error_rows(const ObservedRows&, RowRange, ConstMatrixView Ut, const PaddedFactor& V, RowScratch&, double* row_errors);
void multiply_rows(const ObservedRows&, RowRange, const double* s, const PaddedFactor& V, RowScratch&, MatrixView out);
// `factors` holds V and dV.
void hessian_product_rows(const ObservedRows&, RowRange, const double* residual, ConstMatrixView Ut, ConstMatrixView dUt,
                          const PaddedFactor& factors, RowScratch&, MatrixView out);

// The normal equations of up to max_lanes rows, one in each lane of a vector, and their solutions.
struct SystemScratch {
  SystemScratch(const PaddedFactor& factor, Index rank, Index num_systems);

  RowScratch row;
  Index rank, padded_rank;
  Index lane_stride;       // vectors a row of `lanes`; odd, because powers of two would fall on the same cache lines
  AlignedVector gram;      // a system: padded_rank x padded_rank, column-major, lower triangle; without the ridge
  AlignedVector rhs;       // a system: b
  AlignedVector gradient;  // a system: A u + ridge u - b, through the residuals
  AlignedVector lanes;     // the triangles interleaved: entry (i, k) of all systems side by side; row `rank` is b
  AlignedVector ridge, solved;  // a number a system; solved: 1 or 0
};

// Systems that solve_systems solves at once.
Index num_lanes();
// Forms system number `system` from a row. Returns 1/2 sum_p w_p e_p^2 and writes the squared gradient norm.
double form_system(const ObservedRows&, Index row, ConstMatrixView Ut, const PaddedFactor& V, double ridge, Index system,
                   SystemScratch&, double& squared_gradient_norm);
// Solves (gram + ridge I) x = rhs for all systems, by Cholesky; rhs is laid out as SystemScratch::rhs is. solved[s] = 1:
// entry k of solution s is solution(k)[s]. solved[s] = 0: a pivot was not safely positive or a number left the
// range; nothing is known of system s.
void solve_systems(SystemScratch&, const double* rhs);
inline const double* solution(const SystemScratch& s, Index k, Index lanes) { return s.lanes.data() + (s.rank * s.lane_stride + k) * lanes; }

// A pivot must exceed this share of its diagonal entry: below, it may be rounding alone.
inline double least_pivot(Index rank) { return 16.0 * static_cast<double>(rank) * 0x1p-53; }

// Threads worth starting for about that many multiplications.
int threads_for(double multiplications);
// The sum by halves, down to a few numbers: rounding errors grow with the logarithm of the count.
double pairwise_sum(std::span<const double> x);

// work(rows, scratch of the thread) for all rows, in blocks that start at multiples of max_lanes and hold about as
// many entries each. Which thread gets which block is left to chance: a row's result must not depend on it.
template <class Scratch, class Work>
void over_row_blocks(const ObservedRows& observed, std::vector<Scratch>& scratch, const Work& work) {
  constexpr Index entries_a_block = 8192;
  const Index rows_wanted = entries_a_block * observed.rows / (observed.num_entries() + observed.rows + 1);
  const Index size = padded(rows_wanted + 1), count = (observed.rows + size - 1) / size;
#pragma omp parallel for schedule(dynamic) num_threads(static_cast<int>(scratch.size()))
  for (Index block = 0; block < count; ++block)
    work(RowRange{block * size, std::min((block + 1) * size, observed.rows)}, scratch[static_cast<std::size_t>(omp_get_thread_num())]);
}

}  // namespace nadir::internal
