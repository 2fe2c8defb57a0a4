#include "nadir/io/internal/onnx_tensor.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <span>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/element_type.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {
namespace {

using onnx::TensorProto;

ElementType element_type(const TensorProto& tensor, const std::string& place) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return {ElementKind::floating, 4, false};
    case TensorProto::DOUBLE:
      return {ElementKind::floating, 8, false};
    case TensorProto::INT32:
      return {ElementKind::signed_integer, 4, false};
    case TensorProto::INT64:
      return {ElementKind::signed_integer, 8, false};
    case TensorProto::BOOL:
      return {ElementKind::boolean, 1, false};
    default:
      break;
  }
  const std::string name = TensorProto::DataType_IsValid(tensor.data_type())
                               ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(tensor.data_type()))
                               : "type " + std::to_string(tensor.data_type());
  throw InputError(place, "numbers of type FLOAT, DOUBLE, INT32, INT64 or BOOL (convert the model to FLOAT)", name);
}

// Where the numbers of a tensor lie in another file.
struct ExternalData {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  // absent: to the end of the file
};

std::uint64_t byte_count(const std::string& text, const std::string& what, const std::string& place) {
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size())
    throw InputError(place, "a number of bytes as the " + what + " of its external data", internal::quoted(text));
  return value;
}

ExternalData external_data(const TensorProto& tensor, const std::string& place) {
  ExternalData data;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") data.location = entry.value();
    if (entry.key() == "offset") data.offset = byte_count(entry.value(), "offset", place);
    if (entry.key() == "length") data.length = byte_count(entry.value(), "length", place);
  }
  return data;
}

// A model from a stranger must not make us read files elsewhere.
void require_beside_the_model(const std::string& location, const std::string& place) {
  const std::filesystem::path path(location);
  bool is_inside = !location.empty() && path.is_relative() && location.find('\0') == std::string::npos;
  for (const auto& part : path) is_inside = is_inside && part != "..";
  if (!is_inside) throw InputError(place, "external data in a file beside the model", internal::quoted(location));
}

Vector external_values(const TensorProto& tensor, const ElementType& type, std::size_t count,
                       const std::optional<std::string>& folder, const std::string& place) {
  if (!folder) throw InputError(place, "its numbers in the file itself", "external data");
  const ExternalData data = external_data(tensor, place);
  require_beside_the_model(data.location, place);
  const std::string path = (std::filesystem::path(*folder) / data.location).string();
  const std::string data_place = place + ", external data " + path;
  std::shared_ptr<const Bytes> bytes;
  try {
    bytes = open_file(path);
  } catch (const InputError& error) {
    throw InputError(data_place, error.expected(), error.found());
  }
  const std::uint64_t size = bytes->size();
  if (data.offset > size || data.length.value_or(0) > size - data.offset)
    throw InputError(data_place,
                     std::to_string(data.length.value_or(0)) + " bytes from byte " + std::to_string(data.offset) + " on",
                     "a file of " + std::to_string(size) + " bytes");
  const auto source = source_of(std::move(bytes), data.offset, data.length.value_or(size - data.offset));
  return read_elements(*source, type, count, data_place);
}

template <class Field>
Vector field_values(const Field& field, std::size_t count, const std::string& place) {
  if (static_cast<std::size_t>(field.size()) != count)
    throw InputError(place, std::to_string(count) + " numbers, as its dimensions say", std::to_string(field.size()));
  Vector values;
  values.reserve(count);
  for (const auto x : field) {
    values.push_back(static_cast<double>(x));
    if (std::is_integral_v<decltype(x)> && std::fabs(values.back()) >= 0x1p53)
      throw InputError(place, "integers below 2^53 in magnitude", std::to_string(x));
  }
  return values;
}

Vector typed_values(const TensorProto& tensor, std::size_t count, const std::string& place) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return field_values(tensor.float_data(), count, place);
    case TensorProto::DOUBLE:
      return field_values(tensor.double_data(), count, place);
    case TensorProto::INT64:
      return field_values(tensor.int64_data(), count, place);
    default:  // INT32 and BOOL share a field
      return field_values(tensor.int32_data(), count, place);
  }
}

Vector values_of(const TensorProto& tensor, std::size_t count, const std::optional<std::string>& folder,
                 const std::string& place) {
  const ElementType type = element_type(tensor, place);
  if (tensor.has_segment()) throw InputError(place, "a whole tensor", "a segment of one");
  if (tensor.data_location() == TensorProto::EXTERNAL) return external_values(tensor, type, count, folder, place);
  if (!tensor.has_raw_data()) return typed_values(tensor, count, place);
  const auto source = source_of(view_memory(std::as_bytes(std::span(tensor.raw_data()))));
  return read_elements(*source, type, count, place);
}

}  // namespace

Array onnx_tensor(const TensorProto& tensor, const std::optional<std::string>& folder, const std::string& place) {
  Array array;
  array.shape.assign(tensor.dims().begin(), tensor.dims().end());
  const std::size_t count = num_elements(array.shape, place);
  array.values = values_of(tensor, count, folder, place);
  require_finite(array, place);
  return array;
}

}  // namespace nadir::internal
