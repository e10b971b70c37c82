#include "tests/integration/animate_stream.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/base/crc32c.h"
#include "engine/media/image_codec.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr size_t kChunkBytes = 1000;

std::string PngOf(uint8_t shade) {
  RgbImage image(64, 64);
  // Not uniform, so that the file has more than one chunk.
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<uint8_t>(shade + i * i % 251);
  }
  return *EncodeImage(image);
}

}  // namespace

void Upload::Declare() {
  v1::InputManifest& inputs = *start.mutable_inputs();
  uint64_t total = 0;
  for (const std::string& item : items) total += item.size();
  inputs.set_total_bytes(total);
  inputs.set_pose_items(static_cast<uint32_t>(items.size() - 1));
  inputs.mutable_reference()->set_bytes(items[0].size());
}

Upload SmallUpload(int frames) {
  Upload upload;
  v1::JobSpec& spec = *upload.start.mutable_spec();
  spec.set_width(64);
  spec.set_height(64);
  spec.set_frame_count(static_cast<uint32_t>(frames));
  spec.set_steps(2);
  spec.set_seed(7);
  spec.set_output_format(v1::OUTPUT_FORMAT_RAW_RGB8);
  spec.mutable_disconnect_grace();  // none
  upload.start.mutable_inputs()->set_pose_kind(v1::POSE_KIND_IMAGES);
  const std::string pose = PngOf(9);
  upload.items.push_back(PngOf(1));
  for (int i = 0; i < frames; ++i) upload.items.push_back(pose);
  upload.Declare();
  return upload;
}

AnimateStream::AnimateStream(
    v1::AnimationService::Stub& stub,
    std::optional<std::chrono::system_clock::time_point> deadline,
    const std::string& token) {
  if (deadline.has_value()) context_.set_deadline(*deadline);
  if (!token.empty()) {
    context_.AddMetadata("authorization", "Bearer " + token);
  }
  stream_ = stub.Animate(&context_);
}

AnimateStream::~AnimateStream() {
  if (finished_) return;
  context_.TryCancel();
  stream_->Finish();
}

bool AnimateStream::SendStart(const v1::AnimateRequest::Start& start) {
  v1::AnimateRequest request;
  *request.mutable_start() = start;
  return stream_->Write(request);
}

bool AnimateStream::SendChunk(const v1::Chunk& chunk) {
  v1::AnimateRequest request;
  *request.mutable_chunk() = chunk;
  return stream_->Write(request);
}

bool AnimateStream::SendChunk(uint32_t item, uint64_t offset,
                              const std::string& data, bool last) {
  v1::Chunk chunk;
  chunk.set_item(item);
  chunk.set_offset(offset);
  chunk.set_data(data);
  chunk.set_last(last);
  chunk.set_crc32c(Crc32c(data));
  return SendChunk(chunk);
}

bool AnimateStream::Send(const Upload& upload) {
  if (!SendStart(upload.start)) return false;
  for (size_t item = 0; item < upload.items.size(); ++item) {
    const std::string& data = upload.items[item];
    for (size_t offset = 0; offset < data.size(); offset += kChunkBytes) {
      if (!SendChunk(static_cast<uint32_t>(item), offset,
                     data.substr(offset, kChunkBytes),
                     offset + kChunkBytes >= data.size())) {
        return false;
      }
    }
  }
  return true;
}

bool AnimateStream::SendAck(uint32_t generation, uint32_t through_frame) {
  v1::AnimateRequest request;
  request.mutable_ack()->set_generation(generation);
  request.mutable_ack()->set_through_frame(through_frame);
  return stream_->Write(request);
}

void AnimateStream::HalfClose() { stream_->WritesDone(); }

std::optional<v1::AnimateResponse> AnimateStream::Read() {
  v1::AnimateResponse response;
  if (!stream_->Read(&response)) return std::nullopt;
  return response;
}

Received AnimateStream::ReadAll() {
  Received received;
  while (const auto response = Read()) {
    received.largest_message =
        std::max(received.largest_message, response->ByteSizeLong());
    if (response->has_job()) received.jobs.push_back(response->job());
    if (response->has_progress()) {
      received.progress.push_back(response->progress());
    }
    if (response->has_heartbeat()) ++received.heartbeats;
    if (!response->has_frame()) continue;
    const v1::Frame& frame = response->frame();
    if (frame.part() == 0) received.frames.push_back({.head = frame});
    EXPECT_EQ(frame.index(), received.frames.back().head.index());
    received.frames.back().data += frame.data();
  }
  received.status = Finish();
  return received;
}

std::string AnimateStream::ReadJobName() {
  while (const auto response = Read()) {
    if (response->has_job()) return response->job().name();
  }
  ADD_FAILURE() << "no job: " << Finish().error_message();
  return "";
}

grpc::Status AnimateStream::Finish() {
  finished_ = true;
  return stream_->Finish();
}

Received Animate(v1::AnimationService::Stub& stub, const Upload& upload) {
  AnimateStream stream(stub);
  if (stream.Send(upload)) stream.HalfClose();
  return stream.ReadAll();
}

}  // namespace animate
