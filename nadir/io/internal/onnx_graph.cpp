#include "nadir/io/internal/onnx_graph.hpp"

#include "nadir/base/error.hpp"
#include "nadir/io/internal/onnx_operators.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {
namespace {

struct Source {
  const onnx::GraphProto& graph;
  const std::string& file;
  std::int64_t opset;

  OnnxNode node(int index) const { return {graph.node(index), index, opset, file}; }
};

// It stands behind the graph in files, so that one cut there has none.
std::int64_t opset_of(const onnx::ModelProto& model, const std::string& file) {
  for (const auto& entry : model.opset_import())
    if ((entry.domain().empty() || entry.domain() == "ai.onnx") && entry.version() >= 1) return entry.version();
  throw InputError(file, "a model that names the version of its operators", "none (is the file cut short?)");
}

void require_chain_of_nodes(const Source& source) {
  const onnx::GraphProto& graph = source.graph;
  if (graph.node_size() == 0) throw InputError(source.file, "a graph with nodes", "none (is the file cut short?)");
  if (graph.output_size() != 1)
    throw InputError(source.file, "one output", std::to_string(graph.output_size()) + " outputs");
  if (graph.sparse_initializer_size() > 0) throw InputError(source.file, "dense initializers", "a sparse one");
}

void load_constants(const Source& source, OnnxConstants& constants) {
  for (const auto& tensor : source.graph.initializer()) constants.add_initializer(tensor);
  for (int k = 0; k < source.graph.node_size(); ++k)
    if (source.graph.node(k).op_type() == "Constant") constants.add_constant_node(source.node(k));
}

const onnx::ValueInfoProto& input_of(const Source& source, const OnnxConstants& constants) {
  const onnx::ValueInfoProto* found = nullptr;
  for (const auto& value : source.graph.input()) {
    if (constants.contains(value.name())) continue;  // the first versions of the format list the weights here too
    if (found != nullptr)
      throw InputError(source.file, "one input", "more: " + quoted(found->name()) + " and " + quoted(value.name()));
    found = &value;
  }
  if (found == nullptr || found->name().empty()) throw InputError(source.file, "an input with a name", "none");
  return *found;
}

// The dimensions that the file declares; without any, those of samples as rows.
std::vector<std::int64_t> dims_of(const onnx::ValueInfoProto& value, const std::string& file) {
  const onnx::TypeProto_Tensor& type = value.type().tensor_type();
  const std::string place = file + ", input " + quoted(value.name());
  const int element = type.elem_type();
  if (!value.type().has_tensor_type() ||
      (element != onnx::TensorProto::FLOAT && element != onnx::TensorProto::DOUBLE))
    throw InputError(place, "a tensor of type FLOAT or DOUBLE", "another type");
  constexpr std::int64_t unknown = SampleShape::unknown;
  if (!type.has_shape()) return {unknown, unknown};
  std::vector<std::int64_t> dims;
  for (const auto& dim : type.shape().dim()) {
    // 0 and -1 stand for what is not known in the files of some exporters.
    const bool is_known = dim.has_dim_value() && dim.dim_value() > 0;
    dims.push_back(is_known ? dim.dim_value() : unknown);
  }
  return dims;
}

void require_known_inputs(const OnnxNode& node, const OnnxScope& scope) {
  for (const std::string& name : node.proto().input())
    if (!name.empty() && !scope.constants.contains(name) && scope.find_live(name) == nullptr)
      node.fail("inputs that the file holds or an earlier node makes (no cycle)", quoted(name));
}

void apply(const OnnxNode& node, OnnxScope& scope) {
  if (node.op() == "Constant") return;
  require_known_inputs(node, scope);
  if (!scope.depends_on_input(node)) return scope.constants.fold(node);
  if (node.op() == "Shape") {
    node.require_inputs(1, 1);
    return scope.constants.add_shape(node, scope.find_live(node.input(0))->shape);
  }
  OnnxTensor result = apply_onnx_operator(node, scope);
  // Only Dropout has a second output that a file may hold, its mask; nothing that is read takes it.
  const int most = node.op() == "Dropout" ? 2 : 1, count = node.proto().output_size();
  if (count < 1 || count > most) node.fail("one output", std::to_string(count));
  const std::string& name = node.proto().output(0);
  if (name.empty() || scope.constants.contains(name) || !scope.live.emplace(name, std::move(result)).second)
    node.fail("a name of its own for every tensor", quoted(name));
}

// `has_samples_axis`: the first axis of the input counts samples; otherwise all of it is one sample.
DataNetwork read(const Source& source, const OnnxConstants& constants, bool has_samples_axis) {
  const onnx::ValueInfoProto& input = input_of(source, constants);
  OnnxScope scope{constants, OnnxLayers(constants.num_numbers()), {}, {}};
  scope.live[input.name()].shape = {dims_of(input, source.file), has_samples_axis};
  for (int k = 0; k < source.graph.node_size(); ++k) apply(source.node(k), scope);
  const OnnxTensor* output = scope.find_live(source.graph.output(0).name());
  if (output == nullptr)
    throw InputError(source.file, "an output that depends on the input", quoted(source.graph.output(0).name()));
  return scope.layers.finish(*output, source.node(source.graph.node_size() - 1));
}

}  // namespace

DataNetwork read_onnx_graph(const onnx::ModelProto& model, const std::string& file,
                            const std::optional<std::string>& folder) {
  const Source source{model.graph(), file, opset_of(model, file)};
  require_chain_of_nodes(source);
  OnnxConstants constants(file, folder);
  load_constants(source, constants);
  const std::vector<std::int64_t> dims = dims_of(input_of(source, constants), file);
  // A first axis of one entry is a sample by itself as well as an axis of one sample.
  if (dims.size() < 2 || dims[0] == 1) return read(source, constants, false);
  try {
    return read(source, constants, true);
  } catch (const InputError&) {
    if (dims[0] == SampleShape::unknown) throw;
    // (784, 1) is 784 samples, or a column that weights are multiplied to from the left.
    try {
      return read(source, constants, false);
    } catch (const InputError&) {
    }
    throw;
  }
}

}  // namespace nadir::internal
