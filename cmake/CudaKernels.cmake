# The CUDA compiler for engine/kernels/cuda, which without ANIMATE_CUDA_KERNELS
# is left out: then LibTorch's own operators do the work on a GPU.
# scripts/setup.sh --nvcc installs a compiler that needs no GPU.
option(ANIMATE_CUDA_KERNELS "Compile our own CUDA kernels (needs nvcc)" OFF)
if(ANIMATE_CUDA_KERNELS)
  if(NOT CMAKE_CUDA_COMPILER)
    file(GLOB _nvcc "${LibTorch_ROOT_DIR}/../nvidia/cu*/bin/nvcc")
    if(_nvcc)
      list(GET _nvcc 0 _nvcc)
      get_filename_component(CMAKE_CUDA_COMPILER "${_nvcc}" REALPATH)
    endif()
  endif()
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80 90) # A100, H100 and H200
  endif()
  # One libcudart in the process: LibTorch's.
  set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
  # The linker options of BuildTools.cmake are not nvcc's.
  get_property(_link_options DIRECTORY PROPERTY LINK_OPTIONS)
  set_property(DIRECTORY PROPERTY LINK_OPTIONS "")
  enable_language(CUDA)
  set_property(DIRECTORY PROPERTY LINK_OPTIONS "${_link_options}")
endif()
