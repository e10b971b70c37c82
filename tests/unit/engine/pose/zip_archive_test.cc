#include "engine/pose/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/pose/file_bytes.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

const std::map<std::string, std::string>& Files() {
  static const auto& files = *new std::map<std::string, std::string>{
      {"a.txt", "hello"}, {"empty", ""}, {"long", std::string(10000, 'x')}};
  return files;
}

TEST(ZipArchiveTest, ReadsStoredAndDeflatedFiles) {
  for (const ZipMethod method : {ZipMethod::kStored, ZipMethod::kDeflated}) {
    const auto files = ReadZip(ZipBytes(Files(), method), 100'000);
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ(*files, Files());
  }
}

TEST(ZipArchiveTest, RefusesToUnpackTooMuch) {
  const auto files = ReadZip(ZipBytes(Files(), ZipMethod::kDeflated), 9'000);
  EXPECT_EQ(files.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(files.status().message(), HasSubstr("9000"));
}

TEST(ZipArchiveTest, ComparesChecksums) {
  std::string bytes = ZipBytes({{"a.txt", "hello"}});
  bytes[bytes.find("hello")] = 'j';
  EXPECT_THAT(ReadZip(bytes, 100).status().message(), HasSubstr("checksum"));
}

TEST(ZipArchiveTest, CutArchivesAreDamaged) {
  const std::string bytes = ZipBytes(Files(), ZipMethod::kDeflated);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadZip(bytes.substr(0, size), 100'000).ok()) << size;
    EXPECT_FALSE(ReadZip(bytes.substr(bytes.size() - size), 100'000).ok());
  }
}

}  // namespace
}  // namespace animate
