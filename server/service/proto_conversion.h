#ifndef ANIMATE_SERVER_SERVICE_PROTO_CONVERSION_H_
#define ANIMATE_SERVER_SERVICE_PROTO_CONVERSION_H_

#include <optional>

#include "absl/time/time.h"
#include "animate/v1/animation.pb.h"
#include "server/queue/job.h"
#include "server/service/frame_outbox.h"
#include "server/service/serving_state.h"

namespace animate {

// Most labels of a job.
inline constexpr int kMaxLabels = 16;

// Our types as the wire's.
animate::v1::Job ToProto(const JobSnapshot& job);
animate::v1::JobSpec ToProto(const JobSpec& spec);
animate::v1::Progress ToProto(const JobProgress& progress);
// Copies the part's bytes. `fps` gives the frame its time.
animate::v1::Frame ToProto(const FramePart& part, double fps);
animate::v1::ServerLimits ToProto(const Limits& limits);
animate::v1::ModelInfo ToProto(const ModelInfo& model);
google::protobuf::Duration ToProto(absl::Duration duration);
google::protobuf::Timestamp ToProto(absl::Time time);

// The wire's types as ours: UNSPECIFIED is the default the proto documents,
// an unknown value nullopt.
std::optional<OutputFormat> FromProto(animate::v1::OutputFormat format);
std::optional<Priority> FromProto(animate::v1::Priority priority);
std::optional<JobState> FromProto(animate::v1::Job::State state);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_PROTO_CONVERSION_H_
