# What ffh_tag_archive and ffh_wrap_archive share: both link a changed copy in place of a static archive.

# ffh_check_archive(function archive why): archive is a target that is a static library, and FFH_OBJCOPY is set; an
# error of `function` otherwise. `why` completes "is no static library: ".
function(ffh_check_archive function archive why)
  if(NOT TARGET ${archive})
    message(FATAL_ERROR "${function}: ARCHIVE '${archive}' is no target")
  endif()
  get_target_property(type ${archive} TYPE)
  if(NOT type STREQUAL "STATIC_LIBRARY")
    message(FATAL_ERROR "${function}: ARCHIVE '${archive}' is no static library: ${why}")
  endif()
  find_program(FFH_OBJCOPY NAMES llvm-objcopy-19 llvm-objcopy)
  if(NOT FFH_OBJCOPY)
    message(FATAL_ERROR "${function} needs llvm-objcopy; see scripts/ffh doctor")
  endif()
endfunction()

# ffh_add_archive_copy(name copy archive): the imported target of the file `copy`, which a custom command makes. It
# brings along what `archive` does.
function(ffh_add_archive_copy name copy archive)
  add_custom_target(${name}-copy DEPENDS ${copy})
  add_library(${name} STATIC IMPORTED GLOBAL)
  add_dependencies(${name} ${name}-copy)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${copy})
  foreach(property INTERFACE_INCLUDE_DIRECTORIES INTERFACE_COMPILE_DEFINITIONS INTERFACE_LINK_LIBRARIES
                   INTERFACE_LINK_OPTIONS)
    get_target_property(values ${archive} ${property})
    if(values)
      set_property(TARGET ${name} APPEND PROPERTY ${property} ${values})
    endif()
  endforeach()
endfunction()
