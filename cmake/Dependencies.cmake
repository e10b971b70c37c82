# Every third party is found here. Debian 12 and Ubuntu 24.04 packages, except
# LibTorch (cmake/FindLibTorch.cmake); scripts/setup.sh installs all of it.
find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)

if(ANIMATE_BUILD_MEDIA)
  find_package(OpenCV REQUIRED COMPONENTS core dnn imgproc imgcodecs)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec
                    libavutil libswscale)
endif()

if(ANIMATE_BUILD_SERVER)
  # Module mode before gRPC: Debian has no protobuf-config.cmake.
  find_package(Protobuf REQUIRED)
  find_package(gRPC CONFIG REQUIRED)
  find_package(SQLite3 REQUIRED)
  find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
  find_package(httplib CONFIG QUIET)
  if(NOT httplib_FOUND)
    pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
    add_library(httplib::httplib ALIAS PkgConfig::HTTPLIB)
  endif()
endif()

find_package(LibTorch 2.4 REQUIRED)
if(ANIMATE_REQUIRE_CUDA AND NOT LibTorch_CUDA_RUNNABLE)
  message(FATAL_ERROR "This LibTorch has no CUDA libraries beside it. Run "
                      "scripts/setup.sh --full or give another -DLIBTORCH_ROOT=")
endif()

if(ANIMATE_BUILD_TESTS)
  find_package(GTest CONFIG REQUIRED)
  find_package(benchmark CONFIG REQUIRED)
endif()
