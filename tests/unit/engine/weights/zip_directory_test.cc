#include "engine/weights/zip_directory.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using Records = std::map<std::string, ZipRecord>;

absl::StatusOr<Records> Read(const std::string& file) {
  return ReadZipDirectory(AsBytes(file));
}

const std::vector<ZipInput>& TwoRecords() {
  static const auto& records = *new std::vector<ZipInput>{
      {.name = "a/one", .content = "first"}, {.name = "a/two", .content = "2"}};
  return records;
}

// `file` with `bytes` written over it at `position`.
std::string Patched(std::string file, size_t position,
                    const std::string& bytes) {
  return file.replace(position, bytes.size(), bytes);
}

// Positions in ZipBytes(TwoRecords()).
constexpr size_t kLocalNameSize = 26;
constexpr size_t kDirectory = 2 * (30 + 5) + 5 + 1;
constexpr size_t kEnd = kDirectory + 2 * (46 + 5);

TEST(ZipDirectoryTest, FindsTheBytesOfEveryRecord) {
  const std::string file = ZipBytes(TwoRecords());
  const auto records = Read(file);
  ASSERT_THAT(records, IsOk());
  ASSERT_EQ(records->size(), 2u);
  const ZipRecord& one = records->at("a/one");
  EXPECT_EQ(file.substr(one.offset, one.size), "first");
  const ZipRecord& two = records->at("a/two");
  EXPECT_EQ(file.substr(two.offset, two.size), "2");
}

TEST(ZipDirectoryTest, AcceptsAnEmptyArchiveAndAComment) {
  EXPECT_THAT(Read(ZipBytes({})), IsOk());
  std::string file = ZipBytes(TwoRecords());
  file =
      absl::StrCat(Patched(file, file.size() - 2, LittleEndian(3, 2)), "abc");
  EXPECT_THAT(Read(file), IsOk());
}

TEST(ZipDirectoryTest, RefusesEveryTruncation) {
  const std::string file = ZipBytes(TwoRecords());
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_THAT(Read(file.substr(0, size)), IsRefused("truncated")) << size;
  }
}

TEST(ZipDirectoryTest, RefusesEveryTruncationOfAFileThatTorchWrote) {
  const std::string file = ReadFileOrDie(CheckpointFixture("parameter.pth"));
  ASSERT_THAT(Read(file), IsOk());
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_THAT(Read(file.substr(0, size)), IsRefused("truncated")) << size;
  }
}

TEST(ZipDirectoryTest, RefusesACompressedRecord) {
  EXPECT_THAT(Read(ZipBytes({{.name = "a", .content = "x", .method = 8}})),
              IsRefused("\"a\" is compressed (method 8)"));
  // Stored by name, but the sizes differ.
  EXPECT_THAT(Read(Patched(ZipBytes(TwoRecords()), kDirectory + 20,
                           LittleEndian(4, 4))),
              IsRefused("is compressed"));
}

TEST(ZipDirectoryTest, RefusesAnEncryptedRecord) {
  EXPECT_THAT(Read(ZipBytes({{.name = "a", .content = "x", .flags = 1}})),
              IsRefused("\"a\" is encrypted"));
}

TEST(ZipDirectoryTest, RefusesNamesThatLeaveTheArchive) {
  for (const std::string name :
       {"/etc/passwd", "../a", "a/../../b", "a/..", "..", "a\\b"}) {
    EXPECT_THAT(Read(ZipBytes({{.name = name, .content = "x"}})),
                IsRefused("absolute or climbing name"))
        << name;
  }
  EXPECT_THAT(Read(ZipBytes({{.name = std::string("a\0b", 3)}})),
              IsRefused("absolute or climbing name"));
  EXPECT_THAT(Read(ZipBytes({{.name = "a..b/c...", .content = "x"}})), IsOk());
}

TEST(ZipDirectoryTest, RefusesARecordThatOccursTwice) {
  EXPECT_THAT(Read(ZipBytes({{.name = "a"}, {.name = "a"}})),
              IsRefused("\"a\" occurs more than once"));
}

TEST(ZipDirectoryTest, RefusesADirectoryThatContradictsTheRecord) {
  EXPECT_THAT(
      Read(ZipBytes({{.name = "a", .content = "x", .local_name = "b"}})),
      IsRefused("\"a\" differs from its directory entry"));
}

TEST(ZipDirectoryTest, RefusesARecordOutsideTheFile) {
  const std::string file = ZipBytes(TwoRecords());
  for (const uint64_t size : {uint64_t{100}, uint64_t{0xfffffffe}}) {
    const std::string large =
        Patched(Patched(file, kDirectory + 20, LittleEndian(size, 4)),
                kDirectory + 24, LittleEndian(size, 4));
    EXPECT_THAT(Read(large), IsRefused("does not lie in the file")) << size;
  }
  for (const uint64_t offset : {uint64_t{1}, uint64_t{kDirectory - 10},
                                uint64_t{kEnd}, uint64_t{0xfffffffe}}) {
    EXPECT_THAT(Read(Patched(file, kDirectory + 42, LittleEndian(offset, 4))),
                IsRefused("does not lie in the file"))
        << offset;
  }
  EXPECT_THAT(Read(Patched(file, kLocalNameSize, LittleEndian(0xffff, 2))),
              IsRefused("does not lie in the file"));
}

