#include "nadir/problems/matrix_sensing/check.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/problems/matrix_sensing/check_measurements.hpp"
#include "nadir/problems/matrix_sensing/check_point.hpp"

namespace nadir {
namespace {

using namespace matrix_sensing_check;
using balls::Answer;
using balls::Real;

// Bits tried in turn: the first settles all but ties; the last holds every bit of products of doubles, so that ties
// are settled, too.
constexpr slong precisions[] = {128, 1024, 16384};
// Multiplications of balls that a pass over the operator may take without being asked to (about a second).
constexpr double affordable_products = 3e7;
// Parameters up to which the whole Hessian is formed, and is decided upon in integers.
constexpr Index max_hessian_dimension = 300, max_exact_dimension = 100;

struct Finding {
  Answer answer = Answer::unknown;
  std::string reason;  // where the answer is not yes
};

Finding finding(Answer answer, const std::string& if_no) {
  if (answer == Answer::yes) return {answer, ""};
  return {answer, answer == Answer::no ? if_no : "could not be decided at the precision that was tried"};
}

// One arithmetic at one precision, with what is computed once.
struct Level {
  slong precision;
  const char* how;
  std::unique_ptr<Measurements> map;
  std::optional<Evaluation> here;

  Real real(double x) const { return Real(precision, x); }
};

class MatrixSensingCheck final : public FamilyCheck {
 public:
  OptionList options() override { return rows(options_); }
  void prepare(CheckMaterial material) override;
  Outcome check(const Claim& claim) override;
  double largest_scale(const Claim& claim) override;

 private:
  using Test = Finding (MatrixSensingCheck::*)(const Claim&, Level&);

  Finding value(const Claim& claim, Level& level);
  Finding lower_bound(const Claim& claim, Level& level);
  Finding gap(const Claim& claim, Level& level);
  Finding gradient_norm(const Claim& claim, Level& level);
  Finding critical(const Claim& claim, Level& level);
  Finding negative_curvature(const Claim& claim, Level& level);
  Finding no_negative_curvature(const Claim& claim, Level& level);
  Finding descent(const Claim& claim, Level& level);
  Finding better_point(const Claim& claim, Level& level);
  Finding isolated_minimum(const Claim& claim, Level& level);
  Finding descending_path(const Claim& claim, Level& level);

  static Test find_test(const std::string& kind);
  void add_levels();
  Evaluation& here(Level& level);
  Evaluation evaluation(const Level& level, const Pair& point, const Pair* displacement) const;
  bool is_within(const Level& level, const balls::Matrix& image, const Real& limit) const;
  bool bounds_size(const Claim& claim, Level& level);
  const Matrix& witness(const std::string& name) const;
  Pair direction(const std::string& name) const { return blocks(data_, point_.U.cols(), witness(name), name); }
  balls::Matrix multiplier(const Level& level, const std::string& name) const;

