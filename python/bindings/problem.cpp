#include "python/bindings/problem.hpp"

#include <pybind11/stl.h>

#include <charconv>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/driver/solve_options.hpp"
#include "nadir/solvers/make_solver.hpp"
#include "python/bindings/bindings.hpp"
#include "python/bindings/data.hpp"

namespace nadir::python {
namespace {

// Whether the entries, if there are any, stand at numbers and not at ids.
bool counts_rows_and_columns(const OptionList& rows) {
  for (const OptionRow& row : rows)
    if (auto* const* entries = std::get_if<DataEntries*>(&row.target); entries && !(*entries)->values.empty())
      return (*entries)->row_ids.empty();
  return false;
}

// Python counts from 0, predictors from 1.
std::string one_more(const std::string& number) {
  Index index = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
  const bool is_number = error == std::errc{} && end == number.data() + number.size() && index >= 0 &&
                         index < std::numeric_limits<Index>::max();
  return is_number ? std::to_string(index + 1) : "";
}

py::list family_list() {
  py::list list;
  for (const FamilyRow& row : families()) {
    const auto family = row.make();
    py::dict d;
    d["name"] = std::string(row.name);
    d["summary"] = std::string(family->summary());
    d["help"] = std::string(family->help());
    d["options"] = rows_list(family->options());
    list.append(d);
  }
  return list;
}

}  // namespace

py::list rows_list(const OptionList& rows) {
  py::list list;
  for (const OptionRow& row : rows) {
    py::dict d;
    d["name"] = row.name;
    d["kind"] = option_kind(row);
    d["help"] = row.help;
    d["default"] = is_data(row) ? std::string() : value_text(row);
    d["choices"] = row.choices;
    d["range"] = row.least > -std::numeric_limits<double>::infinity() || row.most < std::numeric_limits<double>::infinity()
                     ? range_text(row) : std::string();
    d["required"] = row.is_required;
    d["as_written"] = row.is_as_written;
    list.append(d);
  }
  return list;
}

Problem::Problem(const std::string& family) : family_(make_family(family)), rows_(family_->options()) {}

void Problem::set(const std::string& option, const std::string& text) {
  assign(row_of(rows_, option), text, keyword(option));
  given_.push_back(option_name(option));
}

void Problem::set_data(const std::string& option, const py::dict& data) {
  const OptionRow& row = row_of(rows_, option);
  fill(row, data);
  const py::gil_scoped_release unlocked;
  fingerprints_.emplace_back(&row, fingerprint(row));
  given_.push_back(option_name(option));
}

void Problem::require_same_data() const {
  const py::gil_scoped_release unlocked;
  for (const auto& [row, before] : fingerprints_)
    if (fingerprint(*row) != before)
      throw InputError(keyword(row->name), "an array that stays as it is while a run looks at it", "one that changed");
}

std::vector<std::string> Problem::given(const TextOptions& options) const {
  std::vector<std::string> names = given_;
  for (const auto& [name, text] : options) names.push_back(option_name(name));
  return names;
}

void Problem::prepare() {
  const py::gil_scoped_release unlocked;
  const std::lock_guard turn(turn_);
  family_->prepare();
}

double Problem::value(const DoubleArray& x) const {
  const auto span = checked(x);
  const py::gil_scoped_release unlocked;
  const std::lock_guard turn(turn_);
  return family_->problem().value(span);
}

py::tuple Problem::value_and_gradient(const DoubleArray& x) const {
  const auto span = checked(x);
  Vector gradient(span.size());
  double value = 0.0;
  {
    const py::gil_scoped_release unlocked;
    const std::lock_guard turn(turn_);
    const auto expansion = family_->problem().expand(span);
    value = expansion->value();
    expansion->gradient(gradient);
  }
  return py::make_tuple(value, owned(std::move(gradient)));
}

py::array Problem::hessian_products(const DoubleArray& x, const DoubleArray& V) const {
  const auto span = checked(x);
  const Index n = static_cast<Index>(span.size());
  if (V.ndim() != 2 || V.shape(1) != n) throw InputError("V", "vectors of " + std::to_string(n) + " numbers", "others");
  const Index k = V.shape(0);
  py::array_t<double> out({k, n});
  double* data = out.mutable_data();
  if (k == 0) return out;
  const double* source = V.data();
  const py::gil_scoped_release unlocked;
  const std::lock_guard turn(turn_);
  family_->problem().expand(span)->apply_hessian({source, n, k}, {data, n, k});
  return out;
}

py::object Problem::start(const std::string& start_name, std::int64_t seed, std::int64_t index) const {
  const std::vector<std::string> names = family_->start_names();
  return point_dict(family_->start(start_name.empty() ? names.front() : start_name, static_cast<std::uint64_t>(seed),
                                   static_cast<std::uint64_t>(index)));
}

bool Problem::predicts(const py::object& point, const py::list& layout) const {
  return family_->predictor(point_of(point, layout)) != nullptr;
}

py::tuple Problem::predict(const py::object& point, const py::list& layout, const std::vector<std::string>& rows,
                           const std::vector<std::string>& columns, bool refuses_unknown) const {
  const auto predictor = family_->predictor(point_of(point, layout));
  if (!predictor) throw InputError("predict", "a family that predicts entries", std::string(family_->name()));
  Vector values;
  py::array_t<bool> is_mean(static_cast<py::ssize_t>(rows.size()));
  const bool is_counted = counts_rows_and_columns(rows_);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto row = predictor->find_row(is_counted ? one_more(rows[k]) : rows[k]);
    const auto column = predictor->find_column(is_counted ? one_more(columns[k]) : columns[k]);
    if (refuses_unknown && !row) throw InputError("predict", "a row of the data (or unknown='mean')", "'" + rows[k] + "'");
    if (refuses_unknown && !column) throw InputError("predict", "a column of the data (or unknown='mean')", "'" + columns[k] + "'");
    values.push_back(predictor->predict(row, column));
    is_mean.mutable_at(static_cast<py::ssize_t>(k)) =
        !row || !column || !predictor->is_known_row(*row) || !predictor->is_known_column(*column);
  }
  return py::make_tuple(owned(std::move(values)), is_mean);
}

std::span<const double> Problem::checked(const DoubleArray& x) const {
  const Index n = family_->problem().dimension();
  if (x.size() != n) throw InputError("point", std::to_string(n) + " numbers", std::to_string(x.size()));
  return {x.data(), static_cast<std::size_t>(n)};
}

void bind_problem(py::module_& m) {
  watch_for_shutdown();
  m.def("families", &family_list);
  py::class_<Problem>(m, "Problem")
      .def(py::init<const std::string&>())
      .def("set", &Problem::set)
      .def("set_data", &Problem::set_data)
      .def("prepare", &Problem::prepare)
      .def("layout", &Problem::layout)
      .def("value", &Problem::value)
      .def("value_and_gradient", &Problem::value_and_gradient)
      .def("hessian_products", &Problem::hessian_products)
      .def("start", &Problem::start)
      .def("start_names", [](const Problem& p) { return p.family().start_names(); })
      .def("predicts", &Problem::predicts)
      .def("predict", &Problem::predict);
}

}  // namespace nadir::python
