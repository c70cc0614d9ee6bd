# ffh_debian_source(NAME VERSION OUT): the directory of a pinned, verified and unpacked Debian source
# package, shared by all build directories. Fetched at configure time when it is not there yet.
function(ffh_debian_source name version out)
  find_program(FFH_PYTHON3 python3 REQUIRED)
  set(directory ${PROJECT_SOURCE_DIR}/.cache/source/${name}-${version})
  execute_process(
    COMMAND ${FFH_PYTHON3} ${PROJECT_SOURCE_DIR}/scripts/ffhlib/debsource.py ${name} ${version} ${directory}
    RESULT_VARIABLE status ERROR_VARIABLE problem)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "The source of ${name} ${version} is not available.\n${problem}")
  endif()
  set(${out} ${directory} PARENT_SCOPE)
endfunction()

# ffh_patched_file(DIRECTORY FILE PATCH OUT): FILE of a source directory with a patch applied, as a copy
# in the build directory.
function(ffh_patched_file directory file patch out)
  find_program(FFH_PATCH patch REQUIRED)
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/patched/${file})
  add_custom_command(
    OUTPUT ${copy}
    COMMAND ${FFH_PATCH} --quiet --batch --fuzz=0 --output=${copy} ${directory}/${file} ${patch}
    DEPENDS ${directory}/${file} ${patch}
    VERBATIM)
  get_filename_component(folder ${copy} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  set(${out} ${copy} PARENT_SCOPE)
endfunction()
