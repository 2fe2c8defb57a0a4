// What loss, gradient and Hessian products of a feed-forward network cost, against the plain DGEMM rate of the run.
//
// share_of_dgemm is the time of the same matrix products, done by bare cblas_dgemm on buffers made beforehand,
// divided by ours. Both run alternately in one loop on one thread and are timed by the CPU clock of that thread,
// so that other programs on the machine disturb the ratio little. Arguments: samples, directions.
#include <benchmark/benchmark.h>
#include <cblas.h>
#include <ctime>

#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

constexpr Index batch = 1024;  // of network.cpp

double thread_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

Matrix gaussian(Index rows, Index cols, std::uint64_t stream) {
  Matrix m(rows, cols);
  Random(0, stream).fill_normal(m.flat());
  return m;
}

struct Case {
  std::vector<Index> widths;
  const char* activation;
  bool is_cross_entropy;
};

const Case large_tanh{{784, 256, 256, 10}, "tanh", false}, large_relu{{784, 256, 256, 10}, "relu", true}, small_tanh{{2, 50, 1}, "tanh", false},
    small_relu{{2, 50, 1}, "relu", false};

NetworkOptions options_of(const Case& c, Index samples) {
  NetworkOptions o;
  Matrix y = gaussian(c.is_cross_entropy ? 1 : c.widths.back(), samples, 1);
  if (c.is_cross_entropy)
    for (Index j = 0; j < samples; ++j) y(0, j) = static_cast<double>(j % c.widths.back());
  o.x.values = gaussian(c.widths.front(), samples, 0);
  o.y.values = std::move(y);
  for (std::size_t l = 1; l + 1 < c.widths.size(); ++l) o.hidden.push_back(c.widths[l]);
  o.activation = c.activation;
  o.loss = c.is_cross_entropy ? "cross-entropy" : "squared";
  return o;
}

Vector point_of(const Network& problem) {
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  Random(0, 2).fill_normal(x);
  scale(0.05, x);
  return x;
}

// op(A) op(B) = C of these sizes: m x k times k x n.
struct Shape {
  bool transposes_a, transposes_b;
  Index m, n, k;
};

enum class Work { loss, gradient, product };

// The products of one batch of that many samples: of the loss, the gradient with it, or of one Hessian product.
std::vector<Shape> shapes_of(const std::vector<Index>& d, Index samples, Work work) {
  std::vector<Shape> shapes;
  for (std::size_t l = 1; l < d.size(); ++l) {
    const Shape forward{false, false, d[l], samples, d[l - 1]}, weights{false, true, d[l], d[l - 1], samples}, back{true, false, d[l - 1], samples, d[l]};
    const int repeats = work == Work::product && l > 1 ? 2 : 1;
    for (int i = 0; i < repeats; ++i) {
      shapes.push_back(forward);
      if (work == Work::loss) continue;
      shapes.push_back(weights);
      if (l > 1) shapes.push_back(back);
    }
  }
  return shapes;
}

// Bare products on buffers of their own.
class PlainProducts {
 public:
  explicit PlainProducts(std::vector<Shape> shapes) : shapes_(std::move(shapes)) {
    for (const Shape& s : shapes_) {
      A_.push_back(s.transposes_a ? gaussian(s.k, s.m, 3) : gaussian(s.m, s.k, 3));
      B_.push_back(s.transposes_b ? gaussian(s.n, s.k, 4) : gaussian(s.k, s.n, 4));
      C_.emplace_back(s.m, s.n);
    }
  }
  void run() {
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      const Shape& s = shapes_[i];
      cblas_dgemm(CblasColMajor, s.transposes_a ? CblasTrans : CblasNoTrans, s.transposes_b ? CblasTrans : CblasNoTrans, static_cast<int>(s.m),
                  static_cast<int>(s.n), static_cast<int>(s.k), 1.0, A_[i].data(), static_cast<int>(A_[i].rows()), B_[i].data(),
                  static_cast<int>(B_[i].rows()), 0.0, C_[i].data(), static_cast<int>(s.m));
    }
  }
  double multiply_adds() const {
    double sum = 0.0;
    for (const Shape& s : shapes_) sum += static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.k);
    return sum;
  }

 private:
  std::vector<Shape> shapes_;
  std::vector<Matrix> A_, B_, C_;
};

