#include "nadir/io/onnx.hpp"

#include <filesystem>
#include <limits>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/onnx_graph.hpp"

namespace nadir {
namespace {

// protobuf counts in int; it would print about more.
constexpr std::uint64_t most_bytes = std::numeric_limits<int>::max();

void require_size(std::uint64_t size, const std::string& place) {
  if (size > most_bytes)
    throw InputError(place, "a file below 2 GiB (larger models keep their weights in files beside it)",
                     std::to_string(size) + " bytes");
}

onnx::ModelProto parse_model(std::span<const std::byte> bytes, const std::string& place) {
  require_size(bytes.size(), place);
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw InputError(place, "an ONNX model", "bytes that are none (is the file cut short?)");
  return model;
}

onnx::ModelProto read_model(const std::string& path) {
  const auto file = internal::open_file(path);
  require_size(file->size(), path);
  const std::string bytes = internal::read_all(*internal::source_of(file));
  return parse_model(std::as_bytes(std::span(bytes)), path);
}

DataNetwork network_of(const onnx::ModelProto& model, const std::string& place,
                       const std::optional<std::string>& folder) {
  DataNetwork network = internal::read_onnx_graph(model, place, folder);
  network.path = place;
  return network;
}

}  // namespace

DataNetwork read_onnx(const std::string& path) {
  return network_of(read_model(path), path, std::filesystem::path(path).parent_path().string());
}

DataNetwork parse_onnx(std::span<const std::byte> bytes, const std::string& place) {
  return network_of(parse_model(bytes, place), place, std::nullopt);
}

}  // namespace nadir
