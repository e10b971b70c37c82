#include "server/service/request_digest.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"
#include "engine/base/sha256.h"
#include "server/queue/job_codec.h"

namespace animate {
namespace {

std::string SortedBytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);  // maps have no order
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

std::string RequestDigest(const animate::v1::JobSpec& spec,
                          const EncodedInputs& inputs) {
  EncodedInputs keypoints;
  keypoints.pose_kind = inputs.pose_kind;
  keypoints.channels = inputs.channels;
  keypoints.keypoints = inputs.keypoints;
  std::string digests = Sha256Bytes(SortedBytes(spec));
  absl::StrAppend(&digests, Sha256Bytes(PackInputs(std::move(keypoints))[0]),
                  Sha256Bytes(inputs.reference));
  for (const std::string& pose : inputs.poses) {
    absl::StrAppend(&digests, Sha256Bytes(pose));
  }
  return Sha256Bytes(digests);
}

}  // namespace animate
