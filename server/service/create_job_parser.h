#ifndef ANIMATE_SERVER_SERVICE_CREATE_JOB_PARSER_H_
#define ANIMATE_SERVER_SERVICE_CREATE_JOB_PARSER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "animate/v1/animation.pb.h"
#include "server/queue/job.h"
#include "server/service/serving_state.h"

namespace animate {

// A CreateJobRequest that was found in order.
struct ParsedJob {
  JobSpec spec;
  EncodedInputs inputs;
};

// Turns the wire's CreateJobRequest into checked types. `seed` is used when the
// caller has chosen none. Errors are those of ParseStart and of
// ParsePoseSequence; UNIMPLEMENTED for input_uris.
absl::StatusOr<ParsedJob> ParseCreateJob(
    const animate::v1::CreateJobRequest& request, const Offer& offer,
    uint64_t seed);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_CREATE_JOB_PARSER_H_
