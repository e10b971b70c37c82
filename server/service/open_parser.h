#ifndef ANIMATE_SERVER_SERVICE_OPEN_PARSER_H_
#define ANIMATE_SERVER_SERVICE_OPEN_PARSER_H_

#include "absl/status/statusor.h"
#include "animate/v1/animation.pb.h"
#include "server/queue/job.h"
#include "server/service/frame_outbox.h"

namespace animate {

// Returns how a reader of `job` wants its frames. INVALID_ARGUMENT naming the
// field of Open, with reason LIMIT_EXCEEDED or INVALID_FIELD.
absl::StatusOr<Reading> ParseOpen(
    const animate::v1::StreamFramesRequest::Open& open, const JobSnapshot& job);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_OPEN_PARSER_H_
