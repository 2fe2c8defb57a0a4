#include "nadir/landscape/saddle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/krylov.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t basis_stream = 0x73616464000000;
constexpr double good = 0.25, poor = 0.75;          // shares of the foretold change by which the model may be wrong
constexpr double least_radius = 1e-14;              // relative to the point's size
constexpr double flat = 1e-9;                       // of the largest eigenvalue: symmetries have zeros, and gradients their rounding
constexpr double noise = 100.0 * std::numeric_limits<double>::epsilon();
constexpr int bisections = 60;

struct Here {
  Vector point;
  std::unique_ptr<Expansion> expansion;
  Vector gradient;
  double gradient_norm = 0.0;

  double value() const { return expansion->value(); }
  bool is_finite() const { return std::isfinite(value()) && std::isfinite(gradient_norm); }
};

Here look(ProblemRef problem, Vector point) {
  Here here{std::move(point), nullptr, {}, 0.0};
  here.expansion = problem.expand(here.point);
  here.gradient.resize(here.point.size());
  here.expansion->gradient(here.gradient);
  here.gradient_norm = norm(here.gradient);
  return here;
}

// The Hessian on a Krylov space: eigenvalues, and the gradient in the eigenvectors' coordinates.
struct Model {
  BlockKrylov<double> krylov;
  SymmetricEigen ritz;
  Vector gamma;
  bool is_finite = true;
};

Model model_at(const Here& here, std::span<const double> ascent, const SaddleOptions& options) {
  const Index n = std::ssize(here.point);
  Model model{BlockKrylov<double>(n, options.max_basis, Orthogonality::full), {}, {}};
  Random random(options.seed, basis_stream);
  Matrix first(n, ascent.empty() ? 1 : 2);
  std::copy(here.gradient.begin(), here.gradient.end(), first.col(0));
  scale(1.0 / here.gradient_norm, {first.col(0), here.gradient.size()});  // beside a unit vector a short one would be dropped
  if (!ascent.empty()) std::copy(ascent.begin(), ascent.end(), first.col(1));
  model.krylov.append(first);
  if (ascent.empty() || model.krylov.size() == 0) model.krylov.append_random(1, random);
  const auto apply = [&](ConstMatrixView V, MatrixView out) { here.expansion->apply_hessian(V, out); };
  using Growth = BlockKrylov<double>::Growth;
  for (Growth growth = Growth::grew; growth != Growth::full;) {
    growth = model.krylov.expand(apply);
    model.is_finite = growth != Growth::not_finite;
    if (!model.is_finite) return model;
    if (growth == Growth::closed && model.krylov.append_random(1, random) == 0) break;
  }
  model.ritz = model.krylov.ritz();
  const Index m = model.krylov.num_projected();
  Vector in_basis(static_cast<std::size_t>(m));
  multiply_vector(1.0, model.krylov.basis().columns(0, m), Op::transpose, here.gradient.data(), 0.0, in_basis.data());
  model.gamma.resize(in_basis.size());
  multiply_vector(1.0, model.ritz.vectors, Op::transpose, in_basis.data(), 0.0, model.gamma.data());
  return model;
}

Vector step_coordinates(const Model& model, double mu) {
  Vector s(model.gamma.size());
  const double largest = std::fmax(std::fabs(model.ritz.values.front()), std::fabs(model.ritz.values.back()));
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double stiffness = std::fmax(std::fabs(model.ritz.values[i]), flat * largest) + mu;
    s[i] = model.gamma[i] == 0.0 ? 0.0 : (i == 0 ? 1.0 : -1.0) * model.gamma[i] / stiffness;
  }
  return s;
}

// The least mu for which the step stays within the radius, by bisection of its logarithm.
Vector step_within(const Model& model, double radius) {
  Vector s = step_coordinates(model, 0.0);
  if (norm(s) <= radius) return s;
  double high = std::fmax(norm(model.gamma) / radius, std::numeric_limits<double>::min()), low = 1e-16 * high;
  for (int k = 0; k < bisections && high > low * (1.0 + 1e-3); ++k) {
    const double middle = std::sqrt(low) * std::sqrt(high);
    (norm(step_coordinates(model, middle)) <= radius ? high : low) = middle;
  }
  return step_coordinates(model, high);
}

