# Runs COMMAND (a list) and compares what it prints with the file EXPECTED, to the letter. Exit code 77: the example
# cannot run here, and its errors say why ("skipped: ...").
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${COMMAND} OUTPUT_VARIABLE found ERROR_VARIABLE errors RESULT_VARIABLE code)
if(code STREQUAL "77")
  message(NOTICE "${errors}")
  return()
endif()
file(READ ${EXPECTED} expected)
if(NOT code STREQUAL "0" OR NOT found STREQUAL expected)
  message(FATAL_ERROR "exit code ${code}\n--- expected\n${expected}\n--- found\n${found}\n--- errors\n${errors}")
endif()
