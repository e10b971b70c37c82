# Whether this LibTorch has what several processes need to train together:
# c10d with Gloo. Without, engine/training builds all the same and says so when
# it is asked for more than one process.
#   ANIMATE_TORCH_GLOO            ON or OFF, found by compiling and linking
#   ANIMATE_TORCH_GLOO_INCLUDES   where Gloo's headers are
#   ANIMATE_TORCH_GLOO_DEFINITIONS  what LibTorch's headers look at
set(ANIMATE_TORCH_GLOO_DEFINITIONS USE_DISTRIBUTED USE_C10D_GLOO)
set(ANIMATE_TORCH_GLOO_INCLUDES "${LibTorch_ROOT_DIR}/include")
if(NOT EXISTS "${LibTorch_ROOT_DIR}/include/gloo/context.h")
  set(ANIMATE_TORCH_GLOO_INCLUDES
      "${CMAKE_CURRENT_LIST_DIR}/gloo_declarations")
endif()

if(NOT DEFINED ANIMATE_TORCH_GLOO)
  try_compile(
    _animate_torch_gloo "${CMAKE_BINARY_DIR}/CMakeFiles/torch_gloo"
    "${CMAKE_CURRENT_LIST_DIR}/torch_gloo_check.cc"
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${ANIMATE_TORCH_GLOO_INCLUDES}"
    COMPILE_DEFINITIONS -DUSE_DISTRIBUTED -DUSE_C10D_GLOO
    LINK_LIBRARIES LibTorch::cpu
    CXX_STANDARD 20
    OUTPUT_VARIABLE _log)
  set(ANIMATE_TORCH_GLOO "${_animate_torch_gloo}"
      CACHE BOOL "LibTorch has c10d with Gloo")
  if(NOT ANIMATE_TORCH_GLOO)
    file(WRITE "${CMAKE_BINARY_DIR}/CMakeFiles/torch_gloo.log" "${_log}")
    message(STATUS "LibTorch without c10d and Gloo: one process trains "
                   "(CMakeFiles/torch_gloo.log)")
  endif()
endif()
