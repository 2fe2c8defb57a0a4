// Errors of the C++ side as Python exceptions with the same words: InputError is a ValueError, FileError an OSError,
// NumericalBreakdown a nadir.NumericalError (an ArithmeticError). What a Python callback raised is never touched.
#include <cctype>
#include <string>

#include "nadir/base/error.hpp"
#include "python/bindings/bindings.hpp"

namespace nadir::python {
namespace {

// A message written for the command line names options as flags; here they are keywords: "--weight-decay" becomes
// "weight_decay".
std::string with_keywords(const std::string& message) {
  std::string text;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const bool begins_word = i == 0 || !std::isalnum(static_cast<unsigned char>(message[i - 1]));
    const bool is_flag = begins_word && message.compare(i, 2, "--") == 0 && i + 2 < message.size() &&
                         std::islower(static_cast<unsigned char>(message[i + 2]));
    if (!is_flag) {
      text += message[i];
      continue;
    }
    for (i += 2; i < message.size() && (std::isalnum(static_cast<unsigned char>(message[i])) || message[i] == '-'); ++i)
      text += message[i] == '-' ? '_' : message[i];
    --i;
  }
  return text;
}

}  // namespace

void bind_errors(pybind11::module_& m) {
  static pybind11::exception<NumericalBreakdown> numerical_error(m, "NumericalError", PyExc_ArithmeticError);
  pybind11::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const InputError& error) {
      PyErr_SetString(PyExc_ValueError, with_keywords(error.what()).c_str());
    } catch (const FileError& error) {
      PyErr_SetString(PyExc_OSError, error.what());
    } catch (const NumericalBreakdown& error) {
      numerical_error(with_keywords(error.what()).c_str());
    }
  });
}

}  // namespace nadir::python