Vector in_space(const Model& model, std::span<const double> ritz_coordinates) {
  const Index m = model.krylov.num_projected();
  Matrix coefficients(m, 1), out(model.krylov.dimension(), 1);
  multiply_vector(1.0, model.ritz.vectors, Op::none, ritz_coordinates.data(), 0.0, coefficients.data());
  model.krylov.combine(coefficients, out);
  return Vector(out.flat().begin(), out.flat().end());
}

// What the model foretells: the change of the value, and the sum of rise and fall without cancellation.
struct Foretold {
  double change = 0.0, turnover = 0.0;
};

Foretold foretell(const Model& model, const Vector& s) {
  Foretold f;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double part = model.gamma[i] * s[i] + 0.5 * model.ritz.values[i] * s[i] * s[i];
    f.change += part;
    f.turnover += std::fabs(part);
  }
  return f;
}

class Following {
 public:
  Following(ProblemRef problem, Here start, std::span<const double> ascent, const SaddleOptions& options)
      : problem_(problem), options_(options), here_(std::move(start)), ascent_(ascent.begin(), ascent.end()), radius_(options.first_radius) {}

  SaddleSearch run();

 private:
  bool is_within() const { return here_.gradient_norm <= options_.gradient_tol * here_.expansion->gradient_scale(); }
  // False when no step helps any more.
  bool step();
  bool takes(const Here& next, const Foretold& foretold, double size);

  ProblemRef problem_;
  const SaddleOptions& options_;
  Here here_;
  Vector ascent_;
  double radius_;
};

// Where the foretold change drowns in rounding the gradient decides.
bool Following::takes(const Here& next, const Foretold& foretold, double size) {
  if (!next.is_finite()) {
    radius_ = 0.25 * size;
    return false;
  }
  if (foretold.turnover <= noise * std::fabs(here_.value()) || foretold.turnover == 0.0) {
    if (next.gradient_norm < here_.gradient_norm) return true;
    radius_ = 0.25 * size;
    return false;
  }
  const double wrong = std::fabs(next.value() - here_.value() - foretold.change) / foretold.turnover;
  if (wrong <= good) radius_ = std::fmax(radius_, 2.0 * size);
  if (wrong > 0.5 * (good + poor)) radius_ = 0.5 * size;
  return wrong <= poor || next.gradient_norm < 0.5 * here_.gradient_norm;
}

bool Following::step() {
  Model model = model_at(here_, ascent_, options_);
  if (!model.is_finite) return false;
  Vector least(model.gamma.size(), 0.0);
  least[0] = 1.0;
  ascent_ = in_space(model, least);
  double largest = 1.0;
  for (const double x : here_.point) largest = std::fmax(largest, std::fabs(x));
  while (radius_ > least_radius * largest) {
    const Vector s = step_within(model, radius_), way = in_space(model, s);
    Vector moved = here_.point;
    axpy(1.0, way, moved);
    if (moved == here_.point) return false;
    Here next = look(problem_, std::move(moved));
    if (!takes(next, foretell(model, s), norm(way))) continue;
    here_ = std::move(next);
    return true;
  }
  return false;
}

SaddleSearch Following::run() {
  SaddleSearch best{here_.point, here_.value(), here_.gradient_norm};
  while (best.iterations < options_.max_iterations && here_.is_finite()) {
    const bool was_within = is_within();
    const double before = here_.gradient_norm;
    if (before == 0.0 || !step()) break;
    ++best.iterations;
    if (here_.gradient_norm < best.gradient_norm) best.point = here_.point, best.value = here_.value(), best.gradient_norm = here_.gradient_norm;
    if (was_within && !(here_.gradient_norm < 0.5 * before)) break;
    best.is_stopped = options_.should_stop && options_.should_stop();
    if (best.is_stopped) break;
  }
  best.is_converged = best.gradient_norm <= options_.gradient_tol * here_.expansion->gradient_scale();
  return best;
}

}  // namespace

SaddleSearch follow_to_saddle(ProblemRef problem, std::span<const double> start, std::span<const double> ascent, const SaddleOptions& options) {
  const std::size_t n = static_cast<std::size_t>(problem.dimension());
  for (const std::size_t size : {start.size(), ascent.empty() ? n : ascent.size()})
    if (size != n) throw InputError("follow_to_saddle", "vectors of " + std::to_string(n) + " numbers", std::to_string(size));
  if (!(options.first_radius > 0.0)) throw InputError("follow_to_saddle first_radius", "a number > 0", std::to_string(options.first_radius));
  return Following(problem, look(problem, Vector(start.begin(), start.end())), ascent, options).run();
}

}  // namespace nadir
