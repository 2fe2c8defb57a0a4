// Products in single precision against those in double, which the other tests compare with PyTorch.
#include "nadir/problems/network/passes_float.hpp"

#include <ostream>

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

struct RoughCase {
  const char* activation;
  const char* loss;
  Index samples;
  double kept_bytes;
};

void PrintTo(const RoughCase& c, std::ostream* out) { *out << c.activation << ' ' << c.loss << ' ' << c.samples; }

class RoughProducts : public testing::TestWithParam<RoughCase> {};

TEST_P(RoughProducts, agree_with_exact_ones_to_single_precision) {
  const RoughCase& c = GetParam();
  NetworkOptions o;
  Matrix inputs(7, c.samples);
  Random(0).fill_normal(inputs.flat());
  Matrix targets(std::string(c.loss) == "squared" ? 3 : 1, c.samples);
  for (Index j = 0; j < c.samples; ++j)
    for (Index i = 0; i < targets.rows(); ++i) targets(i, j) = static_cast<double>((i + j) % 3);
  o.x.values = std::move(inputs);
  o.y.values = std::move(targets);
  o.hidden = {11, 5};
  o.activation = c.activation;
  o.loss = c.loss;
  o.weight_decay = 0.01;
  const Network problem(read_network_data(o), c.kept_bytes);
  const Index p = problem.layout().dimension();
  Vector x(static_cast<std::size_t>(p));
  Random(1).fill_normal(x);
  Matrix V(p, 6), exact(p, 6), rough(p, 6);
  Random(2).fill_normal(V.flat());
  FloatMatrix out(p, 6);
  const auto expansion = problem.expand(x);

  expansion->apply_hessian(V, exact);
  expansion->apply_hessian_roughly(to_float(V), out);

  EXPECT_TRUE(expansion->has_rough_hessian());
  convert(out, rough);
  axpy(-1.0, exact.flat(), rough.flat());
  EXPECT_LT(frobenius_norm(rough), 2e-6 * frobenius_norm(exact));
  EXPECT_GT(frobenius_norm(rough), 0.0);
}

INSTANTIATE_TEST_SUITE_P(
    EveryActivation, RoughProducts,
    testing::Values(RoughCase{"tanh", "squared", 50, 1e9}, RoughCase{"relu", "cross-entropy", 50, 1e9}, RoughCase{"gelu", "squared", 50, 1e9},
                    RoughCase{"identity", "cross-entropy", 50, 1e9}, RoughCase{"softplus", "cross-entropy", 2100, 1e9},
                    RoughCase{"elu", "squared", 2100, 0.0}));

}  // namespace
}  // namespace nadir
