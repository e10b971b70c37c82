# Finds LibTorch without TorchConfig.cmake, which demands a CUDA toolkit, puts
# torch's protobuf 3.13 headers first and links libtorch_cuda (docs/adr/0002).
#
# Input (cache or environment):
#   LIBTORCH_ROOT    torch package | site-packages | venv | unpacked LibTorch zip
#   LIBTORCH_PYTHON  a Python interpreter whose torch package is to be used
#   Torch_DIR        share/cmake/Torch of one, as find_package(Torch) has it
# Without any: what scripts/setup.sh has installed, else the torch package of
# the python3 on the path.
# Output:
#   LibTorch::c10, LibTorch::cpu   shared libraries with their headers
#   LibTorch_ROOT_DIR, LibTorch_VERSION
#   LibTorch_CUDA_RUNNABLE         libtorch_cuda.so and cuDNN are there
foreach(name LIBTORCH_ROOT LIBTORCH_PYTHON Torch_DIR)
  if(NOT ${name} AND DEFINED ENV{${name}})
    set(${name} "$ENV{${name}}" CACHE PATH "see cmake/FindLibTorch.cmake")
  endif()
endforeach()

# Adds the torch package of `interpreter` to _candidates.
function(_libtorch_of_python interpreter)
  # find_spec does not import torch, which would fail without the CUDA wheels.
  execute_process(
    COMMAND ${interpreter} -I -c
            "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE _found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(_candidates ${_candidates} ${_found} PARENT_SCOPE)
endfunction()

set(_candidates "")
if(LIBTORCH_ROOT)
  file(GLOB _in_venv "${LIBTORCH_ROOT}/lib/python3.*/site-packages/torch")
  list(APPEND _candidates "${LIBTORCH_ROOT}" "${LIBTORCH_ROOT}/torch" ${_in_venv})
elseif(LIBTORCH_PYTHON)
  _libtorch_of_python(${LIBTORCH_PYTHON})
elseif(Torch_DIR)
  get_filename_component(_in_torch_dir "${Torch_DIR}/../../.." ABSOLUTE)
  list(APPEND _candidates "${_in_torch_dir}")
else()
  # Where scripts/setup.sh installs it.
  if(DEFINED ENV{ANIMATE_DEPS})
    set(_deps "$ENV{ANIMATE_DEPS}")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(_deps "$ENV{XDG_CACHE_HOME}/animate/deps")
  else()
    set(_deps "$ENV{HOME}/.cache/animate/deps")
  endif()
  file(GLOB _in_deps "${_deps}/torch-*/lib/python3.*/site-packages/torch")
  list(APPEND _candidates ${_in_deps})
  find_program(_libtorch_python3 python3)
  mark_as_advanced(_libtorch_python3)
  if(NOT _in_deps AND _libtorch_python3)
    _libtorch_of_python(${_libtorch_python3})
  endif()
endif()

set(LibTorch_ROOT_DIR "")
foreach(dir IN LISTS _candidates)
  if(EXISTS "${dir}/include/ATen/ATen.h" AND EXISTS "${dir}/lib/libtorch_cpu.so")
    get_filename_component(LibTorch_ROOT_DIR "${dir}" ABSOLUTE)
    break()
  endif()
endforeach()

set(LibTorch_VERSION "")
set(_version_header "${LibTorch_ROOT_DIR}/include/torch/headeronly/version.h")
if(NOT EXISTS "${_version_header}")
  set(_version_header "${LibTorch_ROOT_DIR}/include/torch/version.h")
endif()
if(LibTorch_ROOT_DIR AND EXISTS "${_version_header}")
  file(STRINGS "${_version_header}" _lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  foreach(line IN LISTS _lines)
    string(REGEX REPLACE ".*TORCH_VERSION_[A-Z]+ +([0-9]+).*" "\\1" _number "${line}")
    list(APPEND _numbers "${_number}")
  endforeach()
  string(REPLACE ";" "." LibTorch_VERSION "${_numbers}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  LibTorch
  REQUIRED_VARS LibTorch_ROOT_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE
    "run scripts/setup.sh, or give -DLIBTORCH_ROOT=<venv, torch package or unpacked LibTorch zip>")

if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  find_package(Threads REQUIRED)
  set(_lib "${LibTorch_ROOT_DIR}/lib")
  set(_inc "${LibTorch_ROOT_DIR}/include")
  file(GLOB _nvidia "${LibTorch_ROOT_DIR}/../nvidia/*/lib")

  add_library(LibTorch::c10 SHARED IMPORTED GLOBAL)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION "${_lib}/libc10.so"
                                                 IMPORTED_SONAME libc10.so)
  # -idirafter, never -I or -isystem: torch ships protobuf 3.13 headers.
  target_compile_options(
    LibTorch::c10
    INTERFACE "SHELL:-idirafter ${_inc}"
              "SHELL:-idirafter ${_inc}/torch/csrc/api/include")
  # Without it ATen/TensorOperators.h brings in every operator: 4 MB of text.
  target_compile_definitions(LibTorch::c10 INTERFACE AT_PER_OPERATOR_HEADERS)
  target_link_libraries(LibTorch::c10 INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
  foreach(dir IN LISTS _nvidia)
    target_link_options(LibTorch::c10 INTERFACE "-Wl,-rpath-link,${dir}")
  endforeach()

  add_library(LibTorch::cpu SHARED IMPORTED GLOBAL)
  set_target_properties(LibTorch::cpu PROPERTIES IMPORTED_LOCATION "${_lib}/libtorch_cpu.so"
                                                 IMPORTED_SONAME libtorch_cpu.so)
  target_link_libraries(LibTorch::cpu INTERFACE LibTorch::c10)

  set(LibTorch_CUDA_RUNNABLE OFF)
  file(GLOB _cudnn "${LibTorch_ROOT_DIR}/../nvidia/*/lib/libcudnn.so.*" "${_lib}/libcudnn.so.*")
  if(EXISTS "${_lib}/libtorch_cuda.so" AND _cudnn)
    set(LibTorch_CUDA_RUNNABLE ON)
  endif()
endif()
