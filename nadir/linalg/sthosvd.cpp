// Sequentially truncated HOSVD (tucker_decomposition.hpp).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/internal/leading_subspace.hpp"
#include "nadir/linalg/internal/streamed_products.hpp"

namespace nadir {
namespace {

using internal::ChooseRank;
using internal::LeadingSubspace;

// The randomised route reads the tensor 6 (r + 10) / n times as hard as the Gram matrix does; it must promise this much.
constexpr double randomised_gain = 2.0;
constexpr Index oversampling = 10;
constexpr int max_power_steps = 4;

// Flops of the Gram matrices and products, mode after mode. Unknown ranks count as half of their extents.
double order_flops(TensorShape shape, const std::vector<int>& order, const std::vector<Index>& ranks) {
  double flops = 0.0;
  for (const int k : order) {
    const Index rank = ranks.empty() ? std::max<Index>(1, shape[k] / 2) : ranks[static_cast<std::size_t>(k)];
    flops += static_cast<double>(shape[k] + 2 * rank) * static_cast<double>(shape.size());
    shape = shape.with(k, rank);
  }
  return flops;
}

// All orders are tried: 8! of them take milliseconds. A source that is read runs along mode 0, whose Gram matrix would
// need all pairs of slabs, so that mode waits.
std::vector<int> best_mode_order(const TensorShape& shape, const std::vector<Index>& ranks, bool is_read) {
  std::vector<int> order(static_cast<std::size_t>(shape.num_modes()));
  std::iota(order.begin(), order.end(), 0);
  std::vector<int> best;
  double least = std::numeric_limits<double>::infinity();
  do {
    if (is_read && order[0] == 0) continue;
    const double flops = order_flops(shape, order, ranks);
    if (flops < least) least = flops, best = order;
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

void require_order(std::vector<int> order, int modes, bool is_read) {
  const bool starts_with_slabs = is_read && !order.empty() && order[0] == 0;
  std::sort(order.begin(), order.end());
  std::vector<int> all(static_cast<std::size_t>(modes));
  std::iota(all.begin(), all.end(), 0);
  if (order != all) throw InputError("mode order", "every mode from 0 to " + std::to_string(modes - 1) + " once", "another list");
  if (starts_with_slabs)
    throw InputError("mode order", "another mode than 0 first, where the tensor is read in slabs along mode 0", "0");
}

// The smallest rank whose discarded energy is at most `allowed`.
Index rank_for(const Vector& energies, double allowed) {
  double tail = 0.0;
  auto rank = static_cast<Index>(energies.size());
  while (rank > 1 && tail + energies[static_cast<std::size_t>(rank - 1)] <= allowed)
    tail += energies[static_cast<std::size_t>(--rank)];
  return rank;
}

double sum_of(const Vector& energies) {
  double sum = 0.0;
  for (std::size_t i = energies.size(); i-- > 0;) sum += energies[i];
  return sum;
}

template <class Scalar>
class Sthosvd {
 public:
  Sthosvd(const SlabSource<Scalar>& source, const SthosvdOptions& options)
      : source_(source), options_(options), shape_(source.shape()) {
    if (!options.ranks.empty()) ranks_ = requested_ranks(shape_.extents(), options.ranks);
    if (ranks_.empty() && !(options.error >= 0.0))
      throw InputError("error", "a number that is not negative", std::to_string(options.error));
    const bool is_read = !internal::is_in_memory(source);
    if (is_read && shape_.num_modes() == 1)
      throw InputError("shape", "a tensor with two modes or more where it is read in slabs", shape_.text());
    const auto modes = static_cast<std::size_t>(shape_.num_modes());
    result_.mode_order = options.mode_order.empty() ? best_mode_order(shape_, ranks_, is_read) : options.mode_order;
    require_order(result_.mode_order, shape_.num_modes(), is_read);
    result_.factors.resize(modes);
    result_.singular_values.resize(modes);
    result_.discarded.assign(modes, 0.0);
    result_.routes.resize(modes);
  }

  // For each mode: the leading subspace of what is left, then the product with it.
  TuckerDecomposition run() {
    Tensor<Scalar> rest;
    bool is_first = true;
    for (const int mode : result_.mode_order) {
      const MemorySlabs<Scalar> memory(rest.view());
      const SlabSource<Scalar>& current = is_first ? source_ : memory;
      if (!try_randomised(current, mode, is_first)) take(mode, subspace(current, mode, is_first), is_first);
      rest = internal::streamed_mode_product(current, mode, factor(mode), Op::transpose);
      is_first = false;
    }
    result_.core = Tensor<double>(rest.shape(), Vector(rest.flat().begin(), rest.flat().end()));
    for (const double energy : result_.discarded) result_.error_squared += energy;
    const double length = norm(result_.core.view());
    result_.core_norm_squared = length * length;
    return std::move(result_);
  }

 private:
  const Matrix& factor(int mode) const { return result_.factors[static_cast<std::size_t>(mode)]; }
  bool has_ranks() const { return !ranks_.empty(); }
  Index rank(int mode) const { return ranks_[static_cast<std::size_t>(mode)]; }

  // By rank, or by the energy that a mode may lose; |T|^2 is the sum of the energies of the first mode.
  ChooseRank chooser(int mode, bool is_first) const {
    if (has_ranks()) return [r = rank(mode)](const Vector&) { return r; };
    const double share = options_.error * options_.error / static_cast<double>(shape_.num_modes());
    return [=, this](const Vector& energies) {
      return rank_for(energies, share * (is_first ? sum_of(energies) : result_.norm_squared));
    };
  }

  void take(int mode, LeadingSubspace&& subspace, bool is_first) {
    const auto k = static_cast<std::size_t>(mode);
    if (is_first) {
      result_.norm_squared = sum_of(subspace.energies);
      // Squares that vanish although entries do not would pass for a zero tensor.
      if (result_.norm_squared < 1e-280) internal::streamed_norm_squared(source_);
    }
    result_.discarded[k] = subspace.discarded();
    result_.routes[k] = subspace.route;
    for (const double energy : subspace.energies) result_.singular_values[k].push_back(std::sqrt(energy));
    result_.factors[k] = std::move(subspace.U);
  }

  // Gram matrices in the tensor's own precision first, where it is float and the tail may stand above their rounding;
  // then in double; then the triangle. Each resolves what the one before does not.
  LeadingSubspace subspace(const SlabSource<Scalar>& current, int mode, bool is_first) const {
    const ChooseRank choose = chooser(mode, is_first);
    const bool is_free = options_.route == SubspaceRoute::automatic || options_.route == SubspaceRoute::triangle;
    if (is_free && internal::is_in_memory(current) && current.shape().others(mode) <= shape_[mode])
      return internal::subspace_of_tall(unfolding(current.whole(), mode), choose);
    for (const GramSums sums : {GramSums::in_storage, GramSums::in_double}) {
      const double resolution = internal::gram_resolution(shape_[mode], sums);
      const bool is_last_resort = sums == GramSums::in_double && options_.route == SubspaceRoute::gram;
      const bool is_same = sums == GramSums::in_storage && sizeof(Scalar) == sizeof(double);
      if (is_same || options_.route == SubspaceRoute::triangle || !(is_last_resort || allows(resolution))) continue;
      LeadingSubspace found = internal::subspace_of_gram(internal::streamed_gram(current, mode, sums), choose);
      if (is_last_resort || found.has_resolved_tail(resolution)) return found;
    }
    return internal::subspace_of_triangle(internal::streamed_triangle(current, mode), choose);
  }

  // Whether the error asked for could be seen at this resolution at all.
  bool allows(double resolution) const {
    return has_ranks() || options_.error * options_.error / static_cast<double>(shape_.num_modes()) > resolution;
  }

  bool wants_randomised(const SlabSource<Scalar>& current, int mode) const {
    if (!has_ranks() || (!internal::is_in_memory(current) && mode == 0)) return false;
    const Index n = shape_[mode], width = rank(mode) + oversampling;
    if (width >= n || width >= current.shape().others(mode)) return false;
    if (options_.route == SubspaceRoute::randomised) return true;
    return options_.route == SubspaceRoute::automatic &&
           6.0 * randomised_gain * static_cast<double>(width) < static_cast<double>(n);
  }

  // Range finder with power steps [HalkoMartinssonTropp2011, Alg. 4.4] until a step adds less than a hundredth of the
  // energy that is discarded; false where that does not happen, or the tail drowns in |T|^2 - |Q^T T|^2.
  bool try_randomised(const SlabSource<Scalar>& current, int mode, bool is_first) {
    if (!wants_randomised(current, mode)) return false;
    const double before = is_first ? internal::streamed_norm_squared(source_) : current_norm_squared();
    const ChooseRank choose = chooser(mode, is_first);
    Tensor<Scalar> Z = random_tensor(current.shape().with(mode, rank(mode) + oversampling), mode);
    LeadingSubspace found;
    Matrix Q;
    for (int step = 0; step <= max_power_steps; ++step) {
      const double kept = found.energies.empty() ? 0.0 : found.kept();
      Q = qr(internal::streamed_unfolding_product(current, Z.view(), mode)).Q;
      Z = internal::streamed_mode_product(current, mode, Q, Op::transpose);
      found = internal::subspace_of_gram(gram(Z.view(), mode), choose);
      const double discarded = before - found.kept();
      if (!(discarded > 1e-10 * before)) return false;
      if (step == 0 || found.kept() - kept > 0.01 * discarded) continue;
      return take_randomised(mode, found, Q, before, is_first);
    }
    return false;
  }

  bool take_randomised(int mode, LeadingSubspace& found, const Matrix& Q, double before, bool is_first) {
    const auto k = static_cast<std::size_t>(mode);
    if (is_first) result_.norm_squared = before;
    result_.discarded[k] = before - found.kept();
    result_.routes[k] = SubspaceRoute::randomised;
    found.energies.resize(static_cast<std::size_t>(found.U.cols()));
    for (const double energy : found.energies) result_.singular_values[k].push_back(std::sqrt(energy));
    result_.factors[k] = product(Q, found.U);
    return true;
  }

  double current_norm_squared() const {
    double square = result_.norm_squared;
    for (const double energy : result_.discarded) square -= energy;
    return square;
  }

  Tensor<Scalar> random_tensor(const TensorShape& shape, int mode) const {
    Tensor<Scalar> Z(shape);
    Random random(options_.seed, static_cast<std::uint64_t>(mode));
    Vector normals(1 << 12);
    for (Index first = 0; first < Z.size(); first += static_cast<Index>(normals.size())) {
      const Index count = std::min<Index>(Z.size() - first, static_cast<Index>(normals.size()));
      random.fill_normal(std::span(normals).first(static_cast<std::size_t>(count)));
      std::transform(normals.begin(), normals.begin() + count, Z.data() + first, [](double x) { return static_cast<Scalar>(x); });
    }
    return Z;
  }

  const SlabSource<Scalar>& source_;
  const SthosvdOptions& options_;
  TensorShape shape_;
  std::vector<Index> ranks_;  // empty: by error
  TuckerDecomposition result_;
};

}  // namespace

template <class Scalar>
TuckerDecomposition sthosvd(const SlabSource<Scalar>& source, const SthosvdOptions& options) {
  return Sthosvd<Scalar>(source, options).run();
}

template <class Scalar>
TuckerDecomposition sthosvd(TensorView<Scalar> T, const SthosvdOptions& options) {
  return sthosvd<Scalar>(MemorySlabs<Scalar>(T), options);
}

template TuckerDecomposition sthosvd(const SlabSource<double>&, const SthosvdOptions&);
template TuckerDecomposition sthosvd(const SlabSource<float>&, const SthosvdOptions&);
template TuckerDecomposition sthosvd(TensorView<double>, const SthosvdOptions&);
template TuckerDecomposition sthosvd(TensorView<float>, const SthosvdOptions&);

}  // namespace nadir
