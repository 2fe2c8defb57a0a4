// A family with its options and data: driver/registry.hpp, driver/solve.hpp and driver/judge.hpp for Python.
//
// One object is one family. It is filled (set, set_matrix, ...), and then either evaluated or given to one run: a run
// prepares the family itself, so that data are copied once, when they are set.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <limits>
#include <mutex>
#include <optional>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/driver/judge.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/driver/solve.hpp"
#include "nadir/linalg/dense.hpp"
#include "python/bindings/bindings.hpp"
#include "python/bindings/data.hpp"
#include "python/bindings/text_options.hpp"

namespace nadir::python {
namespace {

// Rows as dicts: what classes, signatures and docstrings are made of.
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

// Runs a function without the interpreter lock and, a few times a second, lets Ctrl-C through: the run then stops
// between two iterations, its state saved, and KeyboardInterrupt is raised here.
class Interruptible {
 public:
  // From within the run.
  void look() {
    const auto now = std::chrono::steady_clock::now();
    if (raised_ || now - last_ < std::chrono::milliseconds(50)) return;
    last_ = now;
    const py::gil_scoped_acquire lock;
    if (PyErr_CheckSignals() == 0) return;
    raised_.emplace();
    is_interrupted_ = true;
  }
  // Whatever a Python function called during the run raises ends the run, too.
  template <class F>
  void guard(F&& f) {
    if (raised_) return;
    const py::gil_scoped_acquire lock;
    try {
      f();
    } catch (py::error_already_set& error) {
      raised_.emplace(std::move(error));
      is_interrupted_ = true;
    }
  }
  const std::atomic<bool>* flag() const { return &is_interrupted_; }
  void raise_if_any() {
    if (raised_) throw py::error_already_set(std::move(*raised_));
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }

 private:
  std::atomic<bool> is_interrupted_{false};
  std::optional<py::error_already_set> raised_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

py::dict outcome_dict(RunOutcome& outcome, const Trace& trace) {
  py::dict result;
  result["json"] = result_json(outcome);
  result["escape"] = escape_dict(outcome.judgement.verdict.escape);
  result["is_judged"] = outcome.is_judged;
  result["folder"] = outcome.folder;
  result["solver"] = outcome.solver;
  result["termination"] = std::string(name(outcome.termination));
  result["stopped"] = outcome.stopped == Termination::not_run ? "" : std::string(name(outcome.stopped));
  result["point"] = point_dict(std::move(outcome.point));
  result["trace"] = trace_columns(trace);
  result["trajectory"] = trajectory_dict(outcome.trajectory);
  return result;
}

class Problem {
 public:
  explicit Problem(const std::string& family) : family_(make_family(family)), rows_(family_->options()) {}

  void set(const std::string& option, const std::string& text) {
    assign(row_of(rows_, option), text, keyword(option));
    given_.push_back(option_name(option));
  }
  void set_data(const std::string& option, const py::dict& data) {
    fill(row_of(rows_, option), data);
    kept_.append(data);  // a tensor is looked at where it lies
    given_.push_back(option_name(option));
  }

