#include "nadir/landscape/directions.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/landscape/extremes.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t direction_stream = 0x6469726563740000;
constexpr double least_left = 1e-6;    // of a direction, once it is made orthogonal
constexpr double largest_cosine = 0.1;  // between random directions that are left as they are
constexpr std::uint64_t most_draws = 64;

// Entries first, first + stride, ... of a point: what is scaled together.
struct Part {
  Index first, count, stride;
};

std::vector<Part> parts_of(const Layout& layout, const RandomDirections& options) {
  if (options.normalisation == Normalisation::none) return {{0, layout.dimension(), 1}};
  const bool has_rows = std::any_of(layout.blocks().begin(), layout.blocks().end(), [](const BlockShape& b) { return b.cols > 1; });
  std::vector<Part> parts;
  for (const BlockShape& block : layout.blocks()) {
    const bool is_bias = std::find(options.biases.begin(), options.biases.end(), block.name) != options.biases.end();
    if (options.normalisation == Normalisation::layer || is_bias || !has_rows) parts.push_back({block.offset, block.size(), 1});
    else
      for (Index i = 0; i < block.rows; ++i) parts.push_back({block.offset + i, block.cols, block.rows});
  }
  return parts;
}

double part_dot(const Part& part, std::span<const double> x, std::span<const double> y) {
  double sum = 0.0;
  for (Index k = 0; k < part.count; ++k) {
    const auto i = static_cast<std::size_t>(part.first + k * part.stride);
    sum += x[i] * y[i];
  }
  return sum;
}

void scale_part(const Part& part, double factor, std::span<double> x) {
  for (Index k = 0; k < part.count; ++k) x[static_cast<std::size_t>(part.first + k * part.stride)] *= factor;
}

// Takes from x its part along y, within the entries of `part`, twice, as one pass leaves the rounding of what cancels.
void make_part_orthogonal(const Part& part, std::span<const double> y, std::span<double> x) {
  const double squares = part_dot(part, y, y);
  if (part.count < 2 || !(squares > 0.0)) return;
  for (int pass = 0; pass < 2; ++pass) {
    const double share = part_dot(part, x, y) / squares;
    for (Index k = 0; k < part.count; ++k) {
      const auto i = static_cast<std::size_t>(part.first + k * part.stride);
      x[i] -= share * y[i];
    }
  }
}

double part_norm(const Part& part, std::span<const double> x) {
  double largest = 0.0;
  for (Index k = 0; k < part.count; ++k) largest = std::fmax(largest, std::fabs(x[static_cast<std::size_t>(part.first + k * part.stride)]));
  if (!(largest > 0.0)) return 0.0;
  double sum = 0.0;
  for (Index k = 0; k < part.count; ++k) sum += std::pow(x[static_cast<std::size_t>(part.first + k * part.stride)] / largest, 2);
  return largest * std::sqrt(sum);
}

Vector draw(const Layout& layout, std::span<const double> point, const std::vector<Part>& parts, const RandomDirections& options, std::uint64_t stream,
            const Vector* other) {
  Vector d(point.size());
  Random(options.seed, direction_stream + stream).fill_normal(d);
  if (!options.with_biases)
    for (const BlockShape& block : layout.blocks())
      if (std::find(options.biases.begin(), options.biases.end(), block.name) != options.biases.end())
        std::fill_n(d.begin() + block.offset, block.size(), 0.0);
  for (const Part& part : parts) {
    if (other) make_part_orthogonal(part, *other, d);
    if (options.normalisation == Normalisation::none) continue;
    const double own = part_norm(part, d), wanted = part_norm(part, point);
    if (own > 0.0) scale_part(part, wanted / own, d);
  }
  return d;
}

double cosine(std::span<const double> x, std::span<const double> y) {
  const double lengths = norm(x) * norm(y);
  return lengths > 0.0 ? dot(x, y) / lengths : 0.0;
}

void require_length(const Vector& d, const RandomDirections& options) {
  const double length = norm(d);
  if (length > 0.0 && std::isfinite(length)) return;
  throw InputError("random direction", "a point with entries to scale it by, or the normalisation none",
                   std::string("nothing left of it under the normalisation ") + name_of(options.normalisation));
}