TEST(ZipDirectoryTest, RefusesRecordsThatOverlap) {
  // The first record, enlarged to run into the second.
  const std::string file = ZipBytes(TwoRecords());
  EXPECT_THAT(Read(Patched(Patched(file, kDirectory + 20, LittleEndian(41, 4)),
                           kDirectory + 24, LittleEndian(41, 4))),
              IsRefused("overlap"));
}

TEST(ZipDirectoryTest, RefusesADirectoryOutsideTheFile) {
  const std::string file = ZipBytes(TwoRecords());
  for (const uint64_t offset :
       {uint64_t{kDirectory + 1}, uint64_t{0xffffffff}}) {
    EXPECT_THAT(Read(Patched(file, kEnd + 16, LittleEndian(offset, 4))),
                IsRefused("does not fit"));
  }
  EXPECT_THAT(Read(Patched(file, kEnd + 12, LittleEndian(0xffffffff, 4))),
              IsRefused("does not fit"));
  EXPECT_THAT(Read(Patched(file, kEnd + 16, LittleEndian(0, 4))),
              IsRefused("directory is damaged"));
}

TEST(ZipDirectoryTest, RefusesMoreRecordsThanTheDirectoryHolds) {
  const std::string file = ZipBytes(TwoRecords());
  EXPECT_THAT(Read(Patched(file, kEnd + 10, LittleEndian(3, 2))),
              IsRefused("does not fit"));
  EXPECT_THAT(Read(Patched(file, kEnd + 10, LittleEndian(0xffff, 2))),
              IsRefused("does not fit"));
  EXPECT_THAT(Read(Patched(file, kDirectory + 28, LittleEndian(0xffff, 2))),
              IsRefused("directory is damaged"));
}

TEST(ZipDirectoryTest, RefusesASecondVolume) {
  EXPECT_THAT(
      Read(Patched(ZipBytes(TwoRecords()), kEnd + 4, LittleEndian(1, 2))),
      IsRefused("more than one volume"));
}

// An archive of one record whose sizes and offset are in 64-bit fields, with
// the given directory offset in the 64-bit end record.
std::string Zip64(absl::string_view extra, uint64_t end_offset_change = 0,
                  uint64_t entries = 1) {
  const std::string local = absl::StrCat(
      "PK\3\4", LittleEndian(45, 2), LittleEndian(0, 12), LittleEndian(~0u, 4),
      LittleEndian(~0u, 4), LittleEndian(1, 2), LittleEndian(0, 2), "abody");
  const std::string directory = absl::StrCat(
      "PK\1\2", LittleEndian(45, 4), LittleEndian(0, 12), LittleEndian(~0u, 4),
      LittleEndian(~0u, 4), LittleEndian(1, 2), LittleEndian(extra.size(), 2),
      LittleEndian(0, 10), LittleEndian(~0u, 4), "a", extra);
  const std::string end64 = absl::StrCat(
      "PK\6\6", LittleEndian(44, 8), LittleEndian(45, 2), LittleEndian(45, 2),
      LittleEndian(0, 8), LittleEndian(entries, 8), LittleEndian(entries, 8),
      LittleEndian(directory.size(), 8), LittleEndian(local.size(), 8));
  return absl::StrCat(
      local, directory, end64, "PK\6\7", LittleEndian(0, 4),
      LittleEndian(local.size() + directory.size() + end_offset_change, 8),
      LittleEndian(1, 4), "PK\5\6", LittleEndian(0, 4), LittleEndian(0xffff, 2),
      LittleEndian(0xffff, 2), LittleEndian(~0u, 4), LittleEndian(~0u, 4),
      LittleEndian(0, 2));
}

std::string Zip64Extra(uint64_t size, uint64_t offset) {
  return absl::StrCat(LittleEndian(9, 2), LittleEndian(1, 2), "?",
                      LittleEndian(1, 2), LittleEndian(24, 2),
                      LittleEndian(size, 8), LittleEndian(size, 8),
                      LittleEndian(offset, 8));
}

TEST(ZipDirectoryTest, ReadsSixtyFourBitFields) {
  const std::string file = Zip64(Zip64Extra(4, 0));
  const auto records = Read(file);
  ASSERT_THAT(records, IsOk());
  const ZipRecord& record = records->at("a");
  EXPECT_EQ(file.substr(record.offset, record.size), "body");
}

TEST(ZipDirectoryTest, RefusesHostileSixtyFourBitFields) {
  for (const uint64_t huge : {~uint64_t{0}, uint64_t{1} << 63, ~uint64_t{30}}) {
    EXPECT_THAT(Read(Zip64(Zip64Extra(huge, 0))),
                IsRefused("does not lie in the file"));
    EXPECT_THAT(Read(Zip64(Zip64Extra(4, huge))),
                IsRefused("does not lie in the file"));
    EXPECT_THAT(Read(Zip64(Zip64Extra(4, 0), huge)), IsRefused("damaged"));
    EXPECT_THAT(Read(Zip64(Zip64Extra(4, 0), 0, huge)),
                IsRefused("does not fit"));
  }
  EXPECT_THAT(Read(Zip64(Zip64Extra(4, 0).substr(0, 18))),
              IsRefused("does not lie in the file"));
  const std::string short_extra =
      absl::StrCat(LittleEndian(1, 2), LittleEndian(8, 2), LittleEndian(4, 8));
  EXPECT_THAT(Read(Zip64(short_extra)), IsRefused("lacks its 64-bit sizes"));
}

}  // namespace
}  // namespace animate
