#ifndef ANIMATE_SERVER_SERVICE_MANIFEST_PARSER_H_
#define ANIMATE_SERVER_SERVICE_MANIFEST_PARSER_H_

#include "absl/status/statusor.h"
#include "animate/v1/animation.pb.h"
#include "server/service/serving_state.h"
#include "server/service/upload_assembler.h"

namespace animate {

// What is said to a caller who needs what is not there.
inline constexpr char kNoPoseDetector[] =
    "this server runs without a pose detector; start it with "
    "--pose-detector-dir, see docs/operations.md";

// Turns the announcement of an upload into a checked one; part of ParseStart,
// whose errors these are. `frame_count` is the job's.
absl::StatusOr<UploadManifest> ParseManifest(
    const animate::v1::InputManifest& inputs, int frame_count,
    const Offer& offer);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_MANIFEST_PARSER_H_
