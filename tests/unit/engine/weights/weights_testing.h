#ifndef ANIMATE_TESTS_UNIT_ENGINE_WEIGHTS_WEIGHTS_TESTING_H_
#define ANIMATE_TESTS_UNIT_ENGINE_WEIGHTS_WEIGHTS_TESTING_H_

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/base/error.h"

namespace animate {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg);
  return arg.ok();
}

// A file refused for what is in it, with a message that contains `text`.
MATCHER_P(IsRefused, text, "") {
  *result_listener << StatusOf(arg);
  return StatusOf(arg).code() == absl::StatusCode::kFailedPrecondition &&
         GetErrorReason(StatusOf(arg)) == "MODEL_FILE_INVALID" &&
         absl::StrContains(StatusOf(arg).message(), text);
}

inline absl::Span<const uint8_t> AsBytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// The `size` low bytes of `value`, little-endian.
std::string LittleEndian(uint64_t value, size_t size);

// A safetensors file with this header and data.
std::string SafetensorsBytes(absl::string_view header, absl::string_view data);

// A zip record; the defaults are what torch.save writes.
struct ZipInput {
  std::string name;
  std::string content;
  uint16_t method = 0;
  uint16_t flags = 0;
  // Differs from `name` in a damaged archive.
  std::string local_name = {};
};
std::string ZipBytes(const std::vector<ZipInput>& records);

// The archive of a checkpoint: data.pkl and data/0, data/1, ...
std::string TorchZipBytes(absl::string_view pickle,
                          const std::vector<std::string>& storages);

// Pieces of pickle programs.
std::string PickleProgram(absl::string_view body);  // PROTO 2, body, STOP.
std::string PickleText(absl::string_view text);
std::string PickleInt(int32_t value);
std::string PickleInts(const std::vector<int64_t>& values);  // A tuple.
std::string PickleGlobal(absl::string_view module, absl::string_view name);
// A persistent reference to a storage of `count` elements.
std::string PickleStorage(absl::string_view type, absl::string_view key,
                          int64_t count);
struct TensorInput {
  std::string storage = PickleStorage("FloatStorage", "0", 6);
  int64_t offset = 0;
  std::vector<int64_t> size = {2, 3};
  std::vector<int64_t> stride = {3, 1};
};
std::string PickleTensor(const TensorInput& tensor);
// A dict with one entry.
std::string PickleDict(absl::string_view key, absl::string_view value);

// Content of the file at `path`; fails the test when it cannot be read.
std::string ReadFileOrDie(const std::string& path);

// Path of a file of tests/golden/checkpoints.
std::string CheckpointFixture(absl::string_view name);

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_WEIGHTS_WEIGHTS_TESTING_H_
