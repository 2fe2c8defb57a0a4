// A family with its options and data: driver/registry.hpp for Python.
//
// One object is one family. It is filled (set, set_data), and then either evaluated or given to one run, which prepares the
// family itself.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/core/trace.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/driver/run_outcome.hpp"
#include "python/bindings/convert.hpp"
#include "python/bindings/text_options.hpp"

namespace nadir::python {

class Problem {
 public:
  explicit Problem(const std::string& family);

  void set(const std::string& option, const std::string& text);
  void set_data(const std::string& option, const py::dict& data);
  void prepare();
  py::list layout() const { return layout_list(family_->problem().layout()); }
  py::object start(const std::string& start_name, std::int64_t seed, std::int64_t index) const;

  double value(const DoubleArray& x) const;
  py::tuple value_and_gradient(const DoubleArray& x) const;
  // `V` holds a vector a row: k x dimension in C order.
  py::array hessian_products(const DoubleArray& x, const DoubleArray& V) const;

  bool predicts(const py::object& point, const py::list& layout) const;
  // Predictions, and whether each says no more than means; ids that are not known: refused, or the mean.
  py::tuple predict(const py::object& point, const py::list& layout, const std::vector<std::string>& rows,
                    const std::vector<std::string>& columns, bool refuses_unknown) const;

  Family& family() const { return *family_; }
  // Names of the options that are not left at their defaults, and of those in `options`.
  std::vector<std::string> given(const TextOptions& options) const;
  // Families promise nothing to several threads: whoever uses the prepared family holds this, without the interpreter lock.
  std::mutex& turn() const { return turn_; }
  // Data are shared with NumPy: what a run says of data that changed under it is true of none. InputError where they did.
  void require_same_data() const;
  // As many doubles as the problem has; throws InputError.
  std::span<const double> checked(const DoubleArray& x) const;

 private:
  mutable std::mutex turn_;
  std::unique_ptr<Family> family_;
  OptionList rows_;
  std::vector<std::string> given_;
  std::vector<std::pair<const OptionRow*, std::uint64_t>> fingerprints_;  // of data, when they were set
};

// {"json", "escape", "folder", "point", "trace", ...}: python/nadir/_runs.py makes a Result of it. Takes the point away.
py::dict outcome_dict(RunOutcome& outcome, const Trace& trace);
// The threads that a run asked for.
void use_threads(const RunOptions& run);
// Rows as dicts: what classes, signatures and docstrings are made of.
py::list rows_list(const OptionList& rows);

}  // namespace nadir::python
