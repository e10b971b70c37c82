#include "server/service/open_parser.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

constexpr uint32_t kDefaultWindow = 8;
constexpr uint32_t kMaxWindow = 64;

}  // namespace

absl::StatusOr<Reading> ParseOpen(const v1::StreamFramesRequest::Open& open,
                                  const JobSnapshot& job) {
  Reading reading;
  reading.follow = open.follow();
  const uint32_t window =
      open.window_frames() == 0 ? kDefaultWindow : open.window_frames();
  if (window > kMaxWindow) {
    return FieldError(
        "open.window_frames",
        absl::StrCat("must be in [1, ", kMaxWindow, "], got ", window),
        "LIMIT_EXCEEDED");
  }
  reading.window = static_cast<int>(window);
  const int64_t generation = open.generation();
  if (generation > job.generation) {
    return FieldError(
        "open.generation",
        absl::StrCat("got ", generation, ", the job is at ", job.generation));
  }
  if (generation != 0 && generation < job.generation) {
    reading.reset =
        ResetEvent{.generation = job.generation,
                   .reason = "the server was restarted while it ran the job"};
    return reading;  // from the first frame on
  }
  if (int64_t{open.start_frame()} > job.progress.frames_total) {
    return FieldError("open.start_frame",
                      absl::StrCat("must be in [0, ", job.progress.frames_total,
                                   "], got ", open.start_frame()),
                      "LIMIT_EXCEEDED");
  }
  reading.start_frame = static_cast<int>(open.start_frame());
  return reading;
}

}  // namespace animate
