#include "nadir/io/internal/coordinates.hpp"

#include <algorithm>
#include <numeric>

#include "nadir/base/error.hpp"

namespace nadir::internal {
namespace {

// -1, 0 or 1 as entry a stands before, on or after entry b.
int compare(const DataTensor& tensor, std::size_t a, std::size_t b) {
  for (const auto& index : tensor.coordinates)
    if (index[a] != index[b]) return index[a] < index[b] ? -1 : 1;
  return 0;
}

template <class T>
void permute(std::vector<T>& values, const std::vector<std::size_t>& order) {
  std::vector<T> result;
  result.reserve(values.size());
  for (const std::size_t e : order) result.push_back(values[e]);
  values = std::move(result);
}

}  // namespace

std::string coordinates_text(const DataTensor& tensor, std::size_t entry) {
  std::string text = "(";
  for (const auto& index : tensor.coordinates)
    text += (text.size() > 1 ? ", " : "") + std::to_string(index[entry]);
  return text + (tensor.coordinates.size() == 1 ? ",)" : ")");
}

void sort_coordinates(DataTensor& tensor, const std::function<std::string(std::size_t)>& place_of) {
  const auto before = [&tensor](std::size_t a, std::size_t b) { return compare(tensor, a, b) < 0; };
  std::vector<std::size_t> order(tensor.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const bool is_sorted = std::is_sorted(order.begin(), order.end(), before);
  if (!is_sorted) std::stable_sort(order.begin(), order.end(), before);
  for (std::size_t e = 1; e < order.size(); ++e)
    if (compare(tensor, order[e - 1], order[e]) == 0)
      throw InputError(place_of(order[e]), "each place once",
                       coordinates_text(tensor, order[e]) + " again, after " + place_of(order[e - 1]));
  if (is_sorted) return;
  for (auto& index : tensor.coordinates) permute(index, order);
  permute(tensor.values, order);
}

}  // namespace nadir::internal