  MatrixSensingOptions options_;
  CheckMaterial material_;
  SensingData data_;
  Pair point_;
  std::vector<Level> levels_;
};

void MatrixSensingCheck::prepare(CheckMaterial material) {
  for (const OptionRow& row : options()) require_in_range(row);
  material_ = std::move(material);
  data_ = make_sensing_data(options_);
  point_ = blocks(data_, material_.point, "");
  if (options_.rank != "auto" && requested_rank(options_, data_) != point_.U.cols())
    throw InputError("block U", options_.rank + " columns, as --rank says", std::to_string(point_.U.cols()));
  add_levels();
}

void MatrixSensingCheck::add_levels() {
  const double columns = data_.is_dense() ? 1.0 : static_cast<double>(point_.U.cols());
  const bool insists = material_.arithmetic == Arithmetic::balls;
  if (insists || static_cast<double>(data_.num_entries()) * columns <= affordable_products)
    for (const slong precision : precisions)
      levels_.push_back({precision, by_balls, std::make_unique<BallMeasurements>(data_, precision, insists), {}});
  if (!insists) levels_.push_back({precisions[0], by_rigor, std::make_unique<FloatingMeasurements>(data_, precisions[0]), {}});
}

// Gaps are relative to the value, but at least to 1e-6 of the value at X = 0, and to 1 where that vanishes.
double MatrixSensingCheck::largest_scale(const Claim& claim) {
  if (claim.kind == "gradient-norm") return gradient_scale(data_, point_);
  const double value = arf_get_d(arb_midref(here(levels_.front()).value().get()), ARF_RND_UP);
  const double of_zero = 0.5e-6 * data_.y_norm * data_.y_norm;
  return std::max(value, of_zero > 0.0 ? of_zero : 1.0);
}

MatrixSensingCheck::Test MatrixSensingCheck::find_test(const std::string& kind) {
  static const std::map<std::string, Test> tests = {{"value", &MatrixSensingCheck::value},
                                                    {"lower-bound", &MatrixSensingCheck::lower_bound},
                                                    {"gap", &MatrixSensingCheck::gap},
                                                    {"gradient-norm", &MatrixSensingCheck::gradient_norm},
                                                    {"critical", &MatrixSensingCheck::critical},
                                                    {"negative-curvature", &MatrixSensingCheck::negative_curvature},
                                                    {"no-negative-curvature", &MatrixSensingCheck::no_negative_curvature},
                                                    {"descent", &MatrixSensingCheck::descent},
                                                    {"better-point", &MatrixSensingCheck::better_point},
                                                    {"isolated-minimum", &MatrixSensingCheck::isolated_minimum},
                                                    {"descending-path", &MatrixSensingCheck::descending_path}};
  const auto test = tests.find(kind);
  return test == tests.end() ? nullptr : test->second;
}

Outcome MatrixSensingCheck::check(const Claim& claim) {
  const Test test = find_test(claim.kind);
  if (!test) return {false, "", "no check for claims of this kind"};
  Finding found;
  for (Level& level : levels_) {
    found = (this->*test)(claim, level);
    if (found.answer == Answer::yes) return {true, level.how, ""};
    if (found.answer == Answer::no) break;  // both arithmetics are rigorous: nothing will change it
  }
  return {false, "", found.reason};
}

Evaluation MatrixSensingCheck::evaluation(const Level& level, const Pair& point, const Pair* displacement) const {
  return {data_, *level.map, level.precision, point, displacement};
}

Evaluation& MatrixSensingCheck::here(Level& level) {
  if (!level.here) level.here.emplace(evaluation(level, point_, nullptr));
  return *level.here;
}

const Matrix& MatrixSensingCheck::witness(const std::string& name) const {
  const auto it = material_.witness.find(name);
  if (it == material_.witness.end()) throw InputError("witness.npz", "the array " + name, "none");
  return it->second;
}

balls::Matrix MatrixSensingCheck::multiplier(const Level& level, const std::string& name) const {
  const Matrix& w = witness(name);
  if (w.size() != data_.num_measurements) throw InputError(name, std::to_string(data_.num_measurements) + " numbers", std::to_string(w.size()));
  return {level.precision, ConstMatrixView(w.data(), w.size(), 1)};
}

Finding MatrixSensingCheck::value(const Claim& claim, Level& level) {
  const Real f = here(level).value();
  return finding(both(is_at_most(level.real(number(claim, "lower")), f), is_at_most(f, level.real(number(claim, "upper")))),
                 "the value lies outside");
}

// image <= limit I for psd, |image|_2 <= limit otherwise.
bool MatrixSensingCheck::is_within(const Level& level, const balls::Matrix& image, const Real& limit) const {
  const Index n = image.rows(), m = image.cols();
  if (data_.is_psd) return level.map->is_semidefinite(limit * balls::Matrix::identity(level.precision, n) - image);
  if (!is_positive(limit)) return balls::is_exactly_zero(image) && !is_positive(-1.0 * limit);
  const balls::Matrix gram = n <= m ? product_with_transpose(image, image) : transpose(image) * image;
  return level.map->is_semidefinite(squared(limit) * balls::Matrix::identity(level.precision, std::min(n, m)) - gram);
}

// Does no X with a value of at most f have |X|_* above the claimed size?
bool MatrixSensingCheck::bounds_size(const Claim& claim, Level& level) {
  const Real size = level.real(number(claim, "size_bound")), f = here(level).value();
  if (data_.lambda > 0.0 && is_at_most(f, level.real(data_.lambda) * size) == Answer::yes) return true;
  const Real y_norm = square_root(squared_norm(balls::Matrix(level.precision, ConstMatrixView(data_.y.data(), data_.num_measurements, 1))));
  const Real image = y_norm + square_root(2.0 * f);  // at least |A(X)|
  if (data_.is_psd && material_.witness.contains("dual/w")) {
    const balls::Matrix w = multiplier(level, "dual/w");
    if (is_at_most(square_root(squared_norm(w)) * image, size) != Answer::yes) return false;
    return level.map->is_semidefinite(level.map->adjoint(w) - balls::Matrix::identity(level.precision, data_.rows));
  }
  Real gain(level.precision);
  if (!level.map->squared_gain(data_, level.precision, gain)) return false;
  const Real side = level.real(static_cast<double>(std::min(data_.rows, data_.cols)));
  return is_at_most(side * squared(image), gain * squared(size)) == Answer::yes && is_positive(size);
}

Finding MatrixSensingCheck::lower_bound(const Claim& claim, Level& level) {
  const double bound = number(claim, "bound");
  if (bound <= 0.0) return {Answer::yes, ""};  // a sum of squares
  const double excess = number(claim, "excess");
  if (!(excess >= 0.0)) return {Answer::no, "the excess is negative"};
  const balls::Matrix z = multiplier(level, "dual/z");
  const balls::Matrix y(level.precision, ConstMatrixView(data_.y.data(), data_.num_measurements, 1));
  Real dual = inner_product(z, y) - 0.5 * squared_norm(z);
  if (excess > 0.0) dual = dual - excess * level.real(number(claim, "size_bound"));
  const Finding comparison = finding(is_at_most(level.real(bound), dual), "the multiplier gives less");
  if (comparison.answer != Answer::yes) return comparison;
  if (!is_within(level, level.map->adjoint(z), level.real(data_.lambda) + level.real(excess)))
    return {Answer::unknown, "the multiplier could not be shown to be feasible up to the excess"};
  if (excess > 0.0 && !bounds_size(claim, level)) return {Answer::unknown, "the size of optimal matrices could not be shown to stay within its bound"};
  return {Answer::yes, ""};
}

// Where it does not follow from a verified bound: the least value is not negative.
Finding MatrixSensingCheck::gap(const Claim& claim, Level& level) {
  return finding(is_at_most(here(level).value(), level.real(number(claim, "gap"))), "the value exceeds the gap");
}

Finding MatrixSensingCheck::gradient_norm(const Claim& claim, Level& level) {
  const double lower = std::max(number(claim, "lower"), 0.0), upper = number(claim, "upper");
  if (upper < 0.0) return {Answer::no, "a norm is not negative"};
  const Real norm_squared = here(level).gradient_norm_squared();
  return finding(both(is_at_most(squared(level.real(lower)), norm_squared), is_at_most(norm_squared, squared(level.real(upper)))),
                 "the norm of the gradient lies outside");
}

Finding MatrixSensingCheck::critical(const Claim&, Level& level) {
  if (here(level).is_exactly_critical()) return {Answer::yes, ""};
  if (is_positive(here(level).gradient_norm_squared())) return {Answer::no, "the gradient is not zero"};
  return {Answer::unknown, "the gradient could not be shown to be exactly zero"};
}

Finding MatrixSensingCheck::negative_curvature(const Claim& claim, Level& level) {
  const double curvature = number(claim, "curvature");
  if (!(curvature < 0.0)) return {Answer::no, "the curvature is not negative"};
  const Pair d = direction("direction");
  const Real length = here(level).squared_length(d);
  if (!is_positive(length)) return {Answer::no, "the direction is zero or not finite"};
  return finding(is_at_most(here(level).second_derivative(d), curvature * length), "the curvature along the direction is larger");
}

Finding MatrixSensingCheck::no_negative_curvature(const Claim&, Level& level) {
  const Index dimension = point_.U.size() + (data_.is_psd ? 0 : point_.V.size());
  if (dimension > max_exact_dimension) return {Answer::unknown, "too many parameters for exact arithmetic on the Hessian"};
  return finding(is_positive_semidefinite_exactly(here(level).hessian()), "the Hessian has a negative eigenvalue");
}

Finding MatrixSensingCheck::descent(const Claim& claim, Level& level) {
  const double decrease = number(claim, "decrease");
  if (!(decrease > 0.0)) return {Answer::no, "the decrease is not positive"};
  const Pair escape = blocks(data_, material_.point, "escape/");
  if (escape.U.cols() != point_.U.cols()) throw InputError("block escape/U", std::to_string(point_.U.cols()) + " columns", std::to_string(escape.U.cols()));
  const Real there = evaluation(level, point_, &escape).value();
  return finding(is_at_most(there, here(level).value() - level.real(decrease)), "the escape lowers the value by less");
}

Finding MatrixSensingCheck::better_point(const Claim& claim, Level& level) {
  const Real there = evaluation(level, direction("better"), nullptr).value();
  return finding(is_at_most(there, level.real(number(claim, "value"))), "the value of that point is larger");
}

// With m = least_eigenvalue, K the Hessian's Lipschitz constant on the ball of radius r, and the Hessian at the centre
// at least sigma I, sigma >= m + K r: the Hessian is at least m I on the ball, so that f is strongly convex there; and
// |grad f| <= sigma r - K r^2 / 2 at the centre, so that f does not decrease outwards anywhere on the boundary: its one
// critical point in the ball is a strict local minimum.
Finding MatrixSensingCheck::isolated_minimum(const Claim& claim, Level& level) {
  const double radius = number(claim, "radius"), least = number(claim, "least_eigenvalue");
  if (!(radius >= 0.0 && least > 0.0)) return {Answer::no, "the radius is negative or the least eigenvalue not positive"};
  const Index dimension = point_.U.size() + (data_.is_psd ? 0 : point_.V.size());
  if (dimension > max_hessian_dimension) return {Answer::unknown, "too many parameters to form the Hessian"};
  const Real r = level.real(radius);
  const std::optional<Real> K = here(level).hessian_lipschitz(r);
  if (!K) return {Answer::unknown, "the norm of the operator takes balls too long"};
  const Real bend = *K * r;
  const balls::Matrix hessian = here(level).hessian(), identity = balls::Matrix::identity(level.precision, dimension);
  // Slightly more than is needed first: it pays for the roundings with which the claim was made.
  for (const double room : {1.0 + 1e-6, 1.0}) {
    const Real sigma = room * (level.real(least) + bend);
    if (!level.map->is_semidefinite(hessian - sigma * identity)) continue;
    const Real slope = square_root(here(level).gradient_norm_squared()), reach = sigma * r - 0.5 * (bend * r);
    if (is_at_most(slope, reach) == Answer::yes) return {Answer::yes, ""};
    return {Answer::unknown, "the gradient is too large for the radius"};
  }
  return {Answer::unknown, "the Hessian could not be shown to stay above the least eigenvalue in the ball"};
}

Finding MatrixSensingCheck::descending_path(const Claim& claim, Level& level) {
  const double order = number(claim, "order"), coefficient = number(claim, "coefficient");
  if (!(coefficient < 0.0)) return {Answer::no, "the coefficient is not negative"};
  const std::array<Real, 4> a = here(level).along_path(direction("path/1"), direction("path/2"));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_exactly_zero(a[i])) continue;
    if (is_below(a[i], level.real(0.0)) == Answer::unknown) return {Answer::unknown, "a coefficient could not be told from zero"};
    if (order != static_cast<double>(i + 1)) return {Answer::no, "the first coefficient that is not zero has another order"};
    return finding(is_at_most(a[i], level.real(coefficient)), "the coefficient is larger");
  }
  return {Answer::no, "all coefficients up to the fourth are zero"};
}

}  // namespace

std::unique_ptr<FamilyCheck> make_matrix_sensing_check() { return std::make_unique<MatrixSensingCheck>(); }

}  // namespace nadir
