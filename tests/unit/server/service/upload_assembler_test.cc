#include "server/service/upload_assembler.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "engine/base/crc32c.h"
#include "engine/base/error.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr int kMaxChunk = 8;

v1::Chunk Chunk(uint32_t item, uint64_t offset, const std::string& data,
                bool last) {
  v1::Chunk chunk;
  chunk.set_item(item);
  chunk.set_offset(offset);
  chunk.set_data(data);
  chunk.set_last(last);
  chunk.set_crc32c(Crc32c(data));
  return chunk;
}

// A reference "abcd" and two poses "ef", "gh".
UploadManifest Manifest() {
  return {.pose_items = 2, .total_bytes = 8, .reference_bytes = 4};
}

std::string FieldOf(const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  if (!details.has_value() || details->field_violations.empty()) return "";
  return details->field_violations[0].field;
}

void ExpectInvalid(const absl::Status& status, const std::string& field,
                   const std::string& reason) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(FieldOf(status), field) << status;
  EXPECT_EQ(GetErrorReason(status), reason) << status;
}

TEST(UploadAssemblerTest, PutsItemsTogether) {
  UploadManifest manifest = Manifest();
  manifest.reference_sha256 = absl::HexStringToBytes(
      "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589");
  UploadAssembler upload(manifest, kMaxChunk);
  EXPECT_TRUE(upload.Add(Chunk(0, 0, "ab", false)).ok());
  EXPECT_TRUE(upload.Add(Chunk(0, 2, "cd", true)).ok());
  EXPECT_TRUE(upload.Add(Chunk(1, 0, "ef", true)).ok());
  EXPECT_TRUE(upload.Add(Chunk(2, 0, "gh", true)).ok());
  const auto inputs = upload.Finish();
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ(inputs->reference, "abcd");
  EXPECT_EQ(inputs->poses, (std::vector<std::string>{"ef", "gh"}));
}

TEST(UploadAssemblerTest, AcceptsChunksWithoutChecksum) {
  UploadAssembler upload({.pose_items = 1, .total_bytes = 2}, kMaxChunk);
  v1::Chunk chunk = Chunk(0, 0, "a", true);
  chunk.clear_crc32c();
  EXPECT_TRUE(upload.Add(chunk).ok());
}

TEST(UploadAssemblerTest, RejectsAWrongItem) {
  UploadAssembler upload(Manifest(), kMaxChunk);
  ExpectInvalid(upload.Add(Chunk(1, 0, "ef", true)), "chunk.item",
                "CHUNK_ORDER");
}

TEST(UploadAssemblerTest, RejectsTheNextItemBeforeTheLastChunk) {
  UploadAssembler upload(Manifest(), kMaxChunk);
  ASSERT_TRUE(upload.Add(Chunk(0, 0, "abcd", false)).ok());
  ExpectInvalid(upload.Add(Chunk(1, 0, "ef", true)), "chunk.item",
                "CHUNK_ORDER");
}

TEST(UploadAssemblerTest, RejectsAGapAndAnOverlap) {
  for (const uint64_t offset : {0, 1, 3}) {
    UploadAssembler upload(Manifest(), kMaxChunk);
    ASSERT_TRUE(upload.Add(Chunk(0, 0, "ab", false)).ok());
    ExpectInvalid(upload.Add(Chunk(0, offset, "cd", true)), "chunk.offset",
                  "CHUNK_ORDER");
  }
}

TEST(UploadAssemblerTest, RejectsAWrongChecksumAsDataLoss) {
  UploadAssembler upload(Manifest(), kMaxChunk);
  v1::Chunk chunk = Chunk(0, 0, "abcd", true);
  chunk.set_crc32c(chunk.crc32c() ^ 1);
  const absl::Status status = upload.Add(chunk);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorReason(status), "CHUNK_CRC");
}

TEST(UploadAssemblerTest, ChecksAChecksumOfZero) {
  UploadAssembler upload(Manifest(), kMaxChunk);
  v1::Chunk chunk = Chunk(0, 0, "abcd", true);
  chunk.set_crc32c(0);
  EXPECT_EQ(upload.Add(chunk).code(), absl::StatusCode::kDataLoss);
}

