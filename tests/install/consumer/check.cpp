// Calls the checker from a program that links nothing else: a folder that is no run folder is refused.
#include "nadir/base/error.hpp"
#include "nadir/verify/verify.hpp"

int main() {
  try {
    nadir::verify("no-such-folder");
  } catch (const nadir::InputError&) {
    return 0;
  } catch (const nadir::FileError&) {
    return 0;
  }
  return 1;
}
