# Run while building: copies web/ to PAGE/web, fetches its packages there and bundles PAGE/page_template.cpp.
# With MODE AUTO a failure leaves a source without a page, and the file PAGE/failed, which makes the next
# configuration try again.
file(COPY ${WEB}/ DESTINATION ${PAGE}/web PATTERN node_modules EXCLUDE)

# Nothing of a package is run by npm itself: no scripts. The lock file's fingerprints decide what is accepted.
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
    --fetch-retries=1 --fetch-timeout=30000
  WORKING_DIRECTORY ${PAGE}/web RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 300)
if(status EQUAL 0)
  execute_process(COMMAND ${NODE} build.mjs ${PAGE}/page_template.cpp
    WORKING_DIRECTORY ${PAGE}/web RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 120)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "web/build.mjs failed:\n${output}")
  endif()
  file(REMOVE ${PAGE}/failed)
  return()
endif()

if(NOT MODE STREQUAL "AUTO")
  message(FATAL_ERROR "npm ci failed in web/:\n${output}")
endif()
message(STATUS "No page for reports: npm could not fetch its packages; configure and build again to try again")
set(reason "npm could not fetch its packages when it was built")
configure_file(${CMAKE_CURRENT_LIST_DIR}/no_page_template.cpp.in ${PAGE}/page_template.cpp @ONLY)
file(TOUCH ${PAGE}/page_template.cpp)
file(TOUCH ${PAGE}/failed)
