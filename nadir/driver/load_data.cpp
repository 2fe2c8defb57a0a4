#include "nadir/driver/load_data.hpp"

#include <variant>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

Matrix as_written(const std::string& path) {
  const Array array = load_array(path);
  require_finite(array, path);
  Matrix matrix = to_matrix(array, path);
  if (matrix.size() == 0) throw InputError(path, "at least one entry", "shape " + shape_text(array.shape));
  return matrix;
}

void load(DataMatrix& data, const OptionRow& row) {
  if (data.path.empty() || data.values.size() > 0) return;
  data.values = row.is_as_written ? as_written(data.path) : load_samples(data.path).samples;
  data.sha256 = sha256_of_file(file_of(data.path));
}

void load(DataBlocks& data) {
  if (data.path.empty() || !data.values.empty()) return;
  for (const auto& [name, array] : read_npz_in_order(data.path)) {
    const std::string place = data.path + ":" + name;
    require_finite(array, place);
    data.values[name] = to_matrix(array, place);
  }
  if (data.values.empty()) throw InputError(data.path, "an archive with at least one array", "none");
  data.sha256 = sha256_of_file(data.path);
}

}  // namespace

void load_data(const OptionList& rows) {
  for (const OptionRow& row : rows) {
    if (auto* const* matrix = std::get_if<DataMatrix*>(&row.target)) load(**matrix, row);
    else if (auto* const* blocks = std::get_if<DataBlocks*>(&row.target)) load(**blocks);
  }
}

}  // namespace nadir
