#include "server/store/spool_file.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

class SpoolFileTest : public ::testing::Test {
 protected:
  // Two records, "first" and "second".
  int64_t WriteTwo() {
    auto file = SpoolFile::Open(path_, 0);
    EXPECT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(*(*file)->Append(7, "first"), 0);
    second_ = *(*file)->Append(8, "second");
    EXPECT_TRUE((*file)->Sync().ok());
    return (*file)->size();
  }

  void FlipByte(int64_t offset) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(offset);
    file.put(byte);
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_ / "spool";
  int64_t second_ = 0;
};

TEST_F(SpoolFileTest, ReadsWhatWasAppended) {
  const int64_t size = WriteTwo();
  EXPECT_EQ(static_cast<int64_t>(std::filesystem::file_size(path_)), size);
  EXPECT_EQ(*SpoolFile::Read(path_, 0, 7), "first");
  EXPECT_EQ(*SpoolFile::Read(path_, second_, 8), "second");
}

TEST_F(SpoolFileTest, OpeningCutsOffWhatWasNotCommitted) {
  const int64_t size = WriteTwo();
  auto file = SpoolFile::Open(path_, second_);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->size(), second_);
  EXPECT_EQ(*(*file)->Append(8, "SECOND"), second_);
  EXPECT_EQ((*file)->size(), size);
  EXPECT_EQ(*SpoolFile::Read(path_, second_, 8), "SECOND");
}

TEST_F(SpoolFileTest, AFileShorterThanCommittedIsCorrupt) {
  const int64_t size = WriteTwo();
  const auto file = SpoolFile::Open(path_, size + 1);
  EXPECT_EQ(GetErrorReason(file.status()), "STORE_CORRUPT");
  EXPECT_THAT(file.status().message(), HasSubstr(path_));
}

TEST_F(SpoolFileTest, EveryFlippedBitIsNoticed) {
  const int64_t size = WriteTwo();
  for (int64_t offset = second_; offset < size; ++offset) {
    FlipByte(offset);
    const auto data = SpoolFile::Read(path_, second_, 8);
    EXPECT_EQ(GetErrorReason(data.status()), "STORE_CORRUPT") << offset;
    FlipByte(offset);
  }
  EXPECT_TRUE(SpoolFile::Read(path_, second_, 8).ok());
}

TEST_F(SpoolFileTest, EveryTruncationIsNoticed) {
  for (int64_t size = WriteTwo() - 1; size >= second_; --size) {
    std::filesystem::resize_file(path_, static_cast<uintmax_t>(size));
    EXPECT_EQ(GetErrorReason(SpoolFile::Read(path_, second_, 8).status()),
              "STORE_CORRUPT")
        << size;
  }
  EXPECT_EQ(*SpoolFile::Read(path_, 0, 7), "first");
}

TEST_F(SpoolFileTest, ARecordOfAnotherIndexIsNotReturned) {
  WriteTwo();
  EXPECT_EQ(GetErrorReason(SpoolFile::Read(path_, 0, 8).status()),
            "STORE_CORRUPT");
}

TEST_F(SpoolFileTest, AMissingFileIsCorrupt) {
  EXPECT_EQ(GetErrorReason(SpoolFile::Read(path_, 0, 0).status()),
            "STORE_CORRUPT");
}

// A limit on the size of files stands for a full disk.
TEST_F(SpoolFileTest, AFailedWriteLeavesTheFileAsItWas) {
  const int64_t size = WriteTwo();
  auto file = SpoolFile::Open(path_, size);
  ASSERT_TRUE(file.ok());
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit = {.rlim_cur = static_cast<rlim_t>(size + 1000),
                        .rlim_max = before.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto written = (*file)->Append(9, std::string(100'000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_FALSE(written.ok());
  EXPECT_THAT(written.status().message(), HasSubstr(path_));
  EXPECT_EQ((*file)->size(), size);
  EXPECT_EQ(static_cast<int64_t>(std::filesystem::file_size(path_)), size);
  EXPECT_EQ(*(*file)->Append(9, "after"), size);
  EXPECT_EQ(*SpoolFile::Read(path_, size, 9), "after");
}

}  // namespace
}  // namespace animate
