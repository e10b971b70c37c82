#include "client/upload_plan.h"

#include "absl/strings/string_view.h"
#include "engine/base/crc32c.h"
#include "engine/base/sha256.h"

namespace animate {

UploadPlan::UploadPlan(const AnimationRequest& request, size_t chunk_bytes)
    : request_(request),
      keypoints_(has_keypoints() ? request.keypoints.SerializeAsString() : ""),
      chunk_bytes_(chunk_bytes) {
  for (size_t i = 0; i <= num_poses(); ++i) {
    total_bytes_ += Item(i).size();
  }
}

v1::AnimateRequest UploadPlan::Start() const {
  v1::AnimateRequest message;
  v1::AnimateRequest::Start& start = *message.mutable_start();
  start.set_request_id(request_.request_id);
  *start.mutable_spec() = request_.spec;
  v1::InputManifest& inputs = *start.mutable_inputs();
  inputs.mutable_reference()->set_bytes(request_.reference.size());
  inputs.mutable_reference()->set_sha256(Sha256Bytes(request_.reference));
  inputs.set_pose_kind(request_.pose_kind);
  inputs.set_pose_items(static_cast<uint32_t>(num_poses()));
  inputs.set_channel_order(request_.channel_order);
  inputs.set_total_bytes(total_bytes_);
  return message;
}

v1::AnimateRequest UploadPlan::NextChunk() {
  const absl::string_view item = Item(item_);
  const absl::string_view piece = item.substr(offset_, chunk_bytes_);

  v1::AnimateRequest message;
  v1::Chunk& chunk = *message.mutable_chunk();
  chunk.set_item(static_cast<uint32_t>(item_));
  chunk.set_offset(offset_);
  chunk.set_data(piece.data(), piece.size());
  chunk.set_crc32c(Crc32c(piece));

  offset_ += piece.size();
  sent_bytes_ += piece.size();
  chunk.set_last(offset_ == item.size());
  if (chunk.last()) {
    ++item_;
    offset_ = 0;
  }
  return message;
}

}  // namespace animate
