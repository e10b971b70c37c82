#include "client/job_call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/grpc_error.h"
#include "client/silence_guard.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

using AnimateStream =
    grpc::ClientReaderWriter<v1::AnimateRequest, v1::AnimateResponse>;

// Deals with one message of the server and takes out of it what is kept;
// `accepted` hears of the first Job.
template <typename Response>
absl::Status Handle(Response& response, const AnimationCallbacks& callbacks,
                    const std::function<void(const v1::Job&)>& accepted,
                    Received& received) {
  ++received.events;
  switch (response.event_case()) {
    case Response::kJob: {
      const bool first = !received.job.has_value();
      received.job = std::move(*response.mutable_job());
      if (first) {
        accepted(*received.job);
      }
      return absl::OkStatus();
    }
    case Response::kProgress:
      if (callbacks.on_progress) {
        callbacks.on_progress(response.progress());
      }
      return absl::OkStatus();
    case Response::kFrame: {
      ANIMATE_ASSIGN_OR_RETURN(
          std::optional<ReceivedFrame> frame,
          received.assembler.Add(std::move(*response.mutable_frame())));
      if (frame.has_value() && callbacks.on_frame) {
        return callbacks.on_frame(*std::move(frame));
      }
      return absl::OkStatus();
    }
    case Response::kReset:
      received.assembler.Reset(response.reset().generation());
      if (callbacks.on_reset) {
        callbacks.on_reset(response.reset());
      }
      return absl::OkStatus();
    case Response::kPreview:
    case Response::kHeartbeat:
    // An event of a newer server.
    case Response::EVENT_NOT_SET:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

template <typename Stream, typename Response>
bool Read(Stream& stream, SilenceGuard& guard, Response& response) {
  response.Clear();
  const SilenceGuard::Wait wait(guard);
  return stream.Read(&response);
}

template <typename Stream, typename Request>
void Write(Stream& stream, SilenceGuard& guard, const Request& request) {
  const SilenceGuard::Wait wait(guard);
  stream.Write(request);
}

template <typename Stream>
absl::Status Finish(Stream& stream, SilenceGuard& guard,
                    grpc::ClientContext& context, const JobCall& call) {
  if (!call.own_error.ok()) context.TryCancel();
  absl::Status status = [&] {
    const SilenceGuard::Wait wait(guard);
    return StatusFromGrpc(stream.Finish());
  }();
  if (!absl::IsCancelled(status) || !guard.fired()) return status;
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("the server has said nothing for ",
                                absl::FormatDuration(call.silence_limit)),
                   {.reason = "SERVER_SILENT"});
}

}  // namespace

bool Upload(const AnimationRequest& request,
            const AnimationCallbacks& callbacks, AnimateStream& stream) {
  UploadPlan plan(request);
  if (!stream.Write(plan.Start())) {
    return false;
  }
  while (!plan.done()) {
    if (!stream.Write(plan.NextChunk())) {
      return false;
    }
    if (callbacks.on_upload) {
      callbacks.on_upload(plan.sent_bytes(), plan.total_bytes());
    }
  }
  return stream.WritesDone();
}

absl::Status UploadAndRead(const AnimationRequest& request,
                           grpc::ClientContext& context, JobCall& call) {
  SilenceGuard guard(context, call.silence_limit);
  const std::unique_ptr<AnimateStream> stream = call.stub.Animate(&context);
  Upload(request, call.callbacks, *stream);
  v1::AnimateResponse response;
  // Before it accepts a job the server owes nobody a sign.
  bool more = stream->Read(&response);
  while (more) {
    call.own_error =
        Handle(response, call.callbacks, call.accepted, call.received);
    more = call.own_error.ok() && Read(*stream, guard, response);
  }
  return Finish(*stream, guard, context, call);
}

absl::Status ReadOn(const std::string& name, bool wait,
                    grpc::ClientContext& context, JobCall& call) {
  FrameAssembler& frames = call.received.assembler;
  frames.Resume();
  SilenceGuard guard(context, call.silence_limit);
  const auto stream = call.stub.StreamFrames(&context);
  v1::StreamFramesRequest request;
  request.mutable_open()->set_name(name);
  request.mutable_open()->set_start_frame(frames.next_index());
  request.mutable_open()->set_generation(frames.generation());
  request.mutable_open()->set_follow(wait);
  Write(*stream, guard, request);
  v1::StreamFramesResponse response;
  while (call.own_error.ok() && Read(*stream, guard, response)) {
    const bool is_frame = response.has_frame();
    const uint32_t before = frames.next_index();
    call.own_error =
        Handle(response, call.callbacks, call.accepted, call.received);
    if (is_frame && frames.next_index() > before) {
      request.mutable_ack()->set_generation(frames.generation());
      request.mutable_ack()->set_through_frame(before);
      Write(*stream, guard, request);
    }
  }
  return Finish(*stream, guard, context, call);
}

}  // namespace animate
