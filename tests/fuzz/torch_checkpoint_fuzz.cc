// Any bytes as a file of torch.save, new or old.
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/weights/torch_checkpoint.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/touch_state_dict.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const animate::SharedBytes file = animate::CopyBytes(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  const absl::StatusOr<animate::StateDict> result =
      animate::IsLegacyTorchFile(file.bytes)
          ? animate::ReadLegacyTorchFile(file)
          : animate::ReadTorchZip(file);
  if (result.ok()) {
    animate::TouchStateDict(*result);
  }
  return 0;
}
