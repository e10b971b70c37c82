#ifndef ANIMATE_TESTS_RELIABILITY_LAB_JOB_H_
#define ANIMATE_TESTS_RELIABILITY_LAB_JOB_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "animate/v1/animation.grpc.pb.h"

namespace animate {

// What a job of the lab is like.
struct LabJob {
  uint64_t seed = 1;
  int frames = 4;
  int steps = 2;
  int side = 64;  // pixels
  v1::OutputFormat format = v1::OUTPUT_FORMAT_PNG;
  std::string request_id;
};

// "00000000-0000-4000-8000-000000000007" for 7.
std::string RequestId(uint64_t number);

// A request for it, to run on whether or not anybody reads.
v1::CreateJobRequest CreateRequest(const LabJob& job);

// The frames that PacedAnimator makes for it, encoded as the server does.
std::vector<std::string> ExpectedFrames(const LabJob& job);

// Sends CreateJob; on success `name` is the job's.
grpc::Status Submit(v1::AnimationService::Stub& stub, const LabJob& job,
                    std::string& name,
                    absl::Duration timeout = absl::Seconds(20));

// GetJob, after at most ten seconds.
grpc::Status Look(v1::AnimationService::Stub& stub, const std::string& name,
                  v1::Job& job);
grpc::Status Cancel(v1::AnimationService::Stub& stub, const std::string& name);
grpc::Status Delete(v1::AnimationService::Stub& stub, const std::string& name);

// What a reader has of a job, through every stream it needed.
class FrameReader {
 public:
  explicit FrameReader(std::string name) : name_(std::move(name)) {}

  // Reads on over one stream from where the last one ended, acknowledging, to
  // the end of the job or of the stream. A frame that comes twice, out of order
  // or of the wrong generation is a fault.
  grpc::Status ReadOn(v1::AnimationService::Stub& stub,
                      absl::Duration timeout = absl::Seconds(30));

  const std::vector<std::string>& frames() const { return frames_; }
  const std::vector<std::string>& faults() const { return faults_; }
  // The last state heard of.
  v1::Job::State state() const { return state_; }
  int resets() const { return resets_; }

 private:
  void Take(const v1::StreamFramesResponse& response);
  void TakePart(const v1::Frame& frame);

  const std::string name_;
  std::vector<std::string> frames_;  // whole ones
  std::string part_;                 // of the frame after those
  uint32_t generation_ = 0;
  int resets_ = 0;
  v1::Job::State state_ = v1::Job::STATE_UNSPECIFIED;
  std::vector<std::string> faults_;
};

// Whether a call that ended so says nothing about its job: the server was away.
bool ServerWasAway(const grpc::Status& status);

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_LAB_JOB_H_
