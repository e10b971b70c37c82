#include "tests/unit/engine/weights/weights_testing.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "tests/support/paths.h"

namespace animate {

std::string LittleEndian(uint64_t value, size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>(value & 0xff));
    value >>= 8;
  }
  return bytes;
}

std::string SafetensorsBytes(absl::string_view header, absl::string_view data) {
  return absl::StrCat(LittleEndian(header.size(), 8), header, data);
}

std::string ZipBytes(const std::vector<ZipInput>& records) {
  std::string file;
  std::string directory;
  for (const ZipInput& record : records) {
    const std::string& local_name =
        record.local_name.empty() ? record.name : record.local_name;
    const std::string shared =
        absl::StrCat(LittleEndian(20, 2), LittleEndian(record.flags, 2),
                     LittleEndian(record.method, 2), LittleEndian(0, 8),
                     LittleEndian(record.content.size(), 4),
                     LittleEndian(record.content.size(), 4));
    const size_t offset = file.size();
    absl::StrAppend(&file, "PK\3\4", shared, LittleEndian(local_name.size(), 2),
                    LittleEndian(0, 2), local_name, record.content);
    absl::StrAppend(&directory, "PK\1\2", LittleEndian(20, 2), shared,
                    LittleEndian(record.name.size(), 2), LittleEndian(0, 12),
                    LittleEndian(offset, 4), record.name);
  }
  const size_t directory_offset = file.size();
  return absl::StrCat(file, directory, "PK\5\6", LittleEndian(0, 4),
                      LittleEndian(records.size(), 2),
                      LittleEndian(records.size(), 2),
                      LittleEndian(directory.size(), 4),
                      LittleEndian(directory_offset, 4), LittleEndian(0, 2));
}

std::string TorchZipBytes(absl::string_view pickle,
                          const std::vector<std::string>& storages) {
  std::vector<ZipInput> records = {
      {.name = "archive/data.pkl", .content = std::string(pickle)}};
  for (size_t i = 0; i < storages.size(); ++i) {
    records.push_back(
        {.name = absl::StrCat("archive/data/", i), .content = storages[i]});
  }
  return ZipBytes(records);
}

std::string PickleProgram(absl::string_view body) {
  return absl::StrCat("\x80\x02", body, ".");
}

std::string PickleText(absl::string_view text) {
  return absl::StrCat("X", LittleEndian(text.size(), 4), text);
}

std::string PickleInt(int32_t value) {
  return absl::StrCat("J", LittleEndian(static_cast<uint32_t>(value), 4));
}

std::string PickleInts(const std::vector<int64_t>& values) {
  std::string body = "(";
  for (const int64_t value : values) {
    absl::StrAppend(&body, "\x8a\x08",
                    LittleEndian(static_cast<uint64_t>(value), 8));
  }
  return absl::StrCat(body, "t");
}

std::string PickleGlobal(absl::string_view module, absl::string_view name) {
  return absl::StrCat("c", module, "\n", name, "\n");
}

std::string PickleStorage(absl::string_view type, absl::string_view key,
                          int64_t count) {
  return absl::StrCat("(", PickleText("storage"), PickleGlobal("torch", type),
                      PickleText(key), PickleText("cpu"), "\x8a\x08",
                      LittleEndian(static_cast<uint64_t>(count), 8), "tQ");
}

std::string PickleTensor(const TensorInput& tensor) {
  return absl::StrCat(
      PickleGlobal("torch._utils", "_rebuild_tensor_v2"), "(", tensor.storage,
      "\x8a\x08", LittleEndian(static_cast<uint64_t>(tensor.offset), 8),
      PickleInts(tensor.size), PickleInts(tensor.stride), "\x89N", "tR");
}

std::string PickleDict(absl::string_view key, absl::string_view value) {
  return absl::StrCat("}", PickleText(key), value, "s");
}

std::string ReadFileOrDie(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string CheckpointFixture(absl::string_view name) {
  return absl::StrCat(SourceDir(), "/tests/golden/checkpoints/", name);
}

}  // namespace animate
