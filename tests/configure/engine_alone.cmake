# Configures the engine and its programs as on a machine that has PyTorch but
# neither gRPC nor OpenCV nor GoogleTest, and asks ninja whether it knows how to
# build every one of them. Compiles nothing.
#
#   cmake -DSOURCE_DIR=… -DBINARY_DIR=… -DTORCH_ROOT=… -P engine_alone.cmake
file(REMOVE_RECURSE "${BINARY_DIR}")
set(_absent "")
foreach(package IN ITEMS gRPC Protobuf prometheus-cpp httplib OpenCV
                         GTest benchmark)
  list(APPEND _absent "-DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON")
endforeach()
# The torch package under another name: found through Torch_DIR, as an installed
# Python package is.
execute_process(
  COMMAND ${CMAKE_COMMAND} -S "${SOURCE_DIR}" -B "${BINARY_DIR}" -G Ninja
          -DANIMATE_BUILD_SERVER=OFF -DANIMATE_BUILD_MEDIA=OFF
          -DANIMATE_BUILD_TESTS=OFF
          "-DTorch_DIR=${TORCH_ROOT}/share/cmake/Torch" ${_absent}
  RESULT_VARIABLE _result OUTPUT_VARIABLE _output ERROR_VARIABLE _output)
if(NOT _result EQUAL 0)
  message(FATAL_ERROR "cannot configure the engine alone:\n${_output}")
endif()
if(NOT _output MATCHES "LibTorch: ${TORCH_ROOT}")
  message(FATAL_ERROR "Torch_DIR was not used:\n${_output}")
endif()

execute_process(
  COMMAND ${CMAKE_COMMAND} --build "${BINARY_DIR}" --target all -- -n -v
  RESULT_VARIABLE _result OUTPUT_VARIABLE _commands ERROR_VARIABLE _commands)
if(NOT _result EQUAL 0)
  message(FATAL_ERROR "cannot build the engine alone:\n${_commands}")
endif()
foreach(program IN ITEMS animate-model animate-bench)
  if(NOT _commands MATCHES "bin/${program}")
    message(FATAL_ERROR "${program} is not built")
  endif()
endforeach()
if(_commands MATCHES "grpc|protobuf|opencv|avcodec|prometheus|gtest")
  message(FATAL_ERROR "the engine alone needs ${CMAKE_MATCH_0}")
endif()
file(REMOVE_RECURSE "${BINARY_DIR}")
