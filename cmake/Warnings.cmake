# animate_warnings: the flags every target of ours is compiled with. Third
# parties are SYSTEM includes, so that these never fire in their headers.
add_library(animate_warnings INTERFACE)
target_compile_options(
  animate_warnings
  INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wimplicit-fallthrough
            # Options structs are built with designated initializers.
            -Wno-missing-field-initializers
            -Werror>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(
    animate_warnings
    INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wthread-safety;-Wno-sign-conversion>)
endif()