// direction <- direction minus its part along `first`, twice; false where next to nothing is left.
bool remove_along(std::span<const double> first, std::span<double> direction) {
  const double length = norm(direction), other = norm(first);
  if (!(length > 0.0) || !(other > 0.0)) return false;
  for (int pass = 0; pass < 2; ++pass) axpy(-(dot(first, direction) / other) / other, first, direction);
  return norm(direction) > least_left * length;
}

std::string numbered(const char* what, int number, int count) { return count == 1 ? what : std::string(what) + " " + std::to_string(number + 1); }

Direction eigenvector(const Matrix& vectors, Index column, double value, const char* label) {
  Direction direction{.kind = AxisKind::eigenvector, .label = label, .normalisation = {}, .eigenvalue = value, .explained = {}, .step = {}};
  direction.step.assign(vectors.col(column), vectors.col(column) + vectors.rows());
  return direction;
}

}  // namespace

const char* name_of(AxisKind kind) {
  switch (kind) {
    case AxisKind::random: return "random";
    case AxisKind::eigenvector: return "eigenvector";
    case AxisKind::to: return "to";
    case AxisKind::trajectory: break;
  }
  return "trajectory";
}

const char* name_of(Normalisation normalisation) {
  switch (normalisation) {
    case Normalisation::filter: return "filter";
    case Normalisation::layer: return "layer";
    case Normalisation::none: break;
  }
  return "none";
}

std::vector<std::string> bias_blocks(const Layout& layout) {
  std::vector<std::string> names;
  for (const BlockShape& block : layout.blocks()) {
    const std::string& name = block.name;
    const bool is_numbered_b = name.front() == 'b' && std::all_of(name.begin() + 1, name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (block.cols == 1 && (is_numbered_b || name.ends_with("bias"))) names.push_back(name);
  }
  return names;
}

bool make_orthogonal(std::span<const double> first, std::span<double> direction) {
  const double length = norm(direction);
  if (!remove_along(first, direction)) return false;
  scale(length / norm(direction), direction);
  return true;
}

std::vector<Direction> random_directions(const Layout& layout, std::span<const double> point, int count, const RandomDirections& options) {
  const std::vector<Part> parts = parts_of(layout, options);
  std::vector<Direction> directions;
  for (int number = 0; number < count; ++number) {
    Direction direction{.label = numbered("random direction", number, count), .normalisation = options.normalisation, .eigenvalue = {}, .explained = {}, .step = {}};
    bool is_apart = false;
    for (std::uint64_t attempt = 0; attempt < most_draws && !is_apart; ++attempt) {
      const Vector* other = number == 0 ? nullptr : &directions.front().step;
      direction.step = draw(layout, point, parts, options, static_cast<std::uint64_t>(number) + 2 * attempt, other);
      require_length(direction.step, options);
      is_apart = !other || std::fabs(cosine(*other, direction.step)) <= largest_cosine || make_orthogonal(*other, direction.step);
    }
    if (!is_apart) throw InputError("random directions", "room for two of them", "a point with one entry that may move");
    directions.push_back(std::move(direction));
  }
  return directions;
}

std::vector<Direction> eigenvector_directions(const Expansion& expansion, const Layout& layout, int count, std::uint64_t seed,
                                              const std::function<bool()>& should_stop) {
  const Index n = layout.dimension();
  if (count > n) throw InputError("eigenvectors", "at least " + std::to_string(count) + " parameters", std::to_string(n));
  ExtremesOptions options{.count = 1, .tol = 1e-4, .must_exclude = false, .seed = seed, .should_stop = should_stop};
  Extremes ends = find_extremes(hessian_operator(expansion, n), options);
  if (!ends.is_finite) throw NumericalBreakdown("a product with the Hessian is not finite; scale the data towards 1");
  const double least = ends.least.front().value, greatest = ends.greatest.front().value;
  const Direction low = eigenvector(ends.vectors, 0, least, "eigenvector of the least eigenvalue");
  Direction high = eigenvector(ends.vectors, std::ssize(ends.least), greatest, "eigenvector of the greatest eigenvalue");
  if (count == 1) return {std::fabs(least) > std::fabs(greatest) ? low : high};
  if (std::fabs(dot(low.step, high.step)) > 0.5) {  // a multiple of the identity: every vector is one
    high.step.assign(high.step.size(), 0.0);
    const auto where = std::min_element(low.step.begin(), low.step.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); });
    high.step[static_cast<std::size_t>(where - low.step.begin())] = 1.0;
  }
  make_orthogonal(low.step, high.step);
  return {std::move(high), low};
}

