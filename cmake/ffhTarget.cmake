# ffh_add_target(NAME n CONTRACT header SOURCES ... LINK ... [DICT file] [DEFINITIONS ...] [GRANULARITY g])
#
#   NAME      [A-Za-z0-9_-]+; the binaries are NAME-fuzz and NAME-replay
#   CONTRACT  the annotated header
#   SOURCES   the target's own files: callbacks, disturbances, a reset
#   LINK      the libraries under test; CMake targets bring their include directories along
#   DICT      a libFuzzer dictionary
#   GRANULARITY  where new schedules preempt threads: calls, sync, or memory (the default)
#
# ffh-gen reads the contract with the same include directories and definitions that compile it.
function(ffh_add_target)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;CONTRACT;DICT;GRANULARITY" "SOURCES;LINK;DEFINITIONS")
  ffh_need_arguments(ffh_add_target NAME CONTRACT)
  if(NOT arg_NAME MATCHES "^[A-Za-z0-9_-]+$")
    message(FATAL_ERROR "ffh_add_target: NAME '${arg_NAME}' may hold letters, digits, '_' and '-' only")
  endif()
  set(name ${arg_NAME})
  cmake_path(ABSOLUTE_PATH arg_CONTRACT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE contract)
  set(dict "")
  if(arg_DICT)
    cmake_path(ABSOLUTE_PATH arg_DICT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE dict)
  endif()
  if(NOT arg_GRANULARITY)
    set(arg_GRANULARITY memory)
  endif()
  if(NOT arg_GRANULARITY MATCHES "^(calls|sync|memory)$")
    message(FATAL_ERROR "ffh_add_target: GRANULARITY '${arg_GRANULARITY}' is not calls, sync or memory")
  endif()
  set(directory ${PROJECT_BINARY_DIR}/targets/${name})
  set(generated ${directory}/${name}_target.c)
  set(model ${directory}/model.json)
  set(wraps ${directory}/wraps.rsp)

  set(settings ${directory}/settings.c)
  file(GENERATE OUTPUT ${settings} CONTENT "const char ffh_target_granularity[] = \"${arg_GRANULARITY}\";\n")

  # The boundary: thunks and the target's own sources. Sanitized, but without coverage: what libFuzzer
  # is to explore is the library.
  add_library(${name}_boundary OBJECT ${generated} ${settings} ${arg_SOURCES})
  target_include_directories(${name}_boundary PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/harness/include)
  target_compile_definitions(${name}_boundary PRIVATE ${arg_DEFINITIONS})
  target_compile_options(${name}_boundary PRIVATE -O1 -fexceptions)
  target_link_libraries(${name}_boundary PRIVATE ffh_sanitize ${arg_LINK})

  set(includes "$<TARGET_PROPERTY:${name}_boundary,INCLUDE_DIRECTORIES>")
  set(definitions "$<TARGET_PROPERTY:${name}_boundary,COMPILE_DEFINITIONS>")
  set(flags "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>;$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>")
  # What the contract includes lies beside it as a rule.
  cmake_path(GET contract PARENT_PATH beside)
  file(GLOB included CONFIGURE_DEPENDS ${beside}/*.h ${beside}/*.def)
  add_custom_command(
    OUTPUT ${generated} ${model} ${wraps}
    COMMAND ffh-gen emit ${contract} --name ${name} --project ${PROJECT_SOURCE_DIR} -o ${generated}
            --model ${model} --wraps ${wraps} -- "${flags}"
    DEPENDS ffh-gen ${contract} ${included} ${PROJECT_SOURCE_DIR}/harness/include/ffh/contract.h
    COMMENT "Generating target ${name}"
    COMMAND_EXPAND_LISTS VERBATIM)

  set(entry $<TARGET_OBJECTS:ffh_entry> $<TARGET_OBJECTS:${name}_boundary>)
  add_executable(${name}-fuzz ${entry})
  target_link_libraries(${name}-fuzz PRIVATE ${arg_LINK} ffh_runtime ffh_sanitize ffh_wrap ffh_engine)
  add_executable(${name}-replay ${entry} $<TARGET_OBJECTS:ffh_replay_main>)
  target_link_libraries(${name}-replay PRIVATE ${arg_LINK} ffh_runtime ffh_sanitize ffh_wrap)
  # The exported functions are reached through generated wrappers, from wherever they are called.
  foreach(binary fuzz replay)
    target_link_options(${name}-${binary} PRIVATE @${wraps})
    set_target_properties(${name}-${binary} PROPERTIES LINKER_LANGUAGE CXX LINK_DEPENDS ${wraps})
  endforeach()

  set(libraries "")
  foreach(library IN LISTS arg_LINK)
    if(TARGET ${library})
      get_target_property(type ${library} TYPE)
      if(type MATCHES "STATIC_LIBRARY|SHARED_LIBRARY")
        list(APPEND libraries "\"$<TARGET_FILE:${library}>\"")
      endif()
    endif()
  endforeach()
  list(JOIN libraries ", " libraries)
  set(needed "")
  foreach(library IN LISTS arg_LINK)
    if(TARGET ${library})
      ffh_link_needs(${library} needed)
    endif()
  endforeach()
  list(TRANSFORM needed REPLACE "^.+$" "\"\\0\"")
  list(JOIN needed ", " needed)
  set(sources "")
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND sources "\"${source}\"")
  endforeach()
  list(JOIN sources ", " sources)
  file(GENERATE OUTPUT ${directory}/target.json CONTENT "{
  \"name\": \"${name}\",
  \"contract\": \"${contract}\",
  \"flags\": [\"$<JOIN:${flags},\", \">\"],
  \"libraries\": [${libraries}],
  \"needs\": [${needed}],
  \"sources\": [${sources}],
  \"dict\": \"${dict}\",
  \"granularity\": \"${arg_GRANULARITY}\",
  \"model\": \"${model}\",
  \"generated\": \"${generated}\",
  \"fuzz\": \"$<TARGET_FILE:${name}-fuzz>\",
  \"replay\": \"$<TARGET_FILE:${name}-replay>\"
}
")
endfunction()

# Appends to out what a library needs when it is linked without us: archives, shared libraries and -l options, those
# of what it links itself after them. Our own libraries are left out.
function(ffh_link_needs library out)
  set(found ${${out}})
  get_target_property(links ${library} INTERFACE_LINK_LIBRARIES)
  if(links)
    foreach(item IN LISTS links)
      string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" item "${item}")
      if(item MATCHES "^ffh_" OR item MATCHES "[$]<|^::@")
        continue()
      endif()
      if(TARGET ${item})
        get_target_property(type ${item} TYPE)
        if("$<TARGET_FILE:${item}>" IN_LIST found)
          continue()
        endif()
        if(type MATCHES "STATIC_LIBRARY|SHARED_LIBRARY")
          list(APPEND found "$<TARGET_FILE:${item}>")
        endif()
        ffh_link_needs(${item} found)
      elseif(item MATCHES "^[-/]")
        list(APPEND found "${item}")
      else()
        list(APPEND found "-l${item}")
      endif()
    endforeach()
  endif()
  set(${out} ${found} PARENT_SCOPE)
endfunction()
