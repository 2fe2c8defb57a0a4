// Tucker decompositions against the plain GEMM rate of the same run; one line of JSON.
//
// usage: nadir_tensor_bench FILE.npy RANK [SWEEPS]
//
// One thread, timed by its CPU clock, so that other programs on the machine disturb ratios little; each figure is the
// least of three, taken in turn with a GEMM (1000 x 1000, double or float as the tensor).
//
// Counts, for extents n_k, N entries and ranks r: a Gram matrix n_k N flops and one pass over the tensor, a product with
// 2 r N flops and one pass. The first mode of a truncation is both, (n + 2 r) N flops and two passes; the second has a
// tensor r / n as large. 200^3 at 20: 1.92 + 0.19 + 0.02 = 2.1 Gflop, 2 x 64 MB. Ten sweeps of HOOI with products shared
// between modes: 10 d / (d - 1) of them, 15 for d = 3: 4.8 Gflop, 15 x 64 MB. The share of GEMM of a thin product is
// bounded by memory: 2 r flops for 8 bytes, so at 20 GB/s 5 r Gflop/s;
// read_gbytes is the rate of a dot product over the tensor.
#include <cblas.h>
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/io/tensor_file.hpp"
#include "nadir/linalg/tucker_decomposition.hpp"

namespace nadir {
namespace {

double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class F>
double seconds_of(F&& f) {
  const double begin = cpu_seconds();
  f();
  return cpu_seconds() - begin;
}

void gemm(int n, const double* A, const double* B, double* C) {
  cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, A, n, B, n, 0.0, C, n);
}
void gemm(int n, const float* A, const float* B, float* C) {
  cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0F, A, n, B, n, 0.0F, C, n);
}

double read_all(std::span<const double> x) { return cblas_ddot(static_cast<blasint>(x.size()), x.data(), 1, x.data(), 1); }
double read_all(std::span<const float> x) { return cblas_sdot(static_cast<blasint>(x.size()), x.data(), 1, x.data(), 1); }

// The most memory that this process has had, in bytes.
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (double kilobytes = 0; word == "VmHWM:" && status >> kilobytes) return 1024.0 * kilobytes;
  return 0.0;
}

struct Figures {
  double gemm = 1e300, read = 1e300, sthosvd = 1e300, hooi = 1e300;
  std::vector<double> gram, product;  // by mode
};

template <class Scalar>
void measure(TensorView<Scalar> T, Index rank, int sweeps) {
  constexpr int n = 1000;
  const int d = T.num_modes();
  const double bytes = static_cast<double>(T.size()) * sizeof(Scalar), before = peak_bytes();
  TuckerDecomposition start;
  HooiResult result;
  double peak_of_sthosvd = 0.0;
  Figures f;
  f.gram.assign(static_cast<std::size_t>(d), 1e300);
  f.product = f.gram;
  for (int round = 0; round < 3; ++round) {
    f.sthosvd = std::min(f.sthosvd, seconds_of([&] { start = sthosvd(T, {.ranks = {rank}}); }));
    f.hooi = std::min(f.hooi, seconds_of([&] { result = hooi(T, start, {.max_sweeps = sweeps, .tol = 0.0}); }));
    if (round == 0) peak_of_sthosvd = peak_bytes();  // with hooi; the products below are measured after it
    std::vector<Scalar> A(n * n, Scalar(0.5)), B(n * n, Scalar(0.25)), C(n * n);
    f.gemm = std::min(f.gemm, seconds_of([&] { gemm(n, A.data(), B.data(), C.data()); }));
    double square = 0.0;
    f.read = std::min(f.read, seconds_of([&] { square = read_all(T.flat()); }));
    if (!(square >= 0.0)) std::fputs("no square\n", stderr);  // so that it is not left out
    for (int k = 0; k < d; ++k) {
      const auto at = static_cast<std::size_t>(k);
      std::vector<Scalar> out(static_cast<std::size_t>(T.shape.with(k, rank).size()));
      f.gram[at] = std::min(f.gram[at], seconds_of([&] { gram(T, k, GramSums::in_storage); }));
      f.product[at] = std::min(f.product[at], seconds_of([&] { mode_product(T, k, start.factors[at], Op::transpose, std::span(out)); }));
    }
  }
  const double rate = 2e9 / f.gemm, size = static_cast<double>(T.size());
  std::printf("{\"shape\": \"%s\", \"float\": %s, \"rank\": %td, \"gemm_gflops\": %.1f, \"read_gbytes\": %.1f, \"sthosvd_seconds\": %.5f, \"hooi_seconds\": %.5f, "
              "\"sweeps\": %d, \"sthosvd_error\": %.12f, \"hooi_error\": %.12f, \"bytes_over_tensor\": %.3f",
              T.shape.text().c_str(), sizeof(Scalar) == 4 ? "true" : "false", rank, rate / 1e9, bytes / f.read / 1e9, f.sthosvd, f.hooi, sweeps,
              start.relative_error(), result.decomposition.relative_error(), 1.0 + (peak_of_sthosvd - before) / bytes);
  for (int k = 0; k < d; ++k) {
    const auto at = static_cast<std::size_t>(k);
    std::printf(", \"gram%d_share\": %.2f, \"product%d_share\": %.2f", k, static_cast<double>(T.shape[k]) * size / f.gram[at] / rate, k,
                2.0 * static_cast<double>(rank) * size / f.product[at] / rate);
  }
  std::puts("}");
}

}  // namespace
}  // namespace nadir

int main(int argc, char** argv) {
  using namespace nadir;
  if (argc < 3) return std::fputs("usage: nadir_tensor_bench FILE.npy RANK [SWEEPS]\n", stderr), 2;
  try {
    set_num_threads(1);
    keep_blas_on_this_thread();
    const DataTensor tensor = read_tensor(argv[1]);
    if (tensor.is_sparse() || tensor.is_on_disk) throw InputError(argv[1], "a dense tensor that fits into memory", "another");
    const Index rank = std::atol(argv[2]);
    const int sweeps = argc > 3 ? std::atoi(argv[3]) : 10;
    if (tensor.floats) measure(tensor.floats->whole(), rank, sweeps);
    else measure(tensor.doubles->whole(), rank, sweeps);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 2;
  }
  return 0;
}
