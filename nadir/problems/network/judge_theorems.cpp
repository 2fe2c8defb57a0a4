#include "nadir/problems/network/judge_theorems.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/descent_at_kinks.hpp"
#include "nadir/problems/network/isolated_minimum.hpp"
#include "nadir/problems/network/midpoint_minimum.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir {
namespace {

// Claims leave room: whoever checks them encloses the same numbers in another way.
constexpr double room = 1e-6;

std::string text(double x) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3g", x);
  return buffer;
}

// Multiplications of the test at kinks: some seconds.
constexpr double max_kink_test_work = 1e10;

double kink_test_work(const NetworkData& data) {
  double work = static_cast<double>(data.num_samples());
  for (const Index width : data.widths) work *= static_cast<double>(width);
  return work;
}

double samples(const Network& problem) { return static_cast<double>(problem.data().num_samples()); }

// derivative / (n |direction|) from above, for a negative derivative of n f.
double per_unit_length(double derivative, double n, std::span<const double> direction) {
  const Interval length = sqrt(enclose_dot(direction, direction));
  return (Interval::point(derivative) / (Interval::point(n) * length)).upper * (1.0 - room);
}

const char* const contraction = "Newton's map contracts where the Hessian is positive definite (Newton-Kantorovich)";

std::string flat_changes(const NetworkData& data) {
  bool rescales = false, changes_basis = false;
  for (std::size_t l = 0; l + 1 < data.num_layers() && data.weight_decay == 0.0; ++l) {
    const bool is_identity = data.activations[l].kind == ActivationKind::identity;
    changes_basis = changes_basis || is_identity;
    rescales = rescales || (!is_identity && data.activations[l].is_homogeneous());
  }
  std::string words;
  const auto add = [&](const char* word) { words += (words.empty() ? "" : ", ") + std::string(word); };
  if (rescales) add("rescaling of units");
  if (changes_basis) add("changes of basis between linear layers");
  if (data.weight_decay != 0.0 && data.has_bias && data.num_layers() > 1) add("biases of units without weights");
  if (data.is_cross_entropy) add("a shift common to all outputs");
  return words;
}

std::optional<double> state_midpoint_minimum(const Network& problem, std::span<const double> x, JudgementBuilder& builder) {
  const std::optional<MidpointMinimum> minimum = find_midpoint_minimum(problem, x);
  if (!minimum) return std::nullopt;
  const double radius = minimum->radius * (1.0 + room), value = minimum->value * (1.0 - 1e-12);
  if (!(radius <= 0.9e-6 * norm(x))) return std::nullopt;
  builder.prove("plateau-minimum",
                "one sample is the midpoint of the others and every unit is convex near its input: a local minimum lies within " + text(radius),
                "Yun, Sra, Jadbabaie 2019 (small nonlinearities), theorem 2, for a given point", {{"radius", radius}, {"value", value}});
  return value;
}

}  // namespace

void state_exact_fit(const Network& problem, std::span<const double> x, JudgementBuilder& builder) {
  const std::optional<ExactFitCase> c = exact_fit_case(problem, x);
  if (!c) return;
  const std::optional<InterpolationProof> proof = prove_exact_fit(c->layers, c->residual);
  if (!proof) return;
  InterpolationBounds bounds = proof->bounds;
  bounds.sigma *= 1.0 - room;
  bounds.lipschitz *= 1.0 + room;
  bounds.residual *= 1.0 + room;
  const std::optional<double> radius = exact_fit_radius(bounds);
  if (!radius || !(*radius * (1.0 + room) <= bounds.max_radius)) return;
  builder.prove("interpolating-point", "weights that fit every sample exactly, with the value 0, lie within " + text(*radius),
                "Newton-Kantorovich with more unknowns than equations",
                {{"radius", *radius * (1.0 + room)},
                 {"sigma", bounds.sigma},
                 {"input_norm", spectral_norm_upper(c->layers.inputs) * (1.0 + 0.5 * room)},
                 {"max_radius", bounds.max_radius}});
}

std::optional<double> state_plateau_minimum(const Network& problem, std::span<const double> x, JudgementBuilder& builder) {
  if (const std::optional<double> value = state_midpoint_minimum(problem, x, builder)) return value;
  const std::optional<std::vector<PiecewiseLinearLayer>> layers = piecewise_linear_layers(problem, x);
  if (!layers) return std::nullopt;
  const LocallyAffineReport r = examine_locally_affine(*layers, problem.data().x, problem.data().y);
  const double radius = r.radius * (1.0 + room), value = div_down(r.optimum_lower, samples(problem)) * (1.0 - 1e-12);
  if (!r.is_minimum || !(radius <= 0.9e-6 * norm(x)) || !std::isfinite(value)) return std::nullopt;
  builder.prove("plateau-minimum",
                "no unit changes its sign on the data: the network is affine near the point, and a local minimum, as good as the best affine map, "
                "lies within " + text(radius),
                "Yun, Sra, Jadbabaie 2019 (small nonlinearities), theorem 1, for a given point", {{"radius", radius}, {"value", value}});
  return value;
}

