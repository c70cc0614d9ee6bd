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
function(ffh_wrap_archive)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PARTLY" "NAME;ARCHIVE;CONTRACT" "DEFINITIONS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_ARCHIVE OR NOT arg_CONTRACT)
    message(FATAL_ERROR "ffh_wrap_archive needs NAME, ARCHIVE and CONTRACT; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET ${arg_ARCHIVE})
    message(FATAL_ERROR "ffh_wrap_archive: ARCHIVE '${arg_ARCHIVE}' is no target")
  endif()
  get_target_property(type ${arg_ARCHIVE} TYPE)
  if(NOT type STREQUAL "STATIC_LIBRARY")
    message(FATAL_ERROR "ffh_wrap_archive: ARCHIVE '${arg_ARCHIVE}' is no static library: calls inside a shared one "
                        "are resolved already")
  endif()
  find_program(FFH_OBJCOPY NAMES llvm-objcopy-19 llvm-objcopy)
  find_program(FFH_PYTHON3 python3 REQUIRED)
  if(NOT FFH_OBJCOPY)
    message(FATAL_ERROR "ffh_wrap_archive needs llvm-objcopy; see scripts/ffh doctor")
  endif()
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
  add_custom_target(${arg_NAME}-copy DEPENDS ${copy})
  add_library(${arg_NAME} STATIC IMPORTED GLOBAL)
  add_dependencies(${arg_NAME} ${arg_NAME}-copy)
  set_target_properties(${arg_NAME} PROPERTIES IMPORTED_LOCATION ${copy})
  foreach(property INTERFACE_INCLUDE_DIRECTORIES INTERFACE_COMPILE_DEFINITIONS INTERFACE_LINK_LIBRARIES
                   INTERFACE_LINK_OPTIONS)
    get_target_property(values ${arg_ARCHIVE} ${property})
    if(values)
      set_property(TARGET ${arg_NAME} APPEND PROPERTY ${property} ${values})
    endif()
  endforeach()
endfunction()
