#include "nadir/problems/tucker/family.hpp"

#include <cmath>
#include <limits>

#include "nadir/base/random.hpp"
#include "nadir/problems/tucker/alignment.hpp"
#include "nadir/problems/tucker/distance.hpp"
#include "nadir/problems/tucker/judge.hpp"
#include "nadir/problems/tucker/normal_form.hpp"
#include "nadir/problems/tucker/starts.hpp"

namespace nadir {
namespace {

// Residuals of exact decompositions, relative to |T|, at which solvers may stop: about what double precision holds.
constexpr double exact_fit = 1e-14;

}  // namespace

std::string_view TuckerFamily::summary() const {
  return "Tucker decompositions: 1/2 |T - S x_1 A_1 ... x_d A_d|^2, bracketed by the tails of singular values";
}

std::string_view TuckerFamily::help() const {
  return R"(Objective   1/2 |T - X|^2, X = S x_1 A_1 ... x_d A_d; with --regulariser L also L/2 sum_k |A_k^T A_k - S_(k) S_(k)^T|^2
Data        --tensor T (.npy, .npz, .tns; 2 to 8 modes; dense, larger than memory, or sparse by coordinates),
            --ranks R1,R2,... or --error E (relative); --missing nan-mask: NaN entries do not count
Point       blocks core (in NumPy core.reshape(R1, R2, ...)), A1, A2, ... (n_k x R_k)
Starts      sthosvd (further ones random), random, normal, zero, or a .npz file
Theorems    no X of these ranks has an error below the tail of singular values of any unfolding (Eckart, Young 1936), so
            that the best is bracketed: an exact decomposition, two modes, and one truncated mode are proved global. Strict
            local minima are proved across the symmetries, and proved spurious where a better point is in hand
            (--better). Exact decompositions have no spurious minima, but saddles degenerate up to order d + 1
            (Frandsen, Ge 2020): they are left by a path that is known in closed form
Example     nadir solve tucker --tensor T.npy --ranks 8,8,8
            nadir solve tucker --tensor T.npy --error 0.01
            nadir judge tucker --tensor T.npy --ranks 8,8,8 --point factors.npz)";
}

// Noise beside an exact decomposition. Seed 0: one mode is truncated; 1: no noise, four modes; 2: with the regulariser.
void TuckerFamily::make_example(std::uint64_t seed) {
  Random random(seed, 0);
  options_ = {};
  const std::uint64_t kind = seed % 3;
  const TensorShape shape = kind == 1 ? TensorShape{3, 2, 4, 3} : TensorShape{4, 5, 3};
  TensorShape core = shape;
  for (int m = 0; m < shape.num_modes(); ++m) core = core.with(m, 2);
  Tensor<double> T(core);
  random.fill_normal(T.flat());
  for (int m = 0; m < shape.num_modes(); ++m) {
    Matrix A(shape[m], 2);
    random.fill_normal(A.flat());
    T = mode_product(T.view(), m, A);
  }
  if (kind != 1)
    for (double& x : T.flat()) x += 0.3 * random.normal();
  options_.tensor.shape = shape.extents();
  options_.ranks = {2};
  if (kind == 0) options_.ranks = {2, 5, 3};
  if (kind == 2) options_.regulariser = 0.125;
  options_.tensor.doubles = std::make_shared<MemorySlabs<double>>(std::move(T));
}

void TuckerFamily::prepare() {
  data_ = make_tucker_data(options_);
  std::vector<Index> ranks = requested_ranks(options_, data_);
  if (ranks.empty()) ranks = ranks_for_error(data_, options_.error);
  problem_ = std::make_unique<Tucker>(data_, ranks);
  bound_.reset();
}

void TuckerFamily::reshape(const Layout& layout) {
  problem_ = std::make_unique<Tucker>(data_, ranks_of(data_, layout));
  bound_.reset();
}

std::vector<std::string> TuckerFamily::start_names() const { return tucker_starts(); }

Point TuckerFamily::start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const {
  return tucker_start(*problem_, start_name, seed, index);
}

// An exact decomposition, unless a tail rules it out: then nothing is known before.
double TuckerFamily::target_value(double) const {
  if (tail().energy > 0.0) return -std::numeric_limits<double>::infinity();
  return 0.5 * (exact_fit * data_.norm) * (exact_fit * data_.norm);
}

const TailBound& TuckerFamily::tail() const {
  if (!bound_) bound_ = tail_bound(data_, problem_->ranks());
  return *bound_;
}

double TuckerFamily::relative_distance(const Point& a, const Point& b) const { return relative_tucker_distance(data_, a, b); }

Point TuckerFamily::normal_form(Point point) const {
  point.values = in_normal_form(*problem_, std::move(point.values));
  return point;
}

std::optional<AlignedPoint> TuckerFamily::aligned(const Point& point, const Point& reference) const { return aligned_tucker(data_, point, reference); }

Judgement TuckerFamily::judge(const Point& point, const JudgeOptions& options) const {
  return judge_tucker(*problem_, tail(), point, options);
}

}  // namespace nadir
