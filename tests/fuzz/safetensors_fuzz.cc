// Any bytes as a safetensors file.
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/weights/safetensors.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/touch_state_dict.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<animate::Safetensors> result =
      animate::ReadSafetensors(animate::CopyBytes(
          absl::string_view(reinterpret_cast<const char*>(data), size)));
  if (result.ok()) {
    animate::TouchStateDict(result->tensors);
  }
  return 0;
}
