#ifndef ANIMATE_CLIENT_JOB_CALL_H_
#define ANIMATE_CLIENT_JOB_CALL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "animate/v1/animation.grpc.pb.h"
#include "client/animation_client.h"
#include "client/frame_assembler.h"
#include "client/upload_plan.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"

namespace animate {

// What the streams of one job have brought so far.
struct Received {
  FrameAssembler assembler;
  std::optional<v1::Job> job;
  int events = 0;
};

// One call about a job, over however many streams. For one thread.
struct JobCall {
  v1::AnimationService::Stub& stub;
  const AnimationCallbacks& callbacks;
  const std::function<void(const v1::Job&)> accepted;  // hears of the first Job
  // Longest wait for one message of a server that has accepted the job.
  absl::Duration silence_limit;
  Received received;
  absl::Status own_error;  // of a callback; ends everything
};

// Sends everything. False when the server has ended the call meanwhile; its
// status then says why.
bool Upload(
    const AnimationRequest& request, const AnimationCallbacks& callbacks,
    grpc::ClientReaderWriter<v1::AnimateRequest, v1::AnimateResponse>& stream);

// Uploads and reads to the end of the stream. Returns the status of the RPC;
// UNAVAILABLE with reason SERVER_SILENT when the server fell silent.
absl::Status UploadAndRead(const AnimationRequest& request,
                           grpc::ClientContext& context, JobCall& call);

// Reads the job `name` on from where `call` is, and acknowledges; with `wait`
// also what is still to come. Returns as UploadAndRead does.
absl::Status ReadOn(const std::string& name, bool wait,
                    grpc::ClientContext& context, JobCall& call);

}  // namespace animate

#endif  // ANIMATE_CLIENT_JOB_CALL_H_
