// Any bytes as the pickle of a checkpoint.
#include <cstdlib>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/weights/pickle_vm.h"
#include "engine/weights/torch_rebuild.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/touch_state_dict.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<animate::Pickle> pickle = animate::ReadPickle(
      absl::MakeConstSpan(data, size), animate::AllowedTorchGlobals(),
      {.max_opcodes = 100'000});
  if (!pickle.ok()) {
    return 0;
  }
  if (pickle->root == nullptr || pickle->size > size) {
    std::abort();
  }
  animate::FindTorchStorages(*pickle).IgnoreError();
  const auto state_dict = animate::RebuildStateDict(*pickle, {});
  if (state_dict.ok()) {
    animate::TouchStateDict(*state_dict);
  }
  return 0;
}
