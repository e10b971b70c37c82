// Corrupted and hostile checkpoints as their user meets them: the command line
// says one line that names the file, what is wrong, the value and the limit.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tests/unit/tools/model/made_model.h"
#include "tools/model/convert_command.h"
#include "tools/model/inspect_command.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

struct HostileFile {
  std::string name;
  std::string bytes;
  std::vector<std::string> says;
};

std::string Tensor(const std::string& name, const std::string& shape,
                   const std::string& offsets) {
  return absl::StrCat(R"(")", name, R"(":{"dtype":"F32","shape":)", shape,
                      R"(,"data_offsets":)", offsets, "}");
}

std::string TensorFile(const std::string& entries, size_t data) {
  return SafetensorsBytes(absl::StrCat("{", entries, "}"),
                          std::string(data, 'x'));
}

std::string PickleFile(const std::string& program) {
  return TorchZipBytes(program, {std::string(24, 'x')});
}

std::vector<HostileFile> HostileSafetensors() {
  const std::string header = "{}      ";
  return {
      {"header_beyond_the_file",
       LittleEndian(1000, 8) + header,
       {"header length is 1000", "at most 8"}},
      {"header_of_terabytes",
       LittleEndian(uint64_t{1} << 42, 8) + header,
       {"header length is 4398046511104", "at most 8"}},
      {"offsets_beyond_the_file",
       TensorFile(Tensor("a", "[1000]", "[0,4000]"), 16),
       {"the tensors take 4000 bytes, the file has 16"}},
      {"overlapping_offsets",
       TensorFile(
           Tensor("a", "[2]", "[0,8]") + "," + Tensor("b", "[2]", "[4,12]"),
           12),
       {"\"b\"", "overlaps", "begins at 4, want 8"}},
      {"backward_offsets",
       TensorFile(Tensor("a", "[2]", "[8,0]"), 8),
       {"\"a\"", "go backwards: 8, 0"}},
      {"shape_product_overflow",
       TensorFile(Tensor("a", "[4294967296,4294967296]", "[0,0]"), 0),
       {"\"a\"", "too many elements", "4294967296, 4294967296", "at most"}},
      {"negative_shape",
       TensorFile(Tensor("a", "[-1]", "[0,4]"), 4),
       {"\"a\"", "negative number: -1"}},
      {"the_same_key_twice",
       TensorFile(
           Tensor("a", "[1]", "[0,4]") + "," + Tensor("a", "[1]", "[4,8]"), 8),
       {"\"a\"", "more than once"}},
      {"header_that_is_not_json",
       SafetensorsBytes("{\"a\": nonsense}", ""),
       {"not valid JSON at byte"}},
  };
}

std::vector<HostileFile> HostilePickles() {
  const std::string tensor = PickleTensor({});
  return {
      {"zip_bomb",
       ZipBytes({{.name = "m/data.pkl", .content = "x", .method = 8}}),
       {"m/data.pkl", "is compressed (method 8)"}},
      {"unknown_opcode",
       PickleFile(PickleProgram("\xff")),
       {"opcode 0xff", "pickle byte 2"}},
      {"code_to_run",
       PickleFile(PickleProgram(PickleGlobal("posix", "system"))),
       {"posix.system", "pickle byte 2"}},
      {"size_product_overflow",
       PickleFile(PickleProgram(PickleDict(
           "a", PickleTensor({.size = {2000000000, 2000000000, 2000000000},
                              .stride = {1, 1, 1}})))),
       {"\"a\"", "2000000000, 2000000000", "storage of 6"}},
      {"view_beyond_its_storage",
       PickleFile(PickleProgram(
           PickleDict("a", PickleTensor({.size = {2, 2}, .stride = {5, 1}})))),
       {"\"a\"", "number 6", "6"}},
      {"storage_beyond_its_record",
       PickleFile(PickleProgram(PickleDict(
           "a", PickleTensor(
                    {.storage = PickleStorage("FloatStorage", "0", 1000)})))),
       {"storage 0 has 24 bytes, want 4000"}},
      {"missing_storage",
       TorchZipBytes(PickleProgram(PickleDict("a", tensor)), {}),
       {"storage 0 is missing"}},
  };
}

void ExpectOneLine(const HostileFile& file, const std::string& path,
                   const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(path));
  for (const std::string& fragment : file.says) {
    EXPECT_THAT(outcome.err, HasSubstr(fragment));
  }
}

TEST(HostileFileTest, EachEndsInOneClearLine) {
  const TemporaryFolder folder;
  std::vector<HostileFile> files = HostileSafetensors();
  for (HostileFile& file : HostilePickles()) files.push_back(std::move(file));
  files.push_back({"empty", "", {"empty"}});
  files.push_back({"noise", "no checkpoint at all", {"neither a safetensors"}});
  for (const HostileFile& file : files) {
    SCOPED_TRACE(file.name);
    const std::string path = folder.Write(file.name, file.bytes);
    ExpectOneLine(file, path, RunCommand(AddInspectCommand, "inspect " + path));
    const Outcome converted =
        RunCommand(AddConvertCommand,
                   absl::StrCat("convert ", path, " ", folder / "converted"));
    ExpectOneLine(file, path, converted);
  }
}

// Truncated anywhere: at every 64th byte.
void ExpectEveryTruncationRefused(const std::string& fixture) {
  const TemporaryFolder folder;
  const std::string whole = ReadFileOrDie(CheckpointFixture(fixture));
  for (size_t size = 0; size < whole.size(); size += 64) {
    SCOPED_TRACE(absl::StrCat(fixture, " cut to ", size, " bytes"));
    const std::string path = folder.Write("cut", whole.substr(0, size));
    ExpectOneLine({}, path,
                  RunCommand(AddInspectCommand, "inspect --no-hash " + path));
  }
}

TEST(HostileFileTest, EveryTruncationOfASafetensorsFileEndsInOneLine) {
  ExpectEveryTruncationRefused("every_dtype.safetensors");
}

TEST(HostileFileTest, EveryTruncationOfAZipCheckpointEndsInOneLine) {
  ExpectEveryTruncationRefused("every_dtype.pth");
}

TEST(HostileFileTest, EveryTruncationOfALegacyCheckpointEndsInOneLine) {
  ExpectEveryTruncationRefused("every_dtype_legacy.pth");
}

}  // namespace
}  // namespace animate
