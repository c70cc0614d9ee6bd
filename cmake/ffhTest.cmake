# ffh_add_unit_test(NAME SOURCES...): a cmocka test in build/<flavor>/tests, with a runtime that is itself
# built under the sanitizers.
function(ffh_add_unit_test name)
  add_executable(${name} ${ARGN})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/harness ${PROJECT_SOURCE_DIR}/harness/include)
  target_compile_options(${name} PRIVATE -O1)
  target_link_libraries(${name} PRIVATE ffh_runtime_checked cmocka ffh_sanitize ffh_warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
endfunction()

# ffh_add_unit_fixture(NAME SOURCES...): what several unit tests share and link.
function(ffh_add_unit_fixture name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/harness ${PROJECT_SOURCE_DIR}/harness/include)
  target_compile_options(${name} PRIVATE -O1 -fexceptions)
  target_link_libraries(${name} PRIVATE ffh_warnings PUBLIC ffh_runtime_checked cmocka ffh_sanitize)
endfunction()
