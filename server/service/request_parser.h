#ifndef ANIMATE_SERVER_SERVICE_REQUEST_PARSER_H_
#define ANIMATE_SERVER_SERVICE_REQUEST_PARSER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "animate/v1/animation.pb.h"
#include "server/queue/job.h"
#include "server/queue/job_manager.h"
#include "server/service/serving_state.h"
#include "server/service/upload_assembler.h"

namespace animate {

// A Start that was found in order.
struct ParsedStart {
  JobSpec spec;
  UploadManifest manifest;
};

// Turns the wire's Start into checked types; the only way from one to the
// other. `seed` is used when the caller has chosen none.
//
// INVALID_ARGUMENT names the offending field ("spec.width",
// "inputs.pose_items") with reason LIMIT_EXCEEDED, BAD_SIZE,
// POSE_COUNT_MISMATCH or INVALID_FIELD; NOT_FOUND with reason MODEL_NOT_FOUND;
// UNIMPLEMENTED with reason CAPABILITY_UNSUPPORTED or POSE_KIND_UNSUPPORTED
// for what this server cannot do; FAILED_PRECONDITION with reason
// POSE_DETECTOR_MISSING for a fitting that needs the pose of the reference when
// it is not sent and there is no detector.
absl::StatusOr<ParsedStart> ParseStart(
    const animate::v1::AnimateRequest::Start& start, const Offer& offer,
    uint64_t seed);

// INVALID_ARGUMENT for a filter other than "state = <State>".
absl::StatusOr<JobManager::ListOptions> ParseListJobs(
    const animate::v1::ListJobsRequest& request);

// A seed that nobody can foresee. Thread-safe.
uint64_t RandomSeed();

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_REQUEST_PARSER_H_
