#ifndef ANIMATE_SERVER_SERVICE_EVENT_MESSAGE_H_
#define ANIMATE_SERVER_SERVICE_EVENT_MESSAGE_H_

#include <variant>

#include "engine/base/clock.h"
#include "server/service/frame_outbox.h"
#include "server/service/proto_conversion.h"

namespace animate {

// Returns `event` as an AnimateResponse or StreamFramesResponse. `fps` gives
// frames their time, `clock` heartbeats.
template <typename Response>
Response ToMessage(const FrameOutbox::Event& event, double fps,
                   const Clock& clock) {
  Response response;
  if (const auto* job = std::get_if<JobSnapshot>(&event)) {
    *response.mutable_job() = ToProto(*job);
  } else if (const auto* progress = std::get_if<JobProgress>(&event)) {
    *response.mutable_progress() = ToProto(*progress);
  } else if (const auto* part = std::get_if<FramePart>(&event)) {
    *response.mutable_frame() = ToProto(*part, fps);
  } else if (const auto* reset = std::get_if<ResetEvent>(&event)) {
    response.mutable_reset()->set_generation(
        static_cast<uint32_t>(reset->generation));
    response.mutable_reset()->set_reason(reset->reason);
  } else {
    *response.mutable_heartbeat()->mutable_time() = ToProto(clock.Now());
  }
  return response;
}

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_EVENT_MESSAGE_H_
