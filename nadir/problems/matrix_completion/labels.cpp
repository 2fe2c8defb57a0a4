#include "nadir/problems/matrix_completion/labels.hpp"

#include "nadir/base/text.hpp"

namespace nadir {
namespace {

void append_side(std::string& csv, const char* side, std::span<const std::string> ids, const std::vector<Index>& index, const Vector& offsets) {
  std::vector<Index> counts(offsets.size(), 0);
  for (const Index i : index) ++counts[static_cast<std::size_t>(i)];
  for (std::size_t i = 0; i < offsets.size(); ++i)
    csv += std::string(side) + ',' + std::to_string(i) + ',' + (ids.empty() ? std::to_string(i + 1) : csv_field(ids[i])) + ',' +
           std::to_string(counts[i]) + ',' + shortest_text(offsets[i]) + '\n';
}

}  // namespace

std::string labels_to_csv(const CompletionData& data) {
  std::string csv = "side,index,id,entries,offset\nall,,," + std::to_string(data.observed.size()) + ',' + shortest_text(data.global_offset) + '\n';
  append_side(csv, "row", data.row_ids, data.observed.row_index, data.row_offsets);
  append_side(csv, "column", data.col_ids, data.observed.col_index, data.col_offsets);
  return csv;
}

}  // namespace nadir
