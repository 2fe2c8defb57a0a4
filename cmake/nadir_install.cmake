# The installed package: nadir::nadir (everything but the command line), nadir::checker (verify and what it
# stands on), one target a module, and what find_package(nadir) needs. Headers are installed by nadir_module.
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY NADIR_MODULES)

add_library(nadir_nadir INTERFACE)
add_library(nadir::nadir ALIAS nadir_nadir)
set_target_properties(nadir_nadir PROPERTIES EXPORT_NAME nadir)
target_link_libraries(nadir_nadir INTERFACE ${modules})

set(umbrellas nadir_nadir)
if(TARGET nadir_verify)
  add_library(nadir_checker INTERFACE)
  add_library(nadir::checker ALIAS nadir_checker)
  set_target_properties(nadir_checker PROPERTIES EXPORT_NAME checker)
  target_link_libraries(nadir_checker INTERFACE nadir_verify)
  list(APPEND umbrellas nadir_checker)
endif()
set_target_properties(nadir_options PROPERTIES EXPORT_NAME options)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/nadir)
install(TARGETS ${modules} ${umbrellas} nadir_options EXPORT nadirTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT nadirTargets NAMESPACE nadir:: DESTINATION ${package_folder})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/nadirConfig.cmake.in nadirConfig.cmake
  INSTALL_DESTINATION ${package_folder})
# Before 1.0 a minor version may change what a verdict means: only the same minor version is compatible.
write_basic_package_version_file(nadirConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/nadirConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/nadirConfigVersion.cmake
  DESTINATION ${package_folder})

if(EXISTS ${PROJECT_SOURCE_DIR}/nadir/nadir.hpp)
  install(FILES ${PROJECT_SOURCE_DIR}/nadir/nadir.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nadir)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
