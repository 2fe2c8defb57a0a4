// What an iteration on a deep linear network costs: against the plain DGEMM rate, and against samples and depth.
//
// share_of_dgemm is the time of the same matrix products, done by bare cblas_dgemm on buffers made beforehand,
// divided by ours. Both run alternately in one loop on one thread and are timed by the CPU clock of that thread,
// so that other programs on the machine disturb the ratio little. "The same products" are those of one direction
// after another; the shares of blocks exceed 1 where stacking directions pays.
#include <benchmark/benchmark.h>
#include <cblas.h>
#include <ctime>

#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"

namespace nadir {
namespace {

double thread_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

Matrix gaussian(Index rows, Index cols, std::uint64_t stream) {
  Matrix m(rows, cols);
  Random random(0, stream);
  random.fill_normal(m.flat());
  return m;
}

LinearNetwork network(const std::vector<Index>& widths, Index num_samples) {
  return LinearNetwork({widths}, reduce(gaussian(widths.front(), num_samples, 0), gaussian(widths.back(), num_samples, 1)));
}

Vector point_of(const LinearNetwork& problem) {
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  Random random(0, 2);
  random.fill_normal(x);
  scale(0.05, x);
  return x;
}

// op(A) op(B) = C of these sizes: m x k times k x n.
struct Shape {
  bool transposes_a, transposes_b;
  Index m, n, k;
};

// The products of one Hessian-vector product, in the order of linear_network.cpp.
std::vector<Shape> hessian_shapes(const std::vector<Index>& d) {
  const std::size_t H = d.size() - 1;
  const Index o = d.back();
  std::vector<Shape> shapes;
  for (std::size_t l = H; l > 0; --l) {
    shapes.push_back({false, false, o, d[l - 1], d[l]});
    if (l < H) shapes.push_back({false, false, o, d[l - 1], d[l]});
  }
  shapes.push_back({false, false, o, d[0], d[0]});
  for (std::size_t l = 0; l < H; ++l) {
    shapes.push_back({true, false, d[l + 1], d[l], o});
    if (l + 1 == H) break;
    shapes.push_back({true, false, d[l + 1], d[l], o});
    shapes.push_back({false, true, o, d[l + 1], d[l]});
    shapes.push_back({false, true, o, d[l + 1], d[l]});
  }
  return shapes;
}

double multiply_adds(const std::vector<Shape>& shapes) {
  double sum = 0.0;
  for (const Shape& s : shapes) sum += static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.k);
  return sum;
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

 private:
  std::vector<Shape> shapes_;
  std::vector<Matrix> A_, B_, C_;
};

const std::vector<Index> mnist_widths{784, 128, 64, 10};

// Hessian products of the network 784-128-64-10, argument: directions in a block.
void hessian_block(benchmark::State& state) {
  set_num_threads(1);
  const LinearNetwork problem = network(mnist_widths, 2000);
  const Index directions = state.range(0), dimension = problem.layout().dimension();
  const auto here = problem.expand(point_of(problem));
  const Matrix U = gaussian(dimension, directions, 5);
  Matrix out(dimension, directions);
  const std::vector<Shape> shapes = hessian_shapes(mnist_widths);
  PlainProducts plain(shapes);
  double ours = 0.0, theirs = 0.0;
  for (auto _ : state) {
    const double start = thread_seconds();
    here->apply_hessian(U, out);
    const double middle = thread_seconds();
    for (Index j = 0; j < directions; ++j) plain.run();
    theirs += thread_seconds() - middle;
    ours += middle - start;
  }
  const double flops = 2.0 * multiply_adds(shapes) * static_cast<double>(directions) * static_cast<double>(state.iterations());
  state.counters["gflops"] = 1e-9 * flops / ours;
  state.counters["dgemm_gflops"] = 1e-9 * flops / theirs;
  state.counters["share_of_dgemm"] = theirs / ours;
}
BENCHMARK(hessian_block)->Arg(1)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond);

// The rate of DGEMM where nothing but arithmetic counts: 768 x 768, one thread.
void large_dgemm(benchmark::State& state) {
  set_num_threads(1);
  PlainProducts plain({{false, false, 768, 768, 768}});
  const double start = thread_seconds();
  for (auto _ : state) plain.run();
  state.counters["dgemm_gflops"] = 2e-9 * 768.0 * 768.0 * 768.0 * static_cast<double>(state.iterations()) / (thread_seconds() - start);
}
BENCHMARK(large_dgemm)->Unit(benchmark::kMillisecond);

// One value, gradient and Hessian product: what an iteration of a solver asks for.
void iterate(benchmark::State& state, const LinearNetwork& problem) {
  Vector x = point_of(problem), gradient(x.size());
  Matrix out(problem.layout().dimension(), 1);
  double seconds = 0.0;
  for (auto _ : state) {
    const double start = thread_seconds();
    const auto here = problem.expand(x);
    here->gradient(gradient);
    here->apply_hessian({gradient.data(), out.rows(), 1}, out);
    seconds += thread_seconds() - start;
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["cpu_us"] = 1e6 * seconds / static_cast<double>(state.iterations());
}

// The cost of an iteration does not depend on the number of samples (argument).
void iteration_by_samples(benchmark::State& state) {
  set_num_threads(1);
  const LinearNetwork problem = network({64, 32, 16, 10}, state.range(0));
  iterate(state, problem);
}
BENCHMARK(iteration_by_samples)->RangeMultiplier(10)->Range(1000, 1000000)->Unit(benchmark::kMicrosecond);

// ... and grows in proportion to the number of layers (argument), all of width 64.
void iteration_by_depth(benchmark::State& state) {
  set_num_threads(1);
  const LinearNetwork problem = network(std::vector<Index>(static_cast<std::size_t>(state.range(0)) + 1, 64), 1000);
  iterate(state, problem);
  state.counters["cpu_us_a_layer"] = state.counters["cpu_us"] / static_cast<double>(state.range(0));
}
BENCHMARK(iteration_by_depth)->RangeMultiplier(2)->Range(2, 64)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace nadir

BENCHMARK_MAIN();
