#include "tests/reliability/lab_job.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/crc32c.h"
#include "engine/media/image_codec.h"
#include "tests/support/fake_animator.h"

namespace animate {
namespace {

RgbImage Uniform(int side, uint8_t shade) {
  RgbImage image(side, side);
  std::fill(image.pixels.begin(), image.pixels.end(), shade);
  return image;
}

const std::string& SmallPng() {
  static const std::string& png =
      *new std::string(*EncodeImage(Uniform(64, 9)));
  return png;
}

EncodedImageFormat CodecOf(v1::OutputFormat format) {
  switch (format) {
    case v1::OUTPUT_FORMAT_PNG:
      return EncodedImageFormat::kPng;
    case v1::OUTPUT_FORMAT_RAW_RGB8:
      return EncodedImageFormat::kRawRgb8;
    default:
      return EncodedImageFormat::kJpeg;
  }
}

void SetTimeout(grpc::ClientContext& context, absl::Duration timeout) {
  context.set_deadline(std::chrono::system_clock::now() +
                       absl::ToChronoMilliseconds(timeout));
}

}  // namespace

std::string RequestId(uint64_t number) {
  return absl::StrFormat("00000000-0000-4000-8000-%012d", number);
}

v1::CreateJobRequest CreateRequest(const LabJob& job) {
  v1::CreateJobRequest request;
  request.set_request_id(job.request_id);
  v1::JobSpec& spec = *request.mutable_spec();
  spec.set_width(static_cast<uint32_t>(job.side));
  spec.set_height(static_cast<uint32_t>(job.side));
  spec.set_frame_count(static_cast<uint32_t>(job.frames));
  spec.set_steps(static_cast<uint32_t>(job.steps));
  spec.set_seed(job.seed);
  spec.set_output_format(job.format);
  spec.set_on_disconnect(v1::ON_DISCONNECT_DETACH);
  v1::InlineInputs& inputs = *request.mutable_inline_inputs();
  inputs.set_reference(SmallPng());
  for (int i = 0; i < job.frames; ++i) {
    inputs.mutable_skeletons()->add_image(SmallPng());
  }
  return request;
}

std::vector<std::string> ExpectedFrames(const LabJob& job) {
  std::vector<std::string> frames;
  for (int i = 0; i < job.frames; ++i) {
    frames.push_back(
        *EncodeImage(Uniform(job.side, FakeAnimator::Shade(job.seed, i)),
                     {.format = CodecOf(job.format), .quality = 90}));
  }
  return frames;
}

grpc::Status Submit(v1::AnimationService::Stub& stub, const LabJob& job,
                    std::string& name, absl::Duration timeout) {
  grpc::ClientContext context;
  SetTimeout(context, timeout);
  v1::CreateJobResponse response;
  const grpc::Status status =
      stub.CreateJob(&context, CreateRequest(job), &response);
  if (status.ok()) name = response.job().name();
  return status;
}

grpc::Status Look(v1::AnimationService::Stub& stub, const std::string& name,
                  v1::Job& job) {
  grpc::ClientContext context;
  SetTimeout(context, absl::Seconds(10));
  v1::GetJobRequest request;
  request.set_name(name);
  v1::GetJobResponse response;
  const grpc::Status status = stub.GetJob(&context, request, &response);
  if (status.ok()) job = response.job();
  return status;
}

grpc::Status Cancel(v1::AnimationService::Stub& stub, const std::string& name) {
  grpc::ClientContext context;
  SetTimeout(context, absl::Seconds(10));
  v1::CancelJobRequest request;
  request.set_name(name);
  v1::CancelJobResponse response;
  return stub.CancelJob(&context, request, &response);
}

grpc::Status Delete(v1::AnimationService::Stub& stub, const std::string& name) {
  grpc::ClientContext context;
  SetTimeout(context, absl::Seconds(10));
  v1::DeleteJobRequest request;
  request.set_name(name);
  v1::DeleteJobResponse response;
  return stub.DeleteJob(&context, request, &response);
}

grpc::Status FrameReader::ReadOn(v1::AnimationService::Stub& stub,
                                 absl::Duration timeout) {
  part_.clear();
  grpc::ClientContext context;
  SetTimeout(context, timeout);
  const auto stream = stub.StreamFrames(&context);
  v1::StreamFramesRequest request;
  v1::StreamFramesRequest::Open& open = *request.mutable_open();
  open.set_name(name_);
  open.set_start_frame(static_cast<uint32_t>(frames_.size()));
  open.set_generation(generation_);
  open.set_follow(true);
  stream->Write(request);
  v1::StreamFramesResponse response;
  while (stream->Read(&response)) {
    const size_t before = frames_.size();
    Take(response);
    if (frames_.size() > before) {
      request.mutable_ack()->set_generation(generation_);
      request.mutable_ack()->set_through_frame(static_cast<uint32_t>(before));
      stream->Write(request);
    }
  }
  return stream->Finish();
}

void FrameReader::Take(const v1::StreamFramesResponse& response) {
  if (response.has_job()) {
    state_ = response.job().state();
    if (generation_ == 0) generation_ = response.job().generation();
  } else if (response.has_reset()) {
    ++resets_;
    frames_.clear();
    part_.clear();
    generation_ = response.reset().generation();
  } else if (response.has_frame()) {
    TakePart(response.frame());
  }
}

void FrameReader::TakePart(const v1::Frame& frame) {
  if (frame.index() != frames_.size() || frame.generation() != generation_) {
    faults_.push_back(absl::StrCat(
        name_, ": got frame ", frame.index(), " of generation ",
        frame.generation(), ", want ", frames_.size(), " of ", generation_));
    return;
  }
  part_ += frame.data();
  if (frame.part() + 1 < frame.parts()) return;
  if (Crc32c(part_) != frame.crc32c()) {
    faults_.push_back(absl::StrCat(name_, ": frame ", frame.index(),
                                   " does not match its checksum"));
  }
  frames_.push_back(std::move(part_));
  part_.clear();
}

bool ServerWasAway(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return true;
    default:
      return false;
  }
}

}  // namespace animate
