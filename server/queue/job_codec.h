#ifndef ANIMATE_SERVER_QUEUE_JOB_CODEC_H_
#define ANIMATE_SERVER_QUEUE_JOB_CODEC_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/queue/job.h"
#include "server/queue/job_store.h"

namespace animate {

// What a job is made of, as bytes for a JobStore. Each begins with the version
// of its format; a version once written is readable by every later build.
// Decoding is total: any bytes give what was encoded, or DATA_LOSS with reason
// STORE_CORRUPT, or FAILED_PRECONDITION with reason STORE_TOO_NEW when a newer
// build wrote them.

// All but `request`, which the store keeps in columns of its own.
std::string EncodeJobSpec(const JobSpec& spec);
// The animation is what was accepted when it was written, whatever today's
// limits are.
absl::StatusOr<JobSpec> DecodeJobSpec(absl::string_view bytes);

// Part 0 says what the others are: the reference, then the poses.
StoredInputs PackInputs(EncodedInputs inputs);
absl::StatusOr<EncodedInputs> UnpackInputs(StoredInputs parts);

std::string EncodeRetargetOutcome(const RetargetOutcome& outcome);
absl::StatusOr<RetargetOutcome> DecodeRetargetOutcome(absl::string_view bytes);

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_CODEC_H_
