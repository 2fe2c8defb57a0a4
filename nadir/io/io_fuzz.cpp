// Fuzz target for every array format: whatever the bytes, a parser returns an array whose values match its
// shape, or throws InputError. The first byte picks the format.
#include <cstdlib>

#include "nadir/base/error.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/matrix_market.hpp"
#include "nadir/io/npz.hpp"

namespace {

constexpr const char* names[] = {"a.npy", "a.npz", "a.csv", "a.tsv", "a.idx", "a.npy.gz", "a.mtx"};

void require(bool law) {
  if (!law) std::abort();
}

void parse_one(std::span<const std::byte> bytes, const std::string& name) {
  if (name == "a.mtx") {  // sparse: a few bytes may promise a dense matrix of any size
    const auto matrix =
        nadir::parse_matrix_market({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
    for (std::size_t k = 0; k < matrix.values.size(); ++k)
      require(matrix.row_index[k] >= 0 && matrix.row_index[k] < matrix.rows && matrix.col_index[k] >= 0 &&
              matrix.col_index[k] < matrix.cols);
    return;
  }
  if (name == "a.npz") {
    const nadir::NpzFile file(bytes, name);
    for (const std::string& member : file.names()) file.read(member);
    return;
  }
  const nadir::Array array = nadir::parse_array(bytes, name);
  std::size_t count = 1;
  for (const std::int64_t extent : array.shape) count *= static_cast<std::size_t>(extent);
  require(count == array.values.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  try {
    parse_one(bytes, names[data[0] % std::size(names)]);
  } catch (const nadir::InputError&) {
  }
  return 0;
}