std::vector<Direction> directions_to(std::span<const double> point, const std::vector<Vector>& others, const std::vector<std::string>& labels) {
  std::vector<Direction> directions;
  for (std::size_t k = 0; k < others.size(); ++k) {
    Direction direction{.kind = AxisKind::to, .label = labels[k], .normalisation = {}, .eigenvalue = {}, .explained = {}, .step = others[k]};
    axpy(-1.0, point, direction.step);
    if (!(norm(direction.step) > 0.0)) throw InputError(labels[k], "another point than the run's", "the same point");
    if (k > 0 && !remove_along(directions.front().step, direction.step))
      throw InputError(labels[k], "a point off the line through the other two", "one on it");
    directions.push_back(std::move(direction));
  }
  return directions;
}

std::vector<Direction> principal_directions(std::span<const double> point, ConstMatrixView iterates, int count) {
  Matrix moved(iterates);
  for (Index j = 0; j < moved.cols(); ++j) axpy(-1.0, point, {moved.col(j), point.size()});
  const double total = frobenius_norm(moved);
  const double scale_of = total > 0.0 ? 1.0 / total : 0.0;
  scale(scale_of, moved.flat());
  const SymmetricEigen gram = symmetric_eigen(product(moved, Op::transpose, moved, Op::none));
  std::vector<Direction> directions;
  for (int k = 0; k < count; ++k) {
    const Index column = moved.cols() - 1 - k;
    // Squares of singular values: below the rounding of the largest nothing is left of a direction.
    const double share = column >= 0 ? gram.values[static_cast<std::size_t>(column)] : 0.0;
    if (!(share > 1e-13)) throw InputError("trajectory", "iterates that span " + std::to_string(count) + (count == 1 ? " direction" : " directions"), "iterates that do not");
    Direction direction{.kind = AxisKind::trajectory, .label = numbered("principal component", k, count), .normalisation = {}, .eigenvalue = {}, .explained = share,
                        .step = Vector(point.size(), 0.0)};
    multiply_vector(1.0, moved, Op::none, gram.vectors.col(column), 0.0, direction.step.data());
    // Of the two signs, the one that puts the first iterate on the positive side.
    scale((dot(direction.step, {moved.col(0), point.size()}) < 0.0 ? -1.0 : 1.0) / norm(direction.step), direction.step);
    if (k > 0) make_orthogonal(directions.front().step, direction.step);
    directions.push_back(std::move(direction));
  }
  return directions;
}

Projection project(std::span<const double> origin, const std::vector<Direction>& directions, std::span<const double> x) {
  Vector rest(x.begin(), x.end());
  axpy(-1.0, origin, rest);
  Matrix steps(std::ssize(origin), std::ssize(directions));
  for (std::size_t k = 0; k < directions.size(); ++k) std::copy(directions[k].step.begin(), directions[k].step.end(), steps.col(static_cast<Index>(k)));
  const Qr factors = qr(steps);
  Projection projection{.coordinates = Vector(directions.size()), .distance = 0.0};
  multiply_vector(1.0, factors.Q, Op::transpose, rest.data(), 0.0, projection.coordinates.data());
  multiply_vector(-1.0, factors.Q, Op::none, projection.coordinates.data(), 1.0, rest.data());
  for (Index k = std::ssize(directions) - 1; k >= 0; --k) {
    double& c = projection.coordinates[static_cast<std::size_t>(k)];
    for (Index j = k + 1; j < std::ssize(directions); ++j) c -= factors.R(k, j) * projection.coordinates[static_cast<std::size_t>(j)];
    c /= factors.R(k, k);
  }
  projection.distance = norm(rest);
  return projection;
}

}  // namespace nadir
