// Kernels over observed entries, against the plain DGEMM rate and against touching the same factor rows.
//
// The instance is 20000 x 5000 with 250 entries in every row, 5 million in all. Ours and the yardstick run alternately
// in one loop. On one thread both are timed by the CPU clock of that thread, so that other programs on the machine
// disturb the ratio little; on more threads by the wall clock. Arguments: rank / threads.
//
// Flops of a sweep: r (r + 1) an entry for the Gram matrix, 6 r for right-hand side, gradient and residual, twice;
// r^3 / 3 + 2 r^2 a row and a column. Bytes: what each entry makes a kernel read, its factor rows included.
#include <benchmark/benchmark.h>
#include <cblas.h>
#include <ctime>

#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/normal_equations.hpp"

namespace nadir {
namespace {

constexpr Index num_rows = 20000, num_cols = 5000, entries_a_row = 250, num_entries = num_rows * entries_a_row;

double seconds(int threads) {
  timespec t;
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

Matrix gaussian(Index rows, Index cols, std::uint64_t stream) {
  Matrix m(rows, cols);
  Random random(0, stream);
  random.fill_normal(m.flat());
  return m;
}

// Columns drawn without replacement by passing over all of them [Knuth's algorithm S]; Gaussian values.
const Observed& entries() {
  static const Observed observed = [] {
    std::vector<Index> i, j;
    Random random(0, 1);
    for (Index row = 0; row < num_rows; ++row) {
      Index wanted = entries_a_row;
      for (Index col = 0; wanted > 0; ++col) {
        if (random.uniform() * static_cast<double>(num_cols - col) >= static_cast<double>(wanted)) continue;
        i.push_back(row);
        j.push_back(col);
        --wanted;
      }
    }
    return make_observed(num_rows, num_cols, i, j, gaussian(num_entries, 1, 2).flat(), {});
  }();
  return observed;
}

// The rate of DGEMM where nothing but arithmetic counts.
class PlainProduct {
 public:
  static constexpr Index size = 512;
  void run() {
    const auto n = static_cast<blasint>(size);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, A_.data(), n, B_.data(), n, 0.0, C_.data(), n);
  }
  static constexpr double flops = 2.0 * size * size * size;

 private:
  Matrix A_ = gaussian(size, size, 3), B_ = gaussian(size, size, 4), C_{size, size};
};

void sweep(benchmark::State& state) {
  const Index r = state.range(0);
  const int threads = set_num_threads(static_cast<int>(state.range(1)));
  keep_blas_on_this_thread();
  const Observed& observed = entries();
  Matrix Ut = gaussian(r, num_rows, 5), Vt = gaussian(r, num_cols, 6);
  const Vector row_ridge(num_rows, 1.0), col_ridge(num_cols, 1.0);
  PlainProduct plain;
  double ours = 0.0, theirs = 0.0;
  for (auto _ : state) {
    const double start = seconds(threads);
    solve_rows(observed.by_rows, Ut, Vt, row_ridge, Ut);
    solve_rows(observed.by_cols, Vt, Ut, col_ridge, Vt);
    ours += seconds(threads) - start;
    const double middle = seconds(1);
    plain.run();
    theirs += seconds(1) - middle;
  }
  const double rank = static_cast<double>(r), sweeps = static_cast<double>(state.iterations());
  const double flops = 2.0 * num_entries * rank * (rank + 7.0) + (num_rows + num_cols) * rank * rank * (rank / 3.0 + 2.0);
  const double bytes = 2.0 * num_entries * (8.0 * rank + 12.0);
  state.counters["seconds_a_sweep"] = ours / sweeps;
  state.counters["gflops"] = 1e-9 * flops * sweeps / ours;
  state.counters["dgemm_gflops"] = 1e-9 * PlainProduct::flops * sweeps / theirs;
  state.counters["share_of_dgemm"] = (flops / ours) / (static_cast<double>(threads) * PlainProduct::flops / theirs);
  state.counters["gbytes"] = 1e-9 * bytes * sweeps / ours;
}
BENCHMARK(sweep)->ArgsProduct({{8, 16, 32, 64}, {1, 2}})->Unit(benchmark::kMillisecond)->UseRealTime();

// Touches every cache line of the factor row of every entry: what no kernel over the entries can avoid.
double touch_factor_rows(const ObservedRows& o, ConstMatrixView Vt, int threads) {
  constexpr Index doubles_a_line = 8;
  double total = 0.0;
#pragma omp parallel for schedule(dynamic, 64) num_threads(threads) reduction(+ : total)
  for (Index i = 0; i < o.rows; ++i) {
    double sums[4] = {};
    for (Index p = o.row_starts[static_cast<std::size_t>(i)]; p < o.row_starts[static_cast<std::size_t>(i) + 1]; ++p) {
      const double* v = Vt.col(o.col_index[static_cast<std::size_t>(p)]);
      for (Index k = 0; k < Vt.rows; k += doubles_a_line) sums[p % 4] += v[k];
    }
    total += sums[0] + sums[1] + sums[2] + sums[3];
  }
  return total;
}

// `kernel` against touching `factors`, whose columns it reads for each entry.
template <class Kernel>
void against_touching(benchmark::State& state, ConstMatrixView factors, double bytes_an_entry, const Kernel& kernel) {
  const int threads = num_threads();
  double ours = 0.0, theirs = 0.0;
  for (auto _ : state) {
    const double start = seconds(threads);
    kernel();
    const double middle = seconds(threads);
    benchmark::DoNotOptimize(touch_factor_rows(entries().by_rows, factors, threads));
    theirs += seconds(threads) - middle;
    ours += middle - start;
  }
  const double runs = static_cast<double>(state.iterations());
  state.counters["ns_an_entry"] = 1e9 * ours / (runs * num_entries);
  state.counters["gbytes"] = 1e-9 * runs * num_entries * bytes_an_entry / ours;
  state.counters["share_of_touching"] = theirs / ours;
}

void residual(benchmark::State& state) {
  const Index r = state.range(0);
  set_num_threads(static_cast<int>(state.range(1)));
  const Matrix Ut = gaussian(r, num_rows, 5), Vt = gaussian(r, num_cols, 6);
  Vector out(num_entries);
  against_touching(state, Vt, 8.0 * static_cast<double>(r) + 20.0, [&] { residuals(entries().by_rows, Ut, Vt, out); });
}
BENCHMARK(residual)->ArgsProduct({{8, 16, 32, 64}, {1, 2}})->Unit(benchmark::kMillisecond)->UseRealTime();

void hessian(benchmark::State& state) {
  const Index r = state.range(0);
  set_num_threads(static_cast<int>(state.range(1)));
  const Matrix Ut = gaussian(r, num_rows, 5), Vt = gaussian(r, num_cols, 6), dUt = gaussian(r, num_rows, 7), dVt = gaussian(r, num_cols, 8);
  const Matrix both = gaussian(2 * r, num_cols, 9);
  Vector slack(num_entries);
  residuals(entries().by_rows, Ut, Vt, slack);
  Matrix out(r, num_rows);
  against_touching(state, both, 16.0 * static_cast<double>(r) + 12.0,
                  [&] { hessian_rows(entries().by_rows, slack, Ut, dUt, Vt, dVt, out); });
}
BENCHMARK(hessian)->ArgsProduct({{8, 16, 32}, {1, 2}})->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nadir

BENCHMARK_MAIN();