// `ours` against `repeats` times the plain products.
template <class F>
void compare(benchmark::State& state, PlainProducts plain, double repeats, const F& ours) {
  set_num_threads(1);
  keep_blas_on_this_thread();
  double our_seconds = 0.0, plain_seconds = 0.0;
  ours();
  plain.run();
  for (auto _ : state) {
    const double start = thread_seconds();
    ours();
    const double middle = thread_seconds();
    for (double r = 0.0; r < repeats; r += 1.0) plain.run();
    our_seconds += middle - start;
    plain_seconds += thread_seconds() - middle;
    state.SetIterationTime(middle - start);
  }
  state.counters["share_of_dgemm"] = plain_seconds / our_seconds;
  state.counters["GFLOP/s"] = 2e-9 * plain.multiply_adds() * repeats * static_cast<double>(state.iterations()) / our_seconds;
}

double batches(Index samples) { return static_cast<double>((samples + batch - 1) / batch); }

void loss(benchmark::State& state, const Case& c) {
  const Index samples = state.range(0);
  const NetworkOptions o = options_of(c, samples);
  const Network problem(read_network_data(o));
  const Vector x = point_of(problem);
  compare(state, PlainProducts(shapes_of(c.widths, std::min(samples, batch), Work::loss)), batches(samples), [&] { benchmark::DoNotOptimize(problem.value(x)); });
}

void loss_and_gradient(benchmark::State& state, const Case& c) {
  const Index samples = state.range(0);
  const NetworkOptions o = options_of(c, samples);
  const Network problem(read_network_data(o));
  const Vector x = point_of(problem);
  Vector g(x.size());
  compare(state, PlainProducts(shapes_of(c.widths, std::min(samples, batch), Work::gradient)), batches(samples), [&] { problem.expand(x)->gradient(g); });
}

void hessian_block(benchmark::State& state, const Case& c) {
  const Index samples = state.range(0), directions = state.range(1);
  const NetworkOptions o = options_of(c, samples);
  const Network problem(read_network_data(o));
  const Index n = problem.layout().dimension();
  const auto at = problem.expand(point_of(problem));
  const Matrix U = gaussian(n, directions, 5);
  Matrix out(n, directions);
  compare(state, PlainProducts(shapes_of(c.widths, std::min(samples, batch), Work::product)), batches(samples) * static_cast<double>(directions),
          [&] { at->apply_hessian(U, out); });
}

BENCHMARK_CAPTURE(loss, large_tanh, large_tanh)->Arg(1024)->Arg(10000)->UseManualTime();
BENCHMARK_CAPTURE(loss, large_relu, large_relu)->Arg(1024)->Arg(10000)->UseManualTime();
BENCHMARK_CAPTURE(loss, small_tanh, small_tanh)->Arg(100)->UseManualTime();
BENCHMARK_CAPTURE(loss, small_relu, small_relu)->Arg(100)->UseManualTime();
BENCHMARK_CAPTURE(loss_and_gradient, large_tanh, large_tanh)->Arg(1024)->Arg(10000)->UseManualTime();
BENCHMARK_CAPTURE(loss_and_gradient, large_relu, large_relu)->Arg(1024)->Arg(10000)->UseManualTime();
BENCHMARK_CAPTURE(loss_and_gradient, small_tanh, small_tanh)->Arg(100)->UseManualTime();
BENCHMARK_CAPTURE(loss_and_gradient, small_relu, small_relu)->Arg(100)->UseManualTime();
BENCHMARK_CAPTURE(hessian_block, large_tanh, large_tanh)->Args({1024, 1})->Args({1024, 8})->Args({10000, 8})->UseManualTime();
BENCHMARK_CAPTURE(hessian_block, large_relu, large_relu)->Args({1024, 1})->Args({1024, 8})->Args({10000, 8})->UseManualTime();
BENCHMARK_CAPTURE(hessian_block, small_tanh, small_tanh)->Args({100, 1})->Args({100, 8})->UseManualTime();
BENCHMARK_CAPTURE(hessian_block, small_relu, small_relu)->Args({100, 1})->Args({100, 8})->UseManualTime();

}  // namespace
}  // namespace nadir

BENCHMARK_MAIN();
