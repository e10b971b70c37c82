# One way to declare a target. Sources are listed by hand; include paths start
# at the repository root.
#
#   animate_cc_library(NAME base SRCS clock.cc DEPS absl::status)
#     -> static library animate_base, alias animate::base. HDRS-only libraries
#        (no SRCS) become INTERFACE libraries. NO_UNITY: its files may not share
#        a translation unit (the presets for whole builds join files, which
#        halves the time; dev and tidy compile each by itself).
#   animate_cc_binary(NAME animate-server SRCS main.cc DEPS animate::base)
#     -> <build>/bin/animate-server
#   animate_cc_test(NAME base_test SRCS clock_test.cc DEPS animate::base
#                   LABELS unit [TSAN])
#     -> one gtest executable, one ctest entry. TSAN marks tests that also run
#        under ThreadSanitizer (none that opens a gRPC server or sets one of its
#        alarms: see ADR 0005).
#   animate_cc_benchmark(NAME pose_benchmark SRCS pose_benchmark.cc
#                        DEPS animate::pose)
#     -> <build>/tests/pose_benchmark on Google Benchmark (the sources hold
#        BENCHMARK(...), main is linked in), and a ctest entry that runs each
#        benchmark once, so that it keeps working. Figures: docs/performance.md.
function(animate_cc_library)
  cmake_parse_arguments(ARG "NO_UNITY" "NAME" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(animate_${ARG_NAME} STATIC ${ARG_SRCS})
    target_include_directories(animate_${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(
      animate_${ARG_NAME}
      PUBLIC ${ARG_DEPS}
      PRIVATE animate_warnings ${ARG_PRIVATE_DEPS})
    if(ARG_NO_UNITY)
      set_target_properties(animate_${ARG_NAME} PROPERTIES UNITY_BUILD OFF)
    endif()
  else()
    add_library(animate_${ARG_NAME} INTERFACE)
    target_include_directories(animate_${ARG_NAME} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(animate_${ARG_NAME} INTERFACE ${ARG_DEPS})
  endif()
  add_library(animate::${ARG_NAME} ALIAS animate_${ARG_NAME})
endfunction()

function(animate_cc_binary)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE animate_warnings ${ARG_DEPS})
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               ${CMAKE_BINARY_DIR}/bin)
endfunction()

set(ANIMATE_TEST_OPTIMIZATION "" CACHE STRING
    "Option like -O1 for the sources of tests, compiled once and run for seconds")

function(animate_cc_test)
  cmake_parse_arguments(ARG "TSAN;NO_UNITY" "NAME;TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT ANIMATE_BUILD_TESTS)
    return()
  endif()
  if(ANIMATE_SANITIZE STREQUAL "thread" AND NOT ARG_TSAN)
    return()
  endif()
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(
    ${ARG_NAME} PRIVATE animate_warnings ${ARG_DEPS} animate::test_paths
                        GTest::gmock_main)
  # The libraries under test keep the build type's own.
  target_compile_options(${ARG_NAME} PRIVATE ${ANIMATE_TEST_OPTIMIZATION})
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               ${CMAKE_BINARY_DIR}/tests)
  if(ARG_NO_UNITY)
    set_target_properties(${ARG_NAME} PROPERTIES UNITY_BUILD OFF)
  endif()
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(
    ${ARG_NAME}
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
               ENVIRONMENT "TSAN_OPTIONS=ignore_noninstrumented_modules=1")
endfunction()

function(animate_cc_benchmark)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  if(NOT ANIMATE_BUILD_TESTS OR ANIMATE_SANITIZE STREQUAL "thread")
    return()
  endif()
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(
    ${ARG_NAME} PRIVATE animate_warnings ${ARG_DEPS} animate::test_paths
                        benchmark::benchmark_main)
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               ${CMAKE_BINARY_DIR}/tests)
  # The shortest time that counts: one iteration of each.
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} --benchmark_min_time=0.000001)
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS benchmark TIMEOUT 300)
endfunction()
