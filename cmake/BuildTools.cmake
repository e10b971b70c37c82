# ccache and a fast linker, used when present.
find_program(ANIMATE_CCACHE ccache)
if(ANIMATE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the repository: a clone elsewhere finds the same objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 ${ANIMATE_CCACHE})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_program(ANIMATE_MOLD mold)
  if(ANIMATE_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
else()
  find_program(ANIMATE_LLD ld.lld)
  if(ANIMATE_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
