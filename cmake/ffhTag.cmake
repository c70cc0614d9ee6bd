# ffh_tag_archive(NAME n ARCHIVE target SIDE name)
#
#   NAME      the imported target, which is linked in place of ARCHIVE and brings what that brings along so far
#   ARCHIVE   a static library whose source cannot change: C or C++, a target of this project or an imported one
#   SIDE      what reports call it
#
# Makes a copy of the archive whose calls of malloc, free, operator new and their kin go through wrappers that put the
# thread on a side of its own (harness/tag/tag.c): the ledger then knows the archive's memory from everybody else's.
# Only what the archive itself calls is tagged. What libc and libstdc++ allocate or free on the way (getline, the growth
# of a std::string) is nobody's to report.

include(ffhArchive)

set(FFH_TAGGED malloc calloc realloc reallocarray aligned_alloc memalign posix_memalign strdup strndup free)
foreach(kind w a)
  list(APPEND FFH_TAGGED _Zn${kind}m _Zn${kind}mRKSt9nothrow_t _Zn${kind}mSt11align_val_t
       _Zn${kind}mSt11align_val_tRKSt9nothrow_t)
endforeach()
foreach(kind l a)
  list(APPEND FFH_TAGGED _Zd${kind}Pv _Zd${kind}Pvm _Zd${kind}PvSt11align_val_t _Zd${kind}PvmSt11align_val_t
       _Zd${kind}PvRKSt9nothrow_t)
endforeach()
set(FFH_FIRST_TAG 4) # FFH_SIDE_TAGGED
set(FFH_LAST_TAG 15) # FFH_MAX_SIDES - 1

function(ffh_tag_archive)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;ARCHIVE;SIDE" "")
  ffh_need_arguments(ffh_tag_archive NAME ARCHIVE SIDE)
  ffh_check_archive(ffh_tag_archive ${arg_ARCHIVE} "a shared one has its own side only behind a proxy")
  ffh_next_tag(${arg_SIDE} side)
  set(prefix __wrap_tag${side}_) # as stacks show it: no frame of the library

  set(directory ${PROJECT_BINARY_DIR}/tagged/${arg_NAME})
  set(copy ${directory}/lib${arg_NAME}.a)
  list(TRANSFORM FFH_TAGGED REPLACE "^(.+)$" "\\1 ${prefix}\\1" OUTPUT_VARIABLE pairs)
  list(JOIN pairs "\n" pairs)
  file(GENERATE OUTPUT ${directory}/symbols CONTENT "${pairs}\n")
  add_custom_command(
    OUTPUT ${copy}
    COMMAND ${FFH_OBJCOPY} --redefine-syms=${directory}/symbols $<TARGET_FILE:${arg_ARCHIVE}> ${copy}
    DEPENDS ${arg_ARCHIVE} $<TARGET_FILE:${arg_ARCHIVE}> ${directory}/symbols
    COMMENT "Tagging ${arg_ARCHIVE} as ${arg_SIDE}"
    VERBATIM)

  if(NOT TARGET ffh_tag${side})
    add_library(ffh_tag${side} STATIC ${PROJECT_SOURCE_DIR}/harness/tag/tag.c)
    target_include_directories(ffh_tag${side} PRIVATE ${PROJECT_SOURCE_DIR}/harness/include)
    target_compile_definitions(ffh_tag${side} PRIVATE _GNU_SOURCE FFH_TAG_SIDE=${side} FFH_TAG_NAME=\"${arg_SIDE}\"
                                                      FFH_TAG_PREFIX=${prefix})
    target_compile_options(ffh_tag${side} PRIVATE -O2 -g -fno-omit-frame-pointer -fno-builtin -fexceptions)
    target_link_libraries(ffh_tag${side} PRIVATE ffh_warnings)
  endif()
  ffh_add_archive_copy(${arg_NAME} ${copy} ${arg_ARCHIVE})
  target_link_libraries(${arg_NAME} INTERFACE ffh_tag${side})
endfunction()

# The number of the side of that name: archives that share a name share their memory.
function(ffh_next_tag name out)
  get_property(names GLOBAL PROPERTY FFH_TAG_NAMES)
  list(FIND names ${name} index)
  if(index EQUAL -1)
    list(LENGTH names index)
    set_property(GLOBAL APPEND PROPERTY FFH_TAG_NAMES ${name})
  endif()
  math(EXPR side "${FFH_FIRST_TAG} + ${index}")
  if(side GREATER FFH_LAST_TAG)
    message(FATAL_ERROR "ffh_tag_archive: ${name} is one side too many")
  endif()
  set(${out} ${side} PARENT_SCOPE)
endfunction()
