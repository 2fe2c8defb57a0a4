#include "nadir/driver/reconstruct.hpp"

#include <algorithm>
#include <charconv>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/error.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/point_file.hpp"
#include "nadir/linalg/tensor.hpp"

namespace nadir {
namespace {

constexpr Index part_bytes = Index{16} << 20;

struct Model {
  Tensor<double> core;
  std::vector<Matrix> factors;

  int num_modes() const { return static_cast<int>(factors.size()); }
  std::vector<std::int64_t> shape() const {
    std::vector<std::int64_t> extents;
    for (const Matrix& A : factors) extents.push_back(A.rows());
    return extents;
  }
};

[[noreturn]] void refuse_blocks(const std::string& place, const Layout& layout) {
  std::string found;
  for (const BlockShape& block : layout.blocks())
    found += (found.empty() ? "" : ", ") + block.name + " " + shape_text({block.rows, block.cols});
  throw InputError(place, "the point of a Tucker decomposition: core (r1, r2 r3 ...), A1 (n1, r1), A2 (n2, r2), ...", found);
}

Model read_model(const std::string& place) {
  const Point point = read_point(place);
  const Layout& layout = point.layout;
  const auto modes = static_cast<int>(layout.num_blocks()) - 1;
  const BlockShape* core = layout.find("core");
  if (core == nullptr || modes < 1 || modes > TensorShape::max_modes) refuse_blocks(place, layout);
  Model model;
  std::vector<Index> ranks;
  for (int k = 0; k < modes; ++k) {
    const BlockShape* block = layout.find("A" + std::to_string(k + 1));
    if (block == nullptr) refuse_blocks(place, layout);
    const auto index = static_cast<std::size_t>(block - layout.blocks().data());
    model.factors.emplace_back(point.block(index));
    ranks.push_back(block->cols);
  }
  const TensorShape shape(ranks);
  if (core->rows != shape[0] || core->size() != shape.size()) refuse_blocks(place, layout);
  const auto index = static_cast<std::size_t>(core - layout.blocks().data());
  model.core = Tensor<double>(shape, std::move(to_array(point.block(index)).values));
  return model;
}

Index number(std::string_view text, const std::string& whole) {
  Index value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw InputError("--slab", "MODE:FIRST..END, as 2:10..20", "'" + whole + "'");
  return value;
}

// Keeps rows first, ..., end - 1 of one factor.
void restrict_mode(Model& model, const std::string& slab) {
  const std::size_t colon = std::min(slab.find(':'), slab.size()), dots = std::min(slab.find("..", colon), slab.size());
  const std::string_view text = slab;
  const Index mode = number(text.substr(0, colon), slab);
  const Index first = number(text.substr(std::min(colon + 1, dots), dots - std::min(colon + 1, dots)), slab);
  const Index end = number(text.substr(std::min(dots + 2, slab.size())), slab);
  if (mode < 1 || mode > model.num_modes())
    throw InputError("--slab", "a mode from 1 to " + std::to_string(model.num_modes()), std::to_string(mode));
  Matrix& A = model.factors[static_cast<std::size_t>(mode - 1)];
  if (first < 0 || first >= end || end > A.rows())
    throw InputError("--slab", "for mode " + std::to_string(mode) + " a first entry from 0 and an end above it, at most " + std::to_string(A.rows()),
                     std::to_string(first) + ".." + std::to_string(end));
  A = Matrix(A.view().block(first, 0, end - first, A.cols()));
}

void restrict_modes(Model& model, const std::string& slabs) {
  for (std::size_t at = 0; at < slabs.size();) {
    const std::size_t end = std::min(slabs.find(',', at), slabs.size());
    restrict_mode(model, slabs.substr(at, end - at));
    at = end + 1;
  }
}

// Writes entries in C order. Modes before `mode` are expanded already, each to one of its entries.
void write_entries(AtomicFile& file, const Model& model, TensorView<double> core, int mode) {
  Index rest = static_cast<Index>(sizeof(double));  // bytes of an entry of this mode
  for (int k = mode + 1; k < model.num_modes(); ++k) rest *= model.factors[static_cast<std::size_t>(k)].rows();
  const ConstMatrixView A = model.factors[static_cast<std::size_t>(mode)];
  if (rest > part_bytes) {
    for (Index i = 0; i < A.rows; ++i)
      write_entries(file, model, mode_product(core, mode, A.block(i, 0, 1, A.cols)).view(), mode + 1);
    return;
  }
  const Index step = part_bytes / rest;
  for (Index first = 0; first < A.rows; first += step) {
    std::vector<ModeFactor> factors{{mode, A.block(first, 0, std::min(step, A.rows - first), A.cols)}};
    for (int k = mode + 1; k < model.num_modes(); ++k) factors.push_back({k, model.factors[static_cast<std::size_t>(k)]});
    const Tensor<double> part = multi_mode_product(core, std::span<const ModeFactor>(factors));
    file.write(std::as_bytes(part.flat()));
  }
}

}  // namespace

OptionList rows(ReconstructRequest& r) {
  return {option("slab", r.slab, "a part: MODE:FIRST..END, modes from 1, entries from 0 without END; several between commas").shown_as("SLAB")};
}

Reconstruction reconstruct(const ReconstructRequest& request) {
  if (request.output.empty()) throw InputError("reconstruct", "a file to write: -o FILE.npy", "none");
  if (!request.output.ends_with(".npy")) throw InputError("-o", "a file ending in .npy", "'" + request.output + "'");
  Model model = read_model(request.folder + "/point.npz");
  restrict_modes(model, request.slab);
  const Reconstruction result{model.shape()};
  TensorShape(std::vector<Index>(result.shape.begin(), result.shape.end()));  // refuses what cannot be addressed
  AtomicFile file(request.output);
  file.write(npy_header({result.shape, {}}));
  write_entries(file, model, model.core.view(), 0);
  file.commit();
  return result;
}

}  // namespace nadir
