# ffh_wrap_archive(NAME n ARCHIVE target CONTRACT header [DEFINITIONS ...] [PARTLY])
#
#   NAME      the imported target, which is linked in place of ARCHIVE and brings what that brings along so far
#   ARCHIVE   a static library in which a facade and the FFH_LEGACY functions behind it share object files; a target of
#             this project or an imported one
#   CONTRACT  the annotated header, read with the include directories of ARCHIVE
#   PARTLY    calls that cannot be redirected are warnings, not errors
#
# Makes a copy of the archive in which those calls, too, go through the wrappers of the target that links it:
# scripts/ffhlib/wrap_archive.py says how. An archive whose facade and legacy functions lie in different object files
# does not need this.

include(ffhArchive)

function(ffh_wrap_archive)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PARTLY" "NAME;ARCHIVE;CONTRACT" "DEFINITIONS")
  ffh_need_arguments(ffh_wrap_archive NAME ARCHIVE CONTRACT)
  ffh_check_archive(ffh_wrap_archive ${arg_ARCHIVE} "calls inside a shared one are resolved already")
  find_program(FFH_PYTHON3 python3 REQUIRED)
  cmake_path(ABSOLUTE_PATH arg_CONTRACT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE contract)
  set(directory ${PROJECT_BINARY_DIR}/wrapped/${arg_NAME})
  file(MAKE_DIRECTORY ${directory})
  set(copy ${directory}/lib${arg_NAME}.a)
  set(model ${directory}/model.json)
  set(includes "$<TARGET_PROPERTY:${arg_ARCHIVE},INTERFACE_INCLUDE_DIRECTORIES>")
  set(flags "-I${PROJECT_SOURCE_DIR}/harness/include;$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>")
  foreach(definition IN LISTS arg_DEFINITIONS)
    list(APPEND flags "-D${definition}")
  endforeach()
  set(script ${PROJECT_SOURCE_DIR}/scripts/ffhlib/wrap_archive.py)
  set(partly "")
  if(arg_PARTLY)
    set(partly --partly)
  endif()
  add_custom_command(
    OUTPUT ${copy} ${model}
    COMMAND ffh-gen emit ${contract} --name ${arg_NAME} --project ${PROJECT_SOURCE_DIR} -o ${directory}/unused.c
            --model ${model} -- "${flags}"
    COMMAND ${FFH_PYTHON3} ${script} $<TARGET_FILE:${arg_ARCHIVE}> ${copy} --model ${model} --objcopy ${FFH_OBJCOPY}
            ${partly}
    DEPENDS ffh-gen ${contract} ${arg_ARCHIVE} $<TARGET_FILE:${arg_ARCHIVE}> ${script}
            ${PROJECT_SOURCE_DIR}/harness/include/ffh/contract.h
    COMMENT "Wrapping the inner functions of ${arg_ARCHIVE}"
    COMMAND_EXPAND_LISTS VERBATIM)
  ffh_add_archive_copy(${arg_NAME} ${copy} ${arg_ARCHIVE})
endfunction()