  void prepare() {
    const py::gil_scoped_release unlocked;
    const std::lock_guard turn(turn_);
    family_->prepare();
  }
  py::list layout() const { return layout_list(family_->problem().layout()); }
  void reshape(const py::list& blocks) {
    Layout layout;
    for (const py::handle& item : blocks) {
      const auto block = item.cast<py::tuple>();
      layout.add(block[0].cast<std::string>(), block[1].cast<Index>(), block[2].cast<Index>());
    }
    if (layout != family_->problem().layout()) family_->reshape(layout);
  }
  double value(const DoubleArray& x) const {
    const auto span = checked(x);
    const py::gil_scoped_release unlocked;
    const std::lock_guard turn(turn_);
    return family_->problem().value(span);
  }
  py::tuple value_and_gradient(const DoubleArray& x) const {
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
  // `V` holds a vector a row: k x dimension in C order.
  py::array hessian_products(const DoubleArray& x, const DoubleArray& V) const {
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
  py::object start(const std::string& start_name, std::int64_t seed, std::int64_t index) const {
    const std::vector<std::string> names = family_->start_names();
    return point_dict(family_->start(start_name.empty() ? names.front() : start_name, static_cast<std::uint64_t>(seed),
                                     static_cast<std::uint64_t>(index)));
  }

  py::dict solve(const TextOptions& options, const py::object& start, const py::list& start_layout,
                 const py::object& on_folder, const py::object& on_row) {
    SolveRequest request;
    OptionList rows = all_rows(request.options);
    for (OptionRow& row : nadir::rows(request.run)) rows.push_back(std::move(row));
    assign_all(rows, options);
    request.given = given_;
    for (const auto& [name, text] : options) request.given.push_back(option_name(name));
    request.start_in_hand = point_of(start, start_layout);
    set_num_threads(static_cast<int>(std::min<std::int64_t>(request.run.threads, 4096)));
    Interruptible watch;
    Trace trace;
    SolveHooks hooks;
    hooks.interrupt = watch.flag();
    hooks.on_row = [&](const TraceRow& row) {
      trace.push_back(row);
      watch.look();
      if (!on_row.is_none()) watch.guard([&] { on_row(row.iteration, row.seconds, row.value, row.gradient_norm, row.event); });
    };
    if (!on_folder.is_none())
      hooks.on_folder = [&](const std::string& folder) { watch.guard([&] { on_folder(folder); }); };
    RunOutcome outcome;
    {
      const py::gil_scoped_release unlocked;
      outcome = request.run.output.empty() ? solve_in_memory(*family_, request, hooks) : nadir::solve(*family_, request, hooks);
    }
    watch.raise_if_any();
    return outcome_dict(outcome, trace);
  }

  py::dict judge(const TextOptions& options, const py::object& point, const py::list& layout, const py::list& better) {
    JudgeRequest request;
    OptionList rows = nadir::rows(request);
    for (OptionRow& row : nadir::rows(request.run)) rows.push_back(std::move(row));
    assign_all(rows, options);
    request.point_in_hand = point_of(point, layout);
    for (const py::handle& item : better) {
      const auto pair = item.cast<py::tuple>();
      request.better_in_hand.push_back(point_of(pair[0], pair[1].cast<py::list>()));
    }
    // The point is in hand; the row asks for a file otherwise.
    if (!request.point_in_hand.values.empty()) request.point = "";
    set_num_threads(static_cast<int>(std::min<std::int64_t>(request.run.threads, 4096)));
    RunOutcome outcome;
    {
      const py::gil_scoped_release unlocked;
      outcome = nadir::judge(*family_, request);
    }
    Interruptible().raise_if_any();
    return outcome_dict(outcome, {});
  }

  bool predicts(const py::object& point, const py::list& layout) const {
    return family_->predictor(point_of(point, layout)) != nullptr;
  }
  // Predictions, and whether each says no more than means; ids that are not known: refused, or the mean.
  py::tuple predict(const py::object& point, const py::list& layout, const std::vector<std::string>& rows,
                    const std::vector<std::string>& columns, bool refuses_unknown) const {
    const auto predictor = family_->predictor(point_of(point, layout));
    if (!predictor) throw InputError("predict", "a family that predicts entries", std::string(family_->name()));
    Vector values;
    py::array_t<bool> is_mean(static_cast<py::ssize_t>(rows.size()));
    const bool is_counted = counts_rows_and_columns();
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

  const Family& family() const { return *family_; }

 private:
  // Whether the entries, if there are any, stand at numbers and not at ids.
  bool counts_rows_and_columns() const {
    for (const OptionRow& row : rows_)
      if (auto* const* entries = std::get_if<DataEntries*>(&row.target); entries && !(*entries)->values.empty())
        return (*entries)->row_ids.empty();
    return false;
  }
  // Python counts from 0, predictors from 1.
  static std::string one_more(const std::string& number) {
    Index index = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    const bool is_number = error == std::errc{} && end == number.data() + number.size() && index >= 0 &&
                           index < std::numeric_limits<Index>::max();
    return is_number ? std::to_string(index + 1) : "";
  }

  std::span<const double> checked(const DoubleArray& x) const {
    const Index n = family_->problem().dimension();
    if (x.size() != n) throw InputError("point", std::to_string(n) + " numbers", std::to_string(x.size()));
    return {x.data(), static_cast<std::size_t>(n)};
  }

  // Families promise nothing to several threads; Python's threads wait here, without the interpreter lock.
  mutable std::mutex turn_;
  std::unique_ptr<Family> family_;
  OptionList rows_;
  std::vector<std::string> given_;  // options that are not left at their defaults
  py::list kept_;
};

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

py::list solve_rows() {
  SolveOptions options;
  return rows_list(rows(options));
}

py::list solver_rows(const std::string& solver) {
  SolverSettings settings;
  return rows_list(solver_options(settings, solver));
}

py::list run_rows() {
  RunOptions options;
  return rows_list(rows(options));
}

}  // namespace

void bind_problem(py::module_& m) {
  m.def("families", &family_list);
  m.def("solve_options", &solve_rows);
  m.def("solver_options", &solver_rows);
  m.def("run_options", &run_rows);
  py::class_<Problem>(m, "Problem")
      .def(py::init<const std::string&>())
      .def("set", &Problem::set)
      .def("set_data", &Problem::set_data)
      .def("prepare", &Problem::prepare)
      .def("layout", &Problem::layout)
      .def("reshape", &Problem::reshape)
      .def("value", &Problem::value)
      .def("value_and_gradient", &Problem::value_and_gradient)
      .def("hessian_products", &Problem::hessian_products)
      .def("start", &Problem::start)
      .def("start_names", [](const Problem& p) { return p.family().start_names(); })
      .def("solve", &Problem::solve)
      .def("judge", &Problem::judge)
      .def("predicts", &Problem::predicts)
      .def("predict", &Problem::predict);
}

}  // namespace nadir::python