bool state_isolated_minimum(const Network& problem, std::span<const double> x, JudgementBuilder& builder) {
  const std::optional<NetworkMinimum> minimum = prove_isolated_minimum(problem, x);
  if (!minimum) return false;
  const Numbers numbers = {{"radius", minimum->radius}, {"least_eigenvalue", minimum->least_eigenvalue}};
  const std::string where = "lies within " + text(minimum->radius);
  if (minimum->fixed.empty()) {
    builder.prove("isolated-minimum", "a strict local minimum " + where + ", the only critical point there", contraction, numbers);
    return true;
  }
  builder.prove("minimum-up-to-symmetry",
                "a local minimum " + where + ", strict but for changes that leave the value as it is (" + flat_changes(problem.data()) + ")",
                contraction, numbers);
  Matrix& slice = builder.certificate().witness["slice"] = Matrix(static_cast<Index>(minimum->fixed.size()), 1);
  std::copy(minimum->fixed.begin(), minimum->fixed.end(), slice.data());
  return true;
}

std::optional<KinkStatement> state_kinks(const Network& problem, std::span<const double> x, double scale, double tolerance,
                                         JudgementBuilder& builder) {
  const char* const theorem = "Yun, Sra, Jadbabaie 2019 (testing local optimality), and convexity of the loss";
  if (kink_test_work(problem.data()) > max_kink_test_work) return std::nullopt;
  const std::optional<KinkCase> c = kink_case(problem, x);
  if (!c) return std::nullopt;
  const KinkReport r = examine_kinks(*c);
  KinkStatement s;
  s.standing = r.standing;
  const Numbers counts = {{"samples_on_kinks", static_cast<double>(r.boundary_pairs)}, {"flat_rays", static_cast<double>(r.flat_rays)}};
  switch (r.standing) {
    case KinkStanding::undecided:
      builder.note("the test at kinks does not decide: " + r.reason, theorem, Standing::undecided, Rigor::numerical, counts);
      break;
    case KinkStanding::second_order_stationary:
      builder.note("no direction descends at first or second order", theorem, Standing::holds, Rigor::numerical, counts);
      break;
    case KinkStanding::local_minimum: {
      const std::string sentence = "no direction descends, by the convexity of the loss: a local minimum, kinks included";
      // The checker knows the squared loss only.
      s.is_proved = r.rigor == Rigor::proved && !problem.data().is_cross_entropy;
      if (s.is_proved) builder.prove("local-minimum", sentence, theorem, {});
      else builder.note(sentence, theorem, Standing::holds, Rigor::numerical, counts);
      break;
    }
    case KinkStanding::descends: {
      s.order = r.direction->order;
      s.direction = as_displacement(problem, *r.direction);
      const double slope = per_unit_length(r.direction->derivative.upper, samples(problem), s.direction);
      s.is_proved = r.rigor == Rigor::proved && !problem.data().is_cross_entropy && -slope > tolerance * scale * (1.0 + room);
      if (s.is_proved) {
        builder.prove("directional-derivative", "the one-sided derivative along a direction of length 1 is at most " + text(slope), theorem,
                      {{"derivative", slope}, {"scale", scale}, {"tolerance", tolerance}});
        builder.certificate().witness["direction"] =
            Matrix(ConstMatrixView(s.direction.data(), static_cast<Index>(s.direction.size()), 1));
      } else {
        builder.note("a direction descends", theorem, Standing::holds, Rigor::numerical, counts);
      }
    }
  }
  return s;
}

std::optional<Vector> state_falling_direction(const Network& problem, std::span<const double> x, double scale, double tolerance,
                                              JudgementBuilder& builder) {
  const std::optional<FallingDirection> found = find_falling_direction(problem, x);
  if (!found) return std::nullopt;
  const double slope = found->slope * (1.0 - room);
  if (!(-slope > tolerance * scale * (1.0 + room))) return std::nullopt;
  builder.prove("directional-derivative", "the one-sided derivative along a direction of length 1 is at most " + text(slope),
                "chain rule of one-sided derivatives (Shapiro 1990)", {{"derivative", slope}, {"scale", scale}, {"tolerance", tolerance}});
  builder.certificate().witness["direction"] = Matrix(ConstMatrixView(found->direction.data(), static_cast<Index>(found->direction.size()), 1));
  return found->direction;
}

}  // namespace nadir