TEST(UploadAssemblerTest, RejectsAnEmptyChunk) {
  UploadAssembler upload(Manifest(), kMaxChunk);
  ExpectInvalid(upload.Add(Chunk(0, 0, "", false)), "chunk.data",
                "INVALID_FIELD");
}

TEST(UploadAssemblerTest, RejectsAChunkOverTheLimit) {
  UploadAssembler upload({.pose_items = 1, .total_bytes = 100}, kMaxChunk);
  EXPECT_TRUE(upload.Add(Chunk(0, 0, "12345678", false)).ok());
  ExpectInvalid(upload.Add(Chunk(0, 8, "123456789", true)), "chunk.data",
                "LIMIT_EXCEEDED");
}

TEST(UploadAssemblerTest, RejectsMoreThanDeclared) {
  UploadAssembler upload({.pose_items = 1, .total_bytes = 5}, kMaxChunk);
  ASSERT_TRUE(upload.Add(Chunk(0, 0, "abcd", true)).ok());
  ExpectInvalid(upload.Add(Chunk(1, 0, "ef", true)), "inputs.total_bytes",
                "UPLOAD_SIZE_MISMATCH");
}

TEST(UploadAssemblerTest, RejectsLessThanDeclared) {
  UploadAssembler upload({.pose_items = 1, .total_bytes = 100}, kMaxChunk);
  ASSERT_TRUE(upload.Add(Chunk(0, 0, "abcd", true)).ok());
  ASSERT_TRUE(upload.Add(Chunk(1, 0, "ef", true)).ok());
  ExpectInvalid(upload.Finish().status(), "inputs.total_bytes",
                "UPLOAD_SIZE_MISMATCH");
}

TEST(UploadAssemblerTest, RejectsAReferenceOfAnotherSize) {
  UploadAssembler larger(Manifest(), kMaxChunk);
  ExpectInvalid(larger.Add(Chunk(0, 0, "abcde", true)),
                "inputs.reference.bytes", "UPLOAD_SIZE_MISMATCH");
  UploadAssembler smaller(Manifest(), kMaxChunk);
  ExpectInvalid(smaller.Add(Chunk(0, 0, "abc", true)), "inputs.reference.bytes",
                "UPLOAD_SIZE_MISMATCH");
}

TEST(UploadAssemblerTest, RejectsAReferenceOfAnotherDigest) {
  UploadManifest manifest = Manifest();
  manifest.reference_sha256 = std::string(32, 'x');
  UploadAssembler upload(manifest, kMaxChunk);
  const absl::Status status = upload.Add(Chunk(0, 0, "abcd", true));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorReason(status), "SHA256_MISMATCH");
}

TEST(UploadAssemblerTest, RejectsAnItemTooMany) {
  UploadAssembler upload({.pose_items = 1, .total_bytes = 100}, kMaxChunk);
  ASSERT_TRUE(upload.Add(Chunk(0, 0, "abcd", true)).ok());
  ASSERT_TRUE(upload.Add(Chunk(1, 0, "ef", true)).ok());
  ExpectInvalid(upload.Add(Chunk(2, 0, "gh", true)), "chunk.item",
                "CHUNK_ORDER");
}

TEST(UploadAssemblerTest, RejectsAnEarlyEnd) {
  UploadAssembler upload(Manifest(), kMaxChunk);
  ExpectInvalid(upload.Finish().status(), "chunk", "UPLOAD_INCOMPLETE");
  ASSERT_TRUE(upload.Add(Chunk(0, 0, "abcd", true)).ok());
  ASSERT_TRUE(upload.Add(Chunk(1, 0, "ef", true)).ok());
  ASSERT_TRUE(upload.Add(Chunk(2, 0, "gh", false)).ok());
  ExpectInvalid(upload.Finish().status(), "chunk", "UPLOAD_INCOMPLETE");
}

}  // namespace
}  // namespace animate
