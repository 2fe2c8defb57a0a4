# Configures the project in SOURCE against the package in PREFIX, asking for VERSION. Where EXPECTED is "works",
# builds and runs it; otherwise configuring must fail with a message that contains EXPECTED.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${BUILD})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${PREFIX} -DNADIR_VERSION=${VERSION}
  RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(NOT EXPECTED STREQUAL "works")
  if(code EQUAL 0 OR NOT output MATCHES "${EXPECTED}")
    message(FATAL_ERROR "version ${VERSION} should be refused (exit code ${code}):\n${output}")
  endif()
  return()
endif()

if(NOT code EQUAL 0)
  message(FATAL_ERROR "the consumer does not configure:\n${output}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "the consumer does not build:\n${output}")
endif()
foreach(program IN ITEMS consumer checker_consumer)
  execute_process(COMMAND ${BUILD}/${program} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${program} ends with ${code}:\n${output}")
  endif()
endforeach()
