#include "server/store/inputs_spool.h"

#include <cstddef>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/store/spool_file.h"
#include "server/store/store_error.h"

namespace animate {

constexpr uint32_t kCountRecord = 0;

absl::StatusOr<int64_t> WriteInputs(const std::string& path,
                                    const StoredInputs& inputs) {
  ANIMATE_ASSIGN_OR_RETURN(const auto file, SpoolFile::Open(path, 0));
  const std::string count = absl::StrCat(inputs.size());
  ANIMATE_RETURN_IF_ERROR(file->Append(kCountRecord, count).status());
  uint32_t record = kCountRecord;
  for (const std::string& part : inputs) {
    ANIMATE_RETURN_IF_ERROR(file->Append(++record, part).status());
  }
  ANIMATE_RETURN_IF_ERROR(file->Sync());
  return file->size();
}

absl::StatusOr<StoredInputs> ReadInputsFile(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string count_text,
                           SpoolFile::Read(path, 0, kCountRecord));
  uint32_t count = 0;
  if (!absl::SimpleAtoi(count_text, &count)) {
    return StoreCorruptError(path, "its first record is no number of parts");
  }
  StoredInputs inputs;
  int64_t offset =
      SpoolFile::RecordBytes(static_cast<int64_t>(count_text.size()));
  for (uint32_t record = 1; record <= count; ++record) {
    ANIMATE_ASSIGN_OR_RETURN(std::string part,
                             SpoolFile::Read(path, offset, record));
    offset += SpoolFile::RecordBytes(static_cast<int64_t>(part.size()));
    inputs.push_back(std::move(part));
  }
  return inputs;
}

}  // namespace animate
