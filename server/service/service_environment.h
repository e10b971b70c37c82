#ifndef ANIMATE_SERVER_SERVICE_SERVICE_ENVIRONMENT_H_
#define ANIMATE_SERVER_SERVICE_SERVICE_ENVIRONMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "server/metrics/recorder.h"
#include "server/queue/job_manager.h"
#include "server/security/authenticator.h"
#include "server/service/open_streams.h"
#include "server/service/serving_state.h"
#include "server/service/upload_budget.h"

namespace animate {

// No message in either direction is larger, so that clients with gRPC's
// default limit of 4 MiB just work.
inline constexpr int kMaxMessageBytes = 2 << 20;

// Data in one Frame message: leaves room for its other fields.
inline constexpr size_t kMaxFramePartBytes = kMaxMessageBytes - 1024;

// "animate.v1.AnimationService/Animate" and so on, for the Recorder.
inline constexpr char kServiceName[] = "animate.v1.AnimationService";

// What the handlers of RPCs work with; all of it outlives them.
struct ServiceEnvironment {
  JobManager& jobs;
  Recorder& recorder;
  const Clock& clock;
  ServingState& serving;
  UploadBudget& uploads;
  OpenStreams& streams;
  Authenticator* authenticator = nullptr;  // null: nobody is asked
  absl::Duration upload_timeout = absl::Minutes(5);
  // After the grace an upload must have come at this rate, bytes per second, on
  // average; 0: no such rule.
  int64_t min_upload_rate = 1024;
  absl::Duration upload_rate_grace = absl::Seconds(10);
  absl::Duration heartbeat_interval = absl::Seconds(5);
  // A stream that waits longer for its reader is ended.
  absl::Duration slow_consumer_timeout = absl::Minutes(1);
  std::string server_version;
  std::string revision;
  std::string libtorch_version;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_SERVICE_ENVIRONMENT_H_
