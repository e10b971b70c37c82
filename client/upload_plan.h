#ifndef ANIMATE_CLIENT_UPLOAD_PLAN_H_
#define ANIMATE_CLIENT_UPLOAD_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "animate/v1/animation.pb.h"

namespace animate {

// What an animation is made of: the bytes of files, or keypoints.
struct AnimationRequest {
  v1::JobSpec spec;
  std::string reference;  // PNG, JPEG or WebP
  v1::PoseKind pose_kind = v1::POSE_KIND_UNSPECIFIED;
  // One picture per frame for POSE_KIND_IMAGES, one clip for POSE_KIND_VIDEO
  // and POSE_KIND_DRIVING_VIDEO.
  std::vector<std::string> poses;
  // For POSE_KIND_KEYPOINTS, instead of `poses`; client/keypoint_message.h
  // makes it of ours.
  v1::PoseSequence keypoints;
  // Of drawn skeletons.
  v1::ChannelOrder channel_order = v1::CHANNEL_ORDER_UNSPECIFIED;
  // A UUID that makes retries safe where the server knows them; may be empty.
  std::string request_id;
};

// Turns a request into the messages of its upload, one at a time: Start, then
// the chunks of item 0, of item 1 and so on. Item 0 is the reference. Keeps a
// reference to `request`, which must outlive the plan. Thread-compatible.
class UploadPlan {
 public:
  // chunk_bytes: most bytes of data in a message, [1, MAX_CHUNK_BYTES of the
  // server].
  explicit UploadPlan(const AnimationRequest& request,
                      size_t chunk_bytes = size_t{1} << 20);

  // The first message: spec and manifest, with size and SHA-256 of the
  // reference.
  v1::AnimateRequest Start() const;

  bool done() const { return item_ > num_poses(); }

  // The next chunk, with its CRC-32C. Requires !done(). An empty item is one
  // empty chunk, which the server refuses by name.
  v1::AnimateRequest NextChunk();

  uint64_t total_bytes() const { return total_bytes_; }
  uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  bool has_keypoints() const {
    return request_.pose_kind == v1::POSE_KIND_KEYPOINTS;
  }
  size_t num_poses() const {
    return has_keypoints() ? 1 : request_.poses.size();
  }
  const std::string& Item(size_t index) const {
    if (index == 0) return request_.reference;
    return has_keypoints() ? keypoints_ : request_.poses[index - 1];
  }

  const AnimationRequest& request_;
  const std::string keypoints_;  // serialized
  const size_t chunk_bytes_;
  uint64_t total_bytes_ = 0;
  uint64_t sent_bytes_ = 0;
  size_t item_ = 0;
  size_t offset_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_UPLOAD_PLAN_H_
