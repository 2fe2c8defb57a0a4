# The page of reports: web/ bundled into one template, as a source file of nadir_report.
#
# Needs node and npm, which fetches what web/package-lock.json pins. Where they are missing, or nothing can be fetched,
# nadir is built all the same: runs then end without report.html, and `nadir report` says why.
set(NADIR_BUILD_REPORT AUTO CACHE STRING "The page of reports: AUTO (where npm can fetch its packages), ON (or fail), OFF")
set_property(CACHE NADIR_BUILD_REPORT PROPERTY STRINGS AUTO ON OFF)
find_program(NADIR_NODE NAMES node nodejs)
find_program(NADIR_NPM npm)

set(page ${CMAKE_CURRENT_BINARY_DIR}/page)
set(page_source ${page}/page_template.cpp)
set(reason "")
if(NADIR_BUILD_REPORT STREQUAL "OFF")
  set(reason "NADIR_BUILD_REPORT is OFF")
elseif(NOT NADIR_NODE OR NOT NADIR_NPM)
  set(reason "node and npm were not found when it was built")
  if(NOT NADIR_BUILD_REPORT STREQUAL "AUTO")
    message(FATAL_ERROR "NADIR_BUILD_REPORT is ${NADIR_BUILD_REPORT}, but node and npm were not found")
  endif()
endif()

# PAGE/failed stands beside a source without a page: what was missing is tried again.
if(reason)
  message(STATUS "No page for reports: ${reason}")
  configure_file(${CMAKE_CURRENT_LIST_DIR}/no_page_template.cpp.in ${page_source} @ONLY)
  file(TOUCH ${page}/failed)
else()
  if(EXISTS ${page}/failed)
    file(REMOVE ${page}/failed ${page_source})
  endif()
  file(GLOB web_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/*.* ${PROJECT_SOURCE_DIR}/web/src/*)
  add_custom_command(OUTPUT ${page_source}
    COMMAND ${CMAKE_COMMAND} -D "NODE=${NADIR_NODE}" -D "NPM=${NADIR_NPM}" -D "WEB=${PROJECT_SOURCE_DIR}/web"
      -D "PAGE=${page}" -D "MODE=${NADIR_BUILD_REPORT}" -P ${CMAKE_CURRENT_LIST_DIR}/bundle_page.cmake
    DEPENDS ${web_files} ${CMAKE_CURRENT_LIST_DIR}/bundle_page.cmake ${CMAKE_CURRENT_LIST_DIR}/no_page_template.cpp.in
    COMMENT "Bundling the page of reports" VERBATIM)
endif()
target_sources(nadir_report PRIVATE ${page_source})
