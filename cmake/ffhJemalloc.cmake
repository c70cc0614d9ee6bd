# jemalloc for the flavor native: Debian's static library with its functions under names of their own
# (jemalloc.syms), because the plain names are ours (harness/hooks/malloc_jemalloc.c), and without its C++
# operators. Locks and clocks are renamed too: the scheduler models libc's, and nothing may be preempted
# inside the allocator.
#   ffh_jemalloc            what the runtime links
#   FFH_ALLOCATOR_EXPORTS   link options: shared libraries are bound to our allocator, also when loaded late
find_library(FFH_JEMALLOC_ARCHIVE libjemalloc_pic.a)
find_path(FFH_JEMALLOC_INCLUDE jemalloc/jemalloc.h)
find_program(FFH_OBJCOPY NAMES llvm-objcopy-19 llvm-objcopy)
find_program(FFH_AR NAMES llvm-ar-19 llvm-ar)
if(NOT FFH_JEMALLOC_ARCHIVE OR NOT FFH_JEMALLOC_INCLUDE OR NOT FFH_OBJCOPY OR NOT FFH_AR)
  message(FATAL_ERROR "The flavor native needs libjemalloc-dev and llvm-19. scripts/ffh doctor shows what is "
                      "missing, and scripts/ffh doctor --install installs it.")
endif()

set(archive ${PROJECT_BINARY_DIR}/lib/libffh_jemalloc.a)
set(symbols ${CMAKE_CURRENT_LIST_DIR}/jemalloc.syms)
add_custom_command(
  OUTPUT ${archive}
  COMMAND ${CMAKE_COMMAND} -E copy ${FFH_JEMALLOC_ARCHIVE} ${archive}
  COMMAND ${FFH_AR} d ${archive} jemalloc_cpp.pic.o
  COMMAND ${FFH_OBJCOPY} --redefine-syms=${symbols} ${archive}
  DEPENDS ${FFH_JEMALLOC_ARCHIVE} ${symbols}
  COMMENT "Renaming the symbols of jemalloc"
  VERBATIM)
add_custom_target(ffh_jemalloc_archive DEPENDS ${archive})
add_library(ffh_jemalloc STATIC IMPORTED GLOBAL)
add_dependencies(ffh_jemalloc ffh_jemalloc_archive)
set_target_properties(ffh_jemalloc PROPERTIES IMPORTED_LOCATION ${archive})
target_include_directories(ffh_jemalloc INTERFACE ${FFH_JEMALLOC_INCLUDE})
target_link_libraries(ffh_jemalloc INTERFACE m)

set(FFH_ALLOCATOR_EXPORTS "")
foreach(name malloc calloc realloc reallocarray free cfree aligned_alloc memalign posix_memalign valloc pvalloc
             malloc_usable_size _Znwm* _Znam* _ZdlPv* _ZdaPv*)
  list(APPEND FFH_ALLOCATOR_EXPORTS -Wl,--export-dynamic-symbol=${name})
endforeach()
