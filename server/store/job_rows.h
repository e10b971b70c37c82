#ifndef ANIMATE_SERVER_STORE_JOB_ROWS_H_
#define ANIMATE_SERVER_STORE_JOB_ROWS_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/queue/job_store.h"
#include "server/store/sqlite_database.h"

namespace animate {

// A row of the table of jobs: a StoredJob, and where its bytes are.
struct JobRow {
  StoredJob job;
  std::string inputs_file;  // "" when there is none
  int64_t inputs_bytes = 0;
  int64_t frames_bytes = 0;
  std::string checkpoint_file;  // "" when there is none
  int64_t checkpoint_bytes = 0;
  int checkpoint_step = 0;
  std::string checkpoint_fingerprint;

  // The file of the frames of this generation.
  std::string frames_file() const;
  int64_t bytes() const {
    return inputs_bytes + frames_bytes + checkpoint_bytes;
  }
};

// A row of the table of frames.
struct FrameRow {
  int64_t position = 0;  // in JobRow::frames_file
  EncodedFrame frame;    // without data
};

// All SQL of the job store. Errors are those of JobStore. Thread-compatible.
class JobRows {
 public:
  explicit JobRows(SqliteDatabase& database) : database_(database) {}

  // NOT_FOUND, reason JOB_NOT_FOUND.
  absl::StatusOr<JobRow> Get(const std::string& name) const;
  absl::StatusOr<std::optional<JobRow>> Find(const std::string& name) const;
  absl::StatusOr<std::optional<JobRow>> FindRequest(
      const std::string& principal, const std::string& request_id) const;
  // In the order of submission.
  absl::StatusOr<std::vector<JobRow>> List() const;

  absl::Status Insert(const StoredJob& job, const std::string& inputs_file,
                      int64_t inputs_bytes);
  absl::Status Start(const std::string& name, absl::Time start_time);
  absl::Status Stop(const std::string& name, const absl::Status& why);
  absl::Status SetReport(const std::string& name, const std::string& report);
  absl::Status SetUsage(const std::string& name, const JobUsage& usage);
  absl::Status Pause(const std::string& name);
  absl::Status End(const std::string& name, const JobStore::End& end);
  absl::Status StartGeneration(const JobRow& row);
  absl::Status SetCheckpoint(const std::string& name,
                             const JobCheckpoint& checkpoint,
                             const std::string& file, int64_t bytes);
  absl::Status Delete(const std::string& name);

  // `frames_bytes`: size of the file after the frame.
  absl::Status InsertFrame(const JobRow& row, const FrameRow& frame,
                           int64_t frames_bytes);
  absl::StatusOr<FrameRow> GetFrame(const JobRow& row, int index) const;

 private:
  absl::StatusOr<std::vector<JobRow>> Select(
      absl::string_view condition,
      std::initializer_list<absl::string_view> parameters) const;
  // Parameter ?1 is `name`, ?2 is `value`.
  absl::Status Update(const std::string& name, absl::string_view assignments,
                      std::optional<int64_t> value);
  absl::Status UpdateBlob(const std::string& name,
                          absl::string_view assignments,
                          const std::string& value);

  SqliteDatabase& database_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_JOB_ROWS_H_
