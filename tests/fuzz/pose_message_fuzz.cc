// PoseSequence messages of clients: refused, or valid.
#include <cstdio>
#include <cstdlib>

#include "server/service/pose_conversion.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<animate::PoseSequence> sequence =
      animate::ParsePoseSequence({reinterpret_cast<const char*>(data), size},
                                 "poses", {.num_frames = 1, .fps = 24.0});
  if (sequence.ok() && !animate::CheckPoseSequence(*sequence).ok()) {
    std::fprintf(stderr, "an invalid sequence was let in\n");
    std::abort();
  }
  return 0;
}
