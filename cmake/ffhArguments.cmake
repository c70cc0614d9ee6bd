# ffh_need_arguments(COMMAND KEYWORD...): each keyword was given to COMMAND (in arg_KEYWORD, as
# cmake_parse_arguments leaves it) and nothing else was. A value may be a word that CMake takes for
# false, such as `n`.
function(ffh_need_arguments command)
  set(missing "")
  foreach(keyword ${ARGN})
    if("${arg_${keyword}}" STREQUAL "")
      list(APPEND missing ${keyword})
    endif()
  endforeach()
  if(missing OR NOT "${arg_UNPARSED_ARGUMENTS}" STREQUAL "")
    list(JOIN ARGN ", " needed)
    list(JOIN missing ", " missing)
    message(FATAL_ERROR
            "${command} needs ${needed}; missing: ${missing}; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
endfunction()
