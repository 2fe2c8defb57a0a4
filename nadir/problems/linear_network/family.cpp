#include "nadir/problems/linear_network/family.hpp"

#include <limits>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/problems/linear_network/alignment.hpp"
#include "nadir/linalg/factor_distance.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/bound.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/family.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/judge.hpp"
#include "nadir/problems/linear_network/judge.hpp"
#include "nadir/problems/linear_network/starts.hpp"
#include "nadir/problems/linear_network/weight_decay.hpp"

namespace nadir {
namespace {

// How much of the allowed gap a solver may leave: the rest is for the bounds' own rounding.
constexpr double target_share = 0.5;

void require_data(const LinearNetworkOptions& o) {
  if (o.x.path.empty() && o.x.values.size() == 0) throw InputError("--x", "a file with the inputs, a row a sample", "nothing");
  if (o.y.path.empty() && o.y.values.size() == 0) throw InputError("--y", "a file with the targets, a row a sample", "nothing");
  const auto place = [](const char* flag, const DataMatrix& d) { return d.path.empty() ? std::string(flag) : d.path; };
  if (o.x.values.rows() == 0 || o.x.values.cols() == 0) throw InputError(place("--x", o.x), "at least one sample and one feature", "an empty array");
  if (o.y.values.rows() == 0 || o.y.values.cols() == 0) throw InputError(place("--y", o.y), "at least one sample and one output", "an empty array");
  if (o.x.values.cols() != o.y.values.cols())
    throw InputError(place("--y", o.y), std::to_string(o.x.values.cols()) + " samples, as many as " + place("--x", o.x),
                     std::to_string(o.y.values.cols()));
}

LinearArchitecture architecture_of(const LinearNetworkOptions& o) {
  LinearArchitecture a;
  a.residual = o.residual;
  a.widths.push_back(o.x.values.rows());
  for (const std::int64_t width : o.hidden) {
    if (width <= 0) throw InputError("--hidden", "positive widths", std::to_string(width));
    a.widths.push_back(width);
  }
  a.widths.push_back(o.y.values.rows());
  return a;
}

void require_no_other_blocks(const LinearNetworkOptions& o, const Layout& layout) {
  for (const auto& [name, values] : o.weight_decay_entries.values)
    if (!layout.find(name)) throw InputError(o.weight_decay_entries.path, "blocks named after weights, W1 to W" + std::to_string(layout.num_blocks()), "a block '" + name + "'");
}

Matrix entry_penalty(const LinearNetworkOptions& o, const BlockShape& block) {
  const auto it = o.weight_decay_entries.values.find(block.name);
  const std::string shape = std::to_string(block.rows) + " x " + std::to_string(block.cols);
  if (it == o.weight_decay_entries.values.end()) throw InputError(o.weight_decay_entries.path, "a block '" + block.name + "' of shape " + shape, "none");
  const SharedMatrix& B = it->second;
  if (B.rows() != block.rows || B.cols() != block.cols)
    throw InputError(o.weight_decay_entries.path + ": block " + block.name, shape, std::to_string(B.rows()) + " x " + std::to_string(B.cols()));
  for (const double b : B.flat())
    if (!(b >= 0.0)) throw InputError(o.weight_decay_entries.path + ": block " + block.name, "entries of at least 0", std::to_string(b));
  return Matrix(B);
}

std::vector<Matrix> penalty_of(const LinearNetworkOptions& o, const LinearArchitecture& a) {
  const Layout layout = a.layout();
  const std::size_t given = o.weight_decay.size();
  if (!o.weight_decay_entries.values.empty() && given > 0)
    throw InputError("--weight-decay-entries", "no --weight-decay beside it", "both");
  std::vector<Matrix> penalty;
  if (!o.weight_decay_entries.values.empty()) {
    require_no_other_blocks(o, layout);
    for (const BlockShape& block : layout.blocks()) penalty.push_back(entry_penalty(o, block));
    return penalty;
  }
  if (given == 0 || (given == 1 && o.weight_decay[0] == 0.0)) return penalty;
  if (given != 1 && given != layout.num_blocks())
    throw InputError("--weight-decay", "one value, or one per layer (" + std::to_string(layout.num_blocks()) + ")", std::to_string(given) + " values");
  for (std::size_t l = 0; l < layout.num_blocks(); ++l) {
    penalty.emplace_back(layout[l].rows, layout[l].cols);
    for (double& b : penalty.back().flat()) b = o.weight_decay[given == 1 ? 0 : l];
  }
  return penalty;
}

}  // namespace

std::string_view LinearNetworkFamily::summary() const {
  return "deep linear networks: 1/(2n) |W_H ... W_1 X - Y|^2 + weight decay; every point judged by theorem";
}

std::string_view LinearNetworkFamily::help() const {
  return R"(Objective   1/(2n) sum_i |W_H ... W_1 x_i - y_i|^2 + B/2 sum of squared weights
Data        --x X (n x d_in), --y Y (n x d_out); a row a sample
Point       blocks W1, ..., WH; W_l is d_l x d_{l-1}
Starts      random, orthogonal, balanced, identity, zeros, optimal, or a .npz file
Theorems    without weight decay the global minimum is known in closed form (reduced-rank regression; Baldi, Hornik
            1989; Kawaguchi 2016, theorem 2.3), no other local minimum exists, and saddles are classified completely
            (Achour, Malgouyres, Gerchinovitz 2024, theorem 1). With it, minima can be spurious (Mehta et al. 2022)
Generator   --loss bures-wasserstein: the squared Wasserstein distance of W_H ... W_1 z, z a standard Gaussian of
            dimension --latent, from a Gaussian of covariance --covariance S (or Y Y^T / n, uncentred, of samples --y);
            its global minimum is known in closed form (compare Brechet et al. 2023), also with --smoothing
Example     nadir solve linear-network --x X.npy --y Y.npy --hidden 32,16
            nadir judge linear-network --x X.npy --y Y.npy --hidden 32,16 --point trained.npz
            nadir solve linear-network --loss bures-wasserstein --covariance S.npy --hidden 8)";
}

