#include "nadir/problems/matrix_sensing/family.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/core/rotated_factors.hpp"
#include "nadir/linalg/factor_distance.hpp"
#include "nadir/problems/matrix_sensing/enlarge.hpp"
#include "nadir/problems/matrix_sensing/judge.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"
#include "nadir/problems/matrix_sensing/starts.hpp"

namespace nadir {
namespace {

// Residuals of noiseless problems, relative to |y|, at which solvers may stop: about what double precision holds.
constexpr double exact_fit = 1e-13;

DataArray random_array(std::vector<std::int64_t> shape, Random& random) {
  DataArray result;
  std::size_t count = 1;
  for (const std::int64_t length : shape) count *= static_cast<std::size_t>(length);
  Vector values(count);
  random.fill_normal(values);
  result.shape = std::move(shape);
  result.values = std::move(values);
  return result;
}

std::string size_text(const Layout& layout) {
  std::string result;
  for (const BlockShape& b : layout.blocks())
    result += (result.empty() ? "" : ", ") + b.name + " " + std::to_string(b.rows) + " x " + std::to_string(b.cols);
  return result;
}

}  // namespace

std::string_view MatrixSensingFamily::summary() const {
  return "low-rank matrices from linear measurements: 1/2 |A(X) - y|^2 + trace or nuclear norm, bounded by duality";
}

std::string_view MatrixSensingFamily::help() const {
  return R"(Objective   1/2 |A(X) - y|^2 + L |X|_*, X = U V^T; with --psd X = U U^T and L times the trace
Data        --operator A (n x m x k, A_i = A[:, :, i]; or k x n: a row a_i, measuring a_i a_i^T),
            --operator-right B (k x m: measuring a_i b_i^T), --measurements y (k)
Point       blocks U (n x r) and, without --psd, V (m x r)
Starts      random, spectral, zeros, or a .npz file
Theorems    any multiplier z bounds every X, of any rank, from below (convex duality); a zero residual is global.
            Under the restricted isometry delta_2r < 1/5 there is no spurious minimum (Bhojanapalli, Neyshabur, Srebro
            2016; sharp: 1/2); beyond, strict local minima exist, and are proved to be spurious where a better point
            is in hand (--better)
Example     nadir solve matrix-sensing --operator A.npy --measurements y.npy --psd --rank 5
            nadir judge matrix-sensing --operator A.npy --measurements y.npy --psd --point factors.npz)";
}

// Planted matrices of rank one or two: dense and psd, dense, rank-one measurements; the last with a penalty.
void MatrixSensingFamily::make_example(std::uint64_t seed) {
  Random random(seed, 0);
  options_ = {};
  const std::uint64_t kind = seed % 3;
  const std::int64_t n = 4, m = kind == 1 ? 3 : 4, k = 24, r = kind == 2 ? 1 : 2;
  options_.psd = kind != 1;
  options_.rank = std::to_string(r);
  options_.operator_array = kind == 2 ? random_array({k, n}, random) : random_array({n, m, k}, random);
  if (kind == 0) {
    Vector A(options_.operator_array.values.begin(), options_.operator_array.values.end());
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < i; ++j) std::copy_n(A.begin() + (i * m + j) * k, k, A.begin() + (j * m + i) * k);
    options_.operator_array.values = std::move(A);
  }
  const DataArray U = random_array({r, n}, random), V = options_.psd ? U : random_array({r, m}, random);
  options_.measurements.shape = {k};
  options_.measurements.values = Vector(static_cast<std::size_t>(k), 0.0);
  data_ = make_sensing_data(options_);
  options_.measurements.values =
      measure(data_, ConstMatrixView(U.values.data(), n, r), ConstMatrixView(V.values.data(), m, r));
}

void MatrixSensingFamily::prepare() {
  data_ = make_sensing_data(options_);
  problem_ = std::make_unique<MatrixSensing>(data_, requested_rank(options_, data_));
  isometry_.reset();
}

void MatrixSensingFamily::reshape(const Layout& layout) {
  const Index rank = layout.num_blocks() == 0 ? 0 : layout[0].cols, most = std::max(data_.rows, data_.cols);
  if (rank < 1 || rank > most || layout != sensing_layout(data_, rank))
    throw InputError("point", "blocks U (" + std::to_string(data_.rows) + " x r)" +
                                  (data_.is_psd ? "" : " and V (" + std::to_string(data_.cols) + " x r)") + ", r at most " + std::to_string(most),
                     size_text(layout));
  problem_ = std::make_unique<MatrixSensing>(data_, rank);
  isometry_.reset();
}

std::vector<std::string> MatrixSensingFamily::start_names() const { return sensing_starts(); }

Point MatrixSensingFamily::start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const {
  return sensing_start(*problem_, start_name, seed, index);
}

// Without a penalty a perfect fit would be a global minimum; with one nothing is known before.
double MatrixSensingFamily::target_value(double) const {
  if (data_.lambda > 0.0) return -std::numeric_limits<double>::infinity();
  const double size = data_.y_norm > 0.0 ? data_.y_norm : 1.0;
  return 0.5 * (exact_fit * size) * (exact_fit * size);
}

double MatrixSensingFamily::relative_distance(const Point& a, const Point& b) const {
  const std::size_t right = a.layout.num_blocks() - 1;  // there is one block where V is U
  return relative_factor_distance(a.block(0), a.block(right), b.block(0), b.block(right));
}

std::optional<AlignedPoint> MatrixSensingFamily::aligned(const Point& point, const Point& reference) const {
  std::optional<Point> rotated = rotated_factors(point, reference);
  if (!rotated) return std::nullopt;
  return AlignedPoint{*std::move(rotated), "factors rotated"};
}

Judgement MatrixSensingFamily::judge(const Point& point, const JudgeOptions& options) const {
  if (!isometry_) isometry_ = estimate_isometry(data_, problem_->rank());
  return judge_matrix_sensing(*problem_, *isometry_, point, options);
}

std::optional<Point> MatrixSensingFamily::enlarge(const Point& point, double tol) const {
  if (!can_grow()) return std::nullopt;
  return enlarged_factors(*problem_, point.values, tol);
}

}  // namespace nadir
