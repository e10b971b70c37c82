#ifndef ANIMATE_SERVER_STORE_SQLITE_JOB_STORE_H_
#define ANIMATE_SERVER_STORE_SQLITE_JOB_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "server/queue/job_store.h"
#include "server/store/job_rows.h"
#include "server/store/spool_file.h"
#include "server/store/sqlite_database.h"
#include "server/store/store_folder.h"

namespace animate {

// A JobStore that survives `kill -9` and, as far as disk and file system keep
// what they were made to sync, a power cut. Rows live in SQLite, bytes in
// append-only files beside it. The order is always: write and sync the bytes,
// commit the row, return. So a row never refers to bytes that are not there,
// and bytes that no row refers to are the remains of a crash, cleared away by
// Open. Thread-safe.
class SqliteJobStore : public JobStore {
 public:
  // Opens the store in folder `path`, or makes one. FAILED_PRECONDITION, reason
  // STORE_LOCKED, STORE_NOT_WRITABLE or STORE_TOO_NEW; DATA_LOSS, reason
  // STORE_CORRUPT, when the database is not sound: move the folder away to
  // start with an empty one.
  static absl::StatusOr<std::unique_ptr<SqliteJobStore>> Open(
      const std::string& path);

  absl::StatusOr<StoredJob> Insert(const StoredJob& job,
                                   const StoredInputs& inputs) override;
  absl::StatusOr<StoredJob> Get(const std::string& name) const override;
  absl::StatusOr<std::optional<StoredJob>> FindRequest(
      const std::string& principal,
      const std::string& request_id) const override;
  absl::StatusOr<std::vector<StoredJob>> List() const override;
  absl::StatusOr<StoredInputs> ReadInputs(
      const std::string& name) const override;
  absl::Status RecordStart(const std::string& name,
                           absl::Time start_time) override;
  absl::Status RecordStop(const std::string& name,
                          const absl::Status& why) override;
  absl::Status RecordReport(const std::string& name,
                            const std::string& report) override;
  absl::Status RecordUsage(const std::string& name,
                           const JobUsage& usage) override;
  absl::Status RecordPause(const std::string& name) override;
  absl::Status RecordEnd(const std::string& name, const End& end) override;
  absl::StatusOr<int> StartGeneration(const std::string& name) override;
  absl::Status AppendFrame(const std::string& name,
                           const EncodedFrame& frame) override;
  absl::StatusOr<EncodedFrame> ReadFrame(const std::string& name,
                                         int index) const override;
  absl::Status SaveCheckpoint(const std::string& name,
                              const JobCheckpoint& checkpoint) override;
  absl::StatusOr<std::optional<JobCheckpoint>> LoadCheckpoint(
      const std::string& name) const override;
  absl::Status Delete(const std::string& name) override;
  int64_t used_bytes() const override;
  absl::StatusOr<int64_t> FreeBytes() const override {
    return folder_->FreeBytes();
  }
  bool durable() const override { return true; }

  // Reads everything back: the database's own check, then every input, frame
  // and checkpoint against its checksum. One status per fault; empty when the
  // store is sound. Slow.
  absl::StatusOr<std::vector<absl::Status>> FindFaults() const;

 private:
  SqliteJobStore(std::unique_ptr<StoreFolder> folder,
                 std::unique_ptr<SqliteDatabase> database);

  // A job whose inputs are on disk and that needs its row. Several submissions
  // that come at the same time are committed, and synced, together.
  struct PendingInsert {
    const StoredJob& job;
    const std::string& inputs_file;
    int64_t inputs_bytes = 0;
    std::optional<absl::StatusOr<StoredJob>> result;
  };
  absl::StatusOr<StoredJob> CommitInsert(PendingInsert& insert)
      ABSL_LOCKS_EXCLUDED(mutex_, inserts_mutex_);
  // One result for each.
  std::vector<absl::StatusOr<StoredJob>> CommitBatch(
      const std::vector<PendingInsert*>& batch) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<StoredJob> InsertRow(const PendingInsert& insert)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status Recover();
  absl::Status CheckNotThere(const StoredJob& job) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<SpoolFile*> FramesFile(const JobRow& row)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::unique_ptr<StoreFolder> folder_;

  // Taken by itself, never with mutex_.
  Mutex inserts_mutex_;
  CondVar batch_done_;
  std::vector<PendingInsert*> inserts_ ABSL_GUARDED_BY(inserts_mutex_);
  bool committing_ ABSL_GUARDED_BY(inserts_mutex_) = false;

  mutable Mutex mutex_;
  const std::unique_ptr<SqliteDatabase> database_ ABSL_PT_GUARDED_BY(mutex_);
  JobRows rows_ ABSL_GUARDED_BY(mutex_);
  // Frame files open for appending, by job.
  std::map<std::string, std::unique_ptr<SpoolFile>> frames_files_
      ABSL_GUARDED_BY(mutex_);
  int64_t used_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_SQLITE_JOB_STORE_H_
