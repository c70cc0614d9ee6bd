# ffh_add_proxy(NAME n CONTRACT header REAL target-or-file [LINK ...])
#
#   NAME      of the CMake target; the proxy has the real library's file name and SONAME
#   CONTRACT  the annotated header: every function in it is checked, whether or not it is FFH_LEGACY
#   REAL      the shared library: a CMake target or a file
#   LINK      targets whose include directories the contract needs
#
# Makes a shared library in build/<flavor>/proxy/NAME that stands in front of the real one, of which a copy lies beside
# it: put that directory first on LD_LIBRARY_PATH, or load the file itself. harness/proxy/proxy.c says what it reports.
function(ffh_add_proxy)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;CONTRACT;REAL" "LINK")
  ffh_need_arguments(ffh_add_proxy NAME CONTRACT REAL)
  set(name ${arg_NAME})
  cmake_path(ABSOLUTE_PATH arg_CONTRACT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE contract)
  set(directory ${PROJECT_BINARY_DIR}/proxy/${name})
  if(TARGET ${arg_REAL})
    set(real $<TARGET_FILE:${arg_REAL}>)
    set(soname $<TARGET_SONAME_FILE_NAME:${arg_REAL}>)
    set(rebuild ${arg_REAL})
  else()
    cmake_path(ABSOLUTE_PATH arg_REAL BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE real)
    cmake_path(GET real FILENAME soname)
    set(rebuild ${real})
  endif()
  set(generated ${directory}/${name}_proxy.c)
  add_library(${name} SHARED ${generated})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/harness/include)
  target_compile_options(${name} PRIVATE -O2 -g -fno-omit-frame-pointer -fexceptions -fvisibility=hidden)
  # Never unloaded: threads that end later still look at it.
  target_link_options(${name} PRIVATE -Wl,-z,nodelete -Wl,-z,defs -Wl,-u,ffh_proxy_start -Wl,-soname,${soname})
  target_link_libraries(${name} PRIVATE ${arg_LINK} ffh_proxy_runtime ${CMAKE_DL_LIBS})
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX "" OUTPUT_NAME ${soname} NO_SONAME TRUE
                                           LIBRARY_OUTPUT_DIRECTORY ${directory})
  set(includes "$<TARGET_PROPERTY:${name},INCLUDE_DIRECTORIES>")
  set(flags "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>")
  find_program(FFH_NM NAMES llvm-nm-19 nm REQUIRED)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${directory}
    COMMAND ${CMAKE_COMMAND} -E copy ${real} ${directory}/${name}.real.so
    COMMAND ${CMAKE_COMMAND} -DNM=${FFH_NM} -DLIBRARY=${real} -DOUT=${directory}/exported.txt -P
            ${PROJECT_SOURCE_DIR}/cmake/ffhExported.cmake
    COMMAND ffh-gen proxy ${contract} --name ${name} --project ${PROJECT_SOURCE_DIR} -o ${generated} --real
            ${name}.real.so --symbols ${directory}/exported.txt -- "${flags}"
    DEPENDS ffh-gen ${contract} ${rebuild} ${PROJECT_SOURCE_DIR}/harness/include/ffh/contract.h
            ${PROJECT_SOURCE_DIR}/cmake/ffhExported.cmake
    COMMENT "Generating proxy ${name}"
    COMMAND_EXPAND_LISTS VERBATIM)
endfunction()
