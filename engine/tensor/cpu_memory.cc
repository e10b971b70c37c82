#include "engine/tensor/cpu_memory.h"

#include <cstdlib>

namespace animate {

void UseHugePages() { setenv("THP_MEM_ALLOC_ENABLE", "1", /*overwrite=*/0); }

}  // namespace animate
