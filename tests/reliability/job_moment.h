#ifndef ANIMATE_TESTS_RELIABILITY_JOB_MOMENT_H_
#define ANIMATE_TESTS_RELIABILITY_JOB_MOMENT_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"

namespace animate {

// Where in its life a job is when something happens to it.
enum class JobMoment {
  kWaiting,
  kPreparing,
  kDenoising,
  kDecoding,
  kEncoding,   // frames are made faster than they are encoded
  kStreaming,  // a slow reader takes frames while they are made
};

inline constexpr JobMoment kJobMoments[] = {
    JobMoment::kWaiting,  JobMoment::kPreparing, JobMoment::kDenoising,
    JobMoment::kDecoding, JobMoment::kEncoding,  JobMoment::kStreaming};

// "waiting", "preparing", …
absl::string_view JobMomentName(JobMoment moment);

// What a step takes, or a frame, or all of preparing, where it is in `moment`
// that a job shall stay.
inline constexpr absl::Duration kStepTime = absl::Milliseconds(40);

// A server whose jobs (JobFor) stay long at `moment`.
LabServer::Settings SettingsFor(JobMoment moment,
                                absl::Duration step_time = kStepTime);
LabJob JobFor(JobMoment moment, uint64_t seed);

// Asks until the job is there; false when it never is.
bool AwaitMoment(v1::AnimationService::Stub& stub, const std::string& name,
                 JobMoment moment);

// Reads a job's frames slowly, until the stream ends.
class MomentReader {
 public:
  MomentReader(v1::AnimationService::Stub& stub, const std::string& name);
  ~MomentReader();
  MomentReader(const MomentReader&) = delete;
  MomentReader& operator=(const MomentReader&) = delete;

 private:
  grpc::ClientContext context_;
  std::thread thread_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_JOB_MOMENT_H_
