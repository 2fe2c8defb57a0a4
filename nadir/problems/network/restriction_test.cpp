// The loss on a plane of weights against the loss itself, for every kind of network and however points are grouped.
#include "nadir/problems/network/restriction.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

Matrix gaussian(Index rows, Index cols, std::uint64_t stream, double size = 1.0) {
  Matrix m(rows, cols);
  Random(7, stream).fill_normal(m.flat());
  for (double& v : m.flat()) v *= size;
  return m;
}

struct Kind {
  const char* activation;
  const char* loss;
  bool has_bias;
  double weight_decay;
  std::vector<std::int64_t> hidden;
  Index samples;
};

std::vector<Kind> kinds() {
  return {{"tanh", "squared", true, 0.0, {9, 5}, 700},
          {"relu", "cross-entropy", true, 0.01, {33}, 1500},
          {"gelu", "squared", false, 0.3, {12, 7, 4}, 3},
          {"identity", "cross-entropy", false, 0.0, {6}, 65}};
}

NetworkOptions options_of(const Kind& kind) {
  NetworkOptions o;
  o.x.values = gaussian(20, kind.samples, 0);
  const bool has_labels = std::string(kind.loss) == "cross-entropy";
  Matrix y = gaussian(has_labels ? 1 : 3, kind.samples, 1);
  if (has_labels)
    for (Index j = 0; j < kind.samples; ++j) y(0, j) = static_cast<double>(j % 3);
  o.y.values = std::move(y);
  o.hidden = kind.hidden;
  o.activation = kind.activation;
  o.loss = kind.loss;
  o.bias = kind.has_bias;
  o.weight_decay = kind.weight_decay;
  return o;
}

Vector place(std::span<const double> origin, ConstMatrixView D, const double* c) {
  Vector x(origin.begin(), origin.end());
  for (Index k = 0; k < D.cols; ++k) axpy(c[k], {D.col(k), x.size()}, x);
  return x;
}

TEST(NetworkRestriction, has_the_values_of_the_network_up_to_rounding) {
  for (const Kind& kind : kinds())
    for (const Index directions : {1, 2, 3}) {
      const NetworkOptions options = options_of(kind);
      const Network network(read_network_data(options));
      const Index n = network.layout().dimension();
      const Matrix origin = gaussian(n, 1, 2, 0.3), D = gaussian(n, directions, 3, 0.4), C = gaussian(directions, 150, 4);
      Vector found(150);

      const auto restriction = network.restrict_to(origin.flat(), D);
      ASSERT_TRUE(restriction);
      restriction->values(C, found);

      for (Index j = 0; j < C.cols(); ++j) {
        const double truth = network.value(place(origin.flat(), D, C.col(j)));
        EXPECT_NEAR(found[static_cast<std::size_t>(j)], truth, 1e-12 * truth) << kind.activation << " " << directions;
      }
    }
}

TEST(NetworkRestriction, gives_the_same_bits_however_points_are_grouped_whatever_is_kept_and_on_any_number_of_threads) {
  const NetworkOptions options = options_of(kinds()[1]);
  const Network keeping(read_network_data(options)), forgetting(read_network_data(options), 0.0);
  const Index n = keeping.layout().dimension();
  const Matrix origin = gaussian(n, 1, 2, 0.3), D = gaussian(n, 2, 3, 0.4), C = gaussian(2, 150, 4);
  Vector all(150), others(150);
  const int threads = num_threads();

  set_num_threads(1);
  keeping.restrict_to(origin.flat(), D)->values(C, all);
  set_num_threads(3);
  keeping.restrict_to(origin.flat(), D)->values(C, others);
  EXPECT_EQ(all, others);
  forgetting.restrict_to(origin.flat(), D)->values(C, others);
  EXPECT_EQ(all, others);
  const auto restriction = keeping.restrict_to(origin.flat(), D);
  for (Index j = 0; j < 150; ++j) restriction->values(C.view().columns(j, 1), std::span(others).subspan(static_cast<std::size_t>(j), 1));
  EXPECT_EQ(all, others);
  set_num_threads(threads);
}

TEST(NetworkRestriction, copies_origin_and_directions_and_passes_overflow_on) {
  const NetworkOptions options = options_of(kinds()[0]);
  const Network network(read_network_data(options));
  const Index n = network.layout().dimension();
  Matrix origin = gaussian(n, 1, 2, 0.3), D = gaussian(n, 1, 3, 0.4);
  const double truth = network.value(origin.flat());

  const auto restriction = network.restrict_to(origin.flat(), D);
  for (double& v : origin.flat()) v = 1e300;
  for (double& v : D.flat()) v = std::nan("");
  Vector found(2);
  const Vector c{0.0, 1e308};
  restriction->values(ConstMatrixView(c.data(), 1, 2), found);

  EXPECT_NEAR(found[0], truth, 1e-12 * truth);
  EXPECT_FALSE(std::isfinite(found[1]));
}

TEST(NetworkRestriction, is_none_where_nothing_is_to_be_shared) {
  NetworkOptions linear = options_of(kinds()[0]);
  linear.hidden = {};
  NetworkOptions narrow = options_of(kinds()[0]);
  narrow.x.values = gaussian(2, 700, 0);
  for (const NetworkOptions* options : {&linear, &narrow}) {
    const Network network(read_network_data(*options));
    const Matrix origin = gaussian(network.layout().dimension(), 1, 2), D = gaussian(network.layout().dimension(), 2, 3);
    EXPECT_EQ(network.restrict_to(origin.flat(), D), nullptr);
    EXPECT_NE(ProblemRef(network).restrict_to(origin.flat(), D), nullptr);
  }
}

}  // namespace
}  // namespace nadir
