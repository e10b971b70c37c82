#include "server/service/upload_assembler.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"
#include "engine/base/error.h"
#include "engine/base/sha256.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr char kSizeMismatch[] = "UPLOAD_SIZE_MISMATCH";

absl::Status Corrupt(absl::string_view message, absl::string_view reason) {
  return MakeError(absl::StatusCode::kDataLoss, message,
                   {.reason = std::string(reason)});
}

}  // namespace

UploadAssembler::UploadAssembler(const UploadManifest& manifest,
                                 int max_chunk_bytes)
    : manifest_(manifest), max_chunk_bytes_(max_chunk_bytes) {
  inputs_.pose_kind = manifest.pose_kind;
  inputs_.channels = manifest.channels;
}

absl::Status UploadAssembler::Add(animate::v1::Chunk chunk) {
  ANIMATE_RETURN_IF_ERROR(CheckPlace(chunk));
  ANIMATE_RETURN_IF_ERROR(CheckData(chunk));
  const bool last = chunk.last();
  Store(std::move(chunk));
  if (!last) return absl::OkStatus();
  if (item_ == 0) {
    ANIMATE_RETURN_IF_ERROR(CheckReference());
    inputs_.reference = std::move(item_data_);
  } else {
    inputs_.poses.push_back(std::move(item_data_));
  }
  item_data_.clear();
  ++item_;
  return absl::OkStatus();
}

absl::Status UploadAssembler::CheckPlace(
    const animate::v1::Chunk& chunk) const {
  if (complete()) {
    return FieldError(
        "chunk.item",
        absl::StrCat("the last item was complete, got one more chunk of item ",
                     chunk.item()),
        "CHUNK_ORDER");
  }
  if (chunk.item() != item_) {
    return FieldError(
        "chunk.item",
        absl::StrCat("must be ", item_,
                     ", the item that is being uploaded, got ", chunk.item()),
        "CHUNK_ORDER");
  }
  if (chunk.offset() != item_data_.size()) {
    return FieldError(
        "chunk.offset",
        absl::StrCat("must be ", item_data_.size(), ", the bytes of item ",
                     item_, " so far, got ", chunk.offset()),
        "CHUNK_ORDER");
  }
  return absl::OkStatus();
}

absl::Status UploadAssembler::CheckData(const animate::v1::Chunk& chunk) const {
  const size_t size = chunk.data().size();
  if (size == 0) return FieldError("chunk.data", "must not be empty");
  if (size > static_cast<size_t>(max_chunk_bytes_)) {
    return FieldError("chunk.data",
                      absl::StrCat("must be at most ", max_chunk_bytes_,
                                   " bytes, got ", size),
                      "LIMIT_EXCEEDED");
  }
  if (size > manifest_.total_bytes - bytes_received_) {
    return FieldError("inputs.total_bytes",
                      absl::StrCat("is ", manifest_.total_bytes,
                                   ", got at least ", bytes_received_ + size),
                      kSizeMismatch);
  }
  if (item_ == 0 && manifest_.reference_bytes > 0 &&
      item_data_.size() + size > manifest_.reference_bytes) {
    return FieldError("inputs.reference.bytes",
                      absl::StrCat("is ", manifest_.reference_bytes,
                                   ", got at least ", item_data_.size() + size),
                      kSizeMismatch);
  }
  if (chunk.has_crc32c() && chunk.crc32c() != Crc32c(chunk.data())) {
    return Corrupt(absl::StrCat("item ", item_, ", offset ", chunk.offset(),
                                ": the chunk does not match its crc32c"),
                   "CHUNK_CRC");
  }
  return absl::OkStatus();
}

absl::Status UploadAssembler::CheckReference() const {
  if (manifest_.reference_bytes > 0 &&
      item_data_.size() != manifest_.reference_bytes) {
    return FieldError("inputs.reference.bytes",
                      absl::StrCat("is ", manifest_.reference_bytes, ", got ",
                                   item_data_.size()),
                      kSizeMismatch);
  }
  if (!manifest_.reference_sha256.empty() &&
      Sha256Bytes(item_data_) != manifest_.reference_sha256) {
    return Corrupt("the reference does not match inputs.reference.sha256",
                   "SHA256_MISMATCH");
  }
  return absl::OkStatus();
}

void UploadAssembler::Store(animate::v1::Chunk chunk) {
  bytes_received_ += chunk.data().size();
  if (item_data_.empty()) {
    item_data_ = std::move(*chunk.mutable_data());
  } else {
    item_data_ += chunk.data();
  }
}

absl::StatusOr<EncodedInputs> UploadAssembler::Finish() {
  if (!complete()) {
    return FieldError(
        "chunk",
        absl::StrCat("the upload ended within item ", item_, " of items 0 to ",
                     manifest_.pose_items, " (", bytes_received_, " of ",
                     manifest_.total_bytes, " bytes)"),
        "UPLOAD_INCOMPLETE");
  }
  if (bytes_received_ != manifest_.total_bytes) {
    return FieldError(
        "inputs.total_bytes",
        absl::StrCat("is ", manifest_.total_bytes, ", got ", bytes_received_),
        kSizeMismatch);
  }
  return std::move(inputs_);
}

}  // namespace animate