// Depth two to four, with a skip where widths agree, more and fewer samples than features.
void LinearNetworkFamily::make_example(std::uint64_t seed) {
  Random random(seed, 0);
  const Index samples = seed % 3 == 2 ? 3 : 12;
  options_ = {};
  Matrix X(4, samples), Y(2, samples);
  random.fill_normal(X.flat());
  random.fill_normal(Y.flat());
  options_.x.values = std::move(X);
  options_.y.values = std::move(Y);
  options_.hidden.assign(1 + seed % 3, 3);
  options_.residual = seed % 2 == 1;
}

void LinearNetworkFamily::prepare() {
  if (options_.loss == "bures-wasserstein") {
    generator_ = make_bures_wasserstein_network(options_);
    return;
  }
  require_no_bures_wasserstein_options(options_);
  require_data(options_);
  LinearArchitecture a = architecture_of(options_);
  std::vector<Matrix> penalty = penalty_of(options_, a);
  problem_ = std::make_unique<LinearNetwork>(std::move(a), reduce(options_.x.values, options_.y.values), std::move(penalty));
}

std::vector<std::string> LinearNetworkFamily::start_names() const { return linear_network_starts(); }

Point LinearNetworkFamily::start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const {
  if (generator_) return bures_wasserstein_start(*generator_, start_name, seed, index);
  return linear_network_start(*problem_, start_name, seed, index);
}

const LowerBound& LinearNetworkFamily::bound() const {
  if (!bound_) bound_ = std::make_unique<LowerBound>(lower_bound(*problem_, options_.x.values, options_.y.values));
  return *bound_;
}

double LinearNetworkFamily::target_value(double gap_tol) const {
  if (generator_) {
    const double closed_form = bures_wasserstein_optimum(*generator_);
    return closed_form + target_share * gap_tol * bures_wasserstein_gap_scale(*generator_, closed_form);
  }
  const double optimum = problem_->is_penalised() ? decay_lower_bound(*problem_, {}).numerical
                                                  : rank_constrained_optimum(*problem_, problem_->architecture().narrowest());
  if (optimum == -std::numeric_limits<double>::infinity()) return optimum;
  return optimum + target_share * gap_tol * gap_scale(*problem_, optimum);
}

double LinearNetworkFamily::relative_distance(const Point& a, const Point& b) const {
  const LinearArchitecture& architecture = generator_ ? generator_->architecture() : problem_->architecture();
  const auto map = [&](const Point& point) {
    return chain_product(architecture, architecture.effective_weights(point.values), 0, architecture.num_layers());
  };
  const Matrix P = map(a), Q = map(b);
  if (generator_) return relative_factor_distance(P, P, Q, Q);  // rotations of z are not seen
  const Matrix I = Matrix::identity(P.cols());
  return relative_factor_distance(P, I, Q, I);
}

std::optional<AlignedPoint> LinearNetworkFamily::aligned(const Point& point, const Point& reference) const {
  if (generator_) return aligned_linear_network(generator_->architecture(), {}, point, reference);
  return aligned_linear_network(problem_->architecture(), problem_->penalty(), point, reference);
}

Judgement LinearNetworkFamily::judge(const Point& point, const JudgeOptions& options) const {
  if (generator_) return judge_bures_wasserstein(*generator_, point, options);
  return judge_linear_network({*problem_, options_.x.values, options_.y.values, bound()}, point, options);
}

}  // namespace nadir
