#ifndef ANIMATE_TESTS_INTEGRATION_ANIMATE_STREAM_H_
#define ANIMATE_TESTS_INTEGRATION_ANIMATE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "animate/v1/animation.grpc.pb.h"

namespace animate {

// A request as a whole: what to send, and in which order.
struct Upload {
  animate::v1::AnimateRequest::Start start;
  std::vector<std::string> items;  // the reference, then the poses

  // Makes start.inputs say what `items` are.
  void Declare();
};

// 64 x 64 pixels, two steps, a reference and `frames` pose pictures as PNG; the
// job ends as soon as its caller leaves.
Upload SmallUpload(int frames = 2);

// A frame whose parts have been joined.
struct JoinedFrame {
  animate::v1::Frame head;  // of the first part
  std::string data;
};

// Everything a stream brought.
struct Received {
  std::vector<animate::v1::Job> jobs;
  std::vector<animate::v1::Progress> progress;
  std::vector<JoinedFrame> frames;
  int heartbeats = 0;
  size_t largest_message = 0;
  grpc::Status status;
};

// One Animate call of a client that does nothing behind the test's back.
class AnimateStream {
 public:
  explicit AnimateStream(
      animate::v1::AnimationService::Stub& stub,
      std::optional<std::chrono::system_clock::time_point> deadline = {},
      const std::string& token = "");

  // Cancels the call if it has not ended.
  ~AnimateStream();

  bool SendStart(const animate::v1::AnimateRequest::Start& start);
  bool SendChunk(const animate::v1::Chunk& chunk);
  // A correct chunk.
  bool SendChunk(uint32_t item, uint64_t offset, const std::string& data,
                 bool last);
  // Start and all items in chunks of at most 1000 bytes, no half-close.
  bool Send(const Upload& upload);
  void HalfClose();
  bool SendAck(uint32_t generation, uint32_t through_frame);

  // The next message; nullopt at the end.
  std::optional<animate::v1::AnimateResponse> Read();

  // Reads up to the end.
  Received ReadAll();

  // Reads until the job was accepted, returns its name.
  std::string ReadJobName();

  void Cancel() { context_.TryCancel(); }
  grpc::Status Finish();

  grpc::ClientContext& context() { return context_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<animate::v1::AnimateRequest,
                                           animate::v1::AnimateResponse>>
      stream_;
  bool finished_ = false;
};

// Runs a whole request.
Received Animate(animate::v1::AnimationService::Stub& stub,
                 const Upload& upload);

}  // namespace animate

#endif  // ANIMATE_TESTS_INTEGRATION_ANIMATE_STREAM_H_
