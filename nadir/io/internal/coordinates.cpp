#include "nadir/io/internal/coordinates.hpp"

#include <algorithm>
#include <numeric>

#include "nadir/base/error.hpp"

namespace nadir::internal {
namespace {

// -1, 0 or 1 as entry a stands before, on or after entry b.
int compare(const CoordinateList& list, std::size_t a, std::size_t b) {
  for (const auto& index : list.coordinates)
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

// "(0, 2, 1)"
std::string coordinates_text(const CoordinateList& list, std::size_t entry) {
  std::string text = "(";
  for (const auto& index : list.coordinates)
    text += (text.size() > 1 ? ", " : "") + std::to_string(index[entry]);
  return text + (list.coordinates.size() == 1 ? ",)" : ")");
}

void sort(CoordinateList& list, const std::function<std::string(std::size_t)>& place_of) {
  const auto before = [&list](std::size_t a, std::size_t b) { return compare(list, a, b) < 0; };
  std::vector<std::size_t> order(list.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const bool is_sorted = std::is_sorted(order.begin(), order.end(), before);
  if (!is_sorted) std::stable_sort(order.begin(), order.end(), before);
  for (std::size_t e = 1; e < order.size(); ++e)
    if (compare(list, order[e - 1], order[e]) == 0)
      throw InputError(place_of(order[e]), "each place once",
                       coordinates_text(list, order[e]) + " again, after " + place_of(order[e - 1]));
  if (is_sorted) return;
  for (auto& index : list.coordinates) permute(index, order);
  permute(list.values, order);
}

}  // namespace

DataTensor sparse_tensor(CoordinateList&& list, const std::function<std::string(std::size_t)>& place_of) {
  sort(list, place_of);
  DataTensor tensor;
  tensor.shape = std::move(list.shape);
  for (auto& index : list.coordinates) tensor.coordinates.emplace_back(std::move(index));
  tensor.values = std::move(list.values);
  return tensor;
}

}  // namespace nadir::internal
