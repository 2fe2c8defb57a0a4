#include "python/bindings/convert.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "nadir/base/error.hpp"

namespace nadir::python {
namespace {

std::atomic<bool> is_shutting_down{false};

}  // namespace

std::shared_ptr<const void> keeper_of(py::object object) {
  return {object.release().ptr(), [](PyObject* kept) {
            if (is_shutting_down || Py_IsInitialized() == 0) return;
            const py::gil_scoped_acquire lock;
            Py_DECREF(kept);
          }};
}

void watch_for_shutdown() {
  py::module_::import("atexit").attr("register")(py::cpp_function([] { is_shutting_down = true; }));
}

py::array owned(Vector&& values) {
  auto holder = std::make_unique<Vector>(std::move(values));
  double* data = holder->data();
  const auto size = static_cast<py::ssize_t>(holder->size());
  const py::capsule owner(holder.get(), [](void* p) { delete static_cast<Vector*>(p); });
  holder.release();
  return py::array_t<double>(size, data, owner);
}

py::array copied(std::span<const double> values) {
  py::array_t<double> array(static_cast<py::ssize_t>(values.size()));
  std::copy(values.begin(), values.end(), array.mutable_data());
  return array;
}

Vector vector_of(const DoubleArray& array) { return Vector(array.data(), array.data() + array.size()); }

py::list layout_list(const Layout& layout) {
  py::list blocks;
  for (const BlockShape& block : layout.blocks()) blocks.append(py::make_tuple(block.name, block.rows, block.cols));
  return blocks;
}

py::object point_dict(Point&& point) {
  if (point.values.empty()) return py::none();
  py::dict result;
  result["layout"] = layout_list(point.layout);
  result["flat"] = owned(std::move(point.values));
  return result;
}

Point point_of(const py::object& flat, const py::list& blocks) {
  if (flat.is_none()) return {};
  Layout layout;
  for (const py::handle& item : blocks) {
    const auto block = item.cast<py::tuple>();
    layout.add(block[0].cast<std::string>(), block[1].cast<Index>(), block[2].cast<Index>());
  }
  Point point;
  point.values = vector_of(flat.cast<DoubleArray>());
  if (static_cast<Index>(point.values.size()) != layout.dimension())
    throw InputError("point", std::to_string(layout.dimension()) + " numbers", std::to_string(point.values.size()));
  point.layout = std::move(layout);
  return point;
}

py::dict trace_columns(const Trace& trace) {
  const auto column = [&trace](auto member) {
    Vector values;
    values.reserve(trace.size());
    for (const TraceRow& row : trace) values.push_back(static_cast<double>(row.*member));
    return owned(std::move(values));
  };
  py::dict columns;
  columns["iteration"] = column(&TraceRow::iteration);
  columns["seconds"] = column(&TraceRow::seconds);
  columns["value"] = column(&TraceRow::value);
  columns["gradient_norm"] = column(&TraceRow::gradient_norm);
  columns["curvature"] = column(&TraceRow::curvature);
  columns["step"] = column(&TraceRow::step);
  py::list events;
  for (const TraceRow& row : trace) events.append(row.event);
  columns["event"] = events;
  return columns;
}

py::object trajectory_dict(const Trajectory& trajectory) {
  if (trajectory.iterations.empty()) return py::none();
  py::dict result;
  result["iterations"] = owned(Vector(trajectory.iterations.begin(), trajectory.iterations.end()));
  result["values"] = copied(trajectory.values);
  result["points"] = copied(trajectory.points.flat());
  return result;
}

py::object escape_dict(std::optional<Escape>& escape) {
  if (!escape) return py::none();
  py::dict result;
  result["kind"] = std::string(name(escape->kind));
  result["decrease"] = escape->decrease;
  result["displacement"] = owned(std::move(escape->displacement));
  return result;
}

}  // namespace nadir::python
