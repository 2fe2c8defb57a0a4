# Installs BUILD below an empty PREFIX, and looks at what is there.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE installed RELATIVE ${PREFIX} ${PREFIX}/*)
foreach(name IN ITEMS bin/nadir include/nadir/core/problem.hpp include/nadir/solvers/trust_region.hpp
        include/nadir/verify/verify.hpp)
  if(NOT name IN_LIST installed)
    message(SEND_ERROR "not installed: ${name}")
  endif()
endforeach()

set(private ${installed})
list(FILTER private INCLUDE REGEX "/internal/|_test\\.hpp$|include/nadir/cli/")
if(private)
  message(SEND_ERROR "installed, and nobody's business: ${private}")
endif()

# An installed header must not lean on one that is not.
foreach(name IN LISTS installed)
  if(name MATCHES "\\.hpp$")
    file(STRINGS ${PREFIX}/${name} lines REGEX "^#include \"nadir/")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"([^\"]+)\".*" "include/\\1" included "${line}")
      if(NOT included IN_LIST installed)
        message(SEND_ERROR "${name} includes what is not installed: ${included}")
      endif()
    endforeach()
  endif()
endforeach()

# A package that names the build folder or a source folder works on one machine only.
file(GLOB_RECURSE targets ${PREFIX}/*/cmake/nadir/*.cmake)
foreach(file IN LISTS targets)
  file(STRINGS ${file} lines)
  foreach(line IN LISTS lines)
    if(line MATCHES "${BUILD}")
      message(SEND_ERROR "${file} names the build folder: ${line}")
    endif()
  endforeach()
endforeach()
