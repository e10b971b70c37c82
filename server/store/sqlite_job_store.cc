#include "server/store/sqlite_job_store.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/store/inputs_spool.h"
#include "server/store/sqlite_schema.h"
#include "server/store/store_error.h"

namespace animate {
namespace {

constexpr uint32_t kCheckpointRecord = 0;

// The spool file of the inputs of a job named "jobs/{uuid}". Names come from
// the server itself; this is the place that must not rely on it.
absl::StatusOr<std::string> InputsFileOf(const std::string& name) {
  absl::string_view uuid = name;
  if (!absl::ConsumePrefix(&uuid, "jobs/") || uuid.empty() ||
      uuid.find_first_of("/.") != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is no name of a job"));
  }
  return absl::StrCat(uuid, ".inputs");
}

// A file other than the one in use, which must stay whole until it is replaced.
std::string NextCheckpointFile(const JobRow& row) {
  const bool odd = absl::EndsWith(row.checkpoint_file, "-a.checkpoint");
  return absl::StrCat(row.job.number, odd ? "-b" : "-a", ".checkpoint");
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteJobStore>> SqliteJobStore::Open(
    const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(auto folder, StoreFolder::Open(path));
  ANIMATE_ASSIGN_OR_RETURN(auto database,
                           SqliteDatabase::Open(folder->database_path()));
  ANIMATE_RETURN_IF_ERROR(UpgradeStoreSchema(*database));
  auto store = std::unique_ptr<SqliteJobStore>(
      new SqliteJobStore(std::move(folder), std::move(database)));
  ANIMATE_RETURN_IF_ERROR(store->Recover());
  return store;
}

SqliteJobStore::SqliteJobStore(std::unique_ptr<StoreFolder> folder,
                               std::unique_ptr<SqliteDatabase> database)
    : folder_(std::move(folder)),
      database_(std::move(database)),
      rows_(*database_) {}

absl::Status SqliteJobStore::Recover() {
  MutexLock lock(mutex_);
  ANIMATE_RETURN_IF_ERROR(database_->CheckIntegrity());
  ANIMATE_ASSIGN_OR_RETURN(const std::vector<JobRow> rows, rows_.List());
  std::set<std::string> wanted;
  for (const JobRow& row : rows) {
    used_bytes_ += row.bytes();
    wanted.insert(row.inputs_file);
    wanted.insert(row.checkpoint_file);
    if (row.job.frames > 0) wanted.insert(row.frames_file());
  }
  ANIMATE_ASSIGN_OR_RETURN(const int removed, folder_->RemoveOrphans(wanted));
  if (removed > 0) {
    Log(LogSeverity::kInfo, "store_cleared_crash_remains",
        {{"files", absl::StrCat(removed)}});
  }
  return absl::OkStatus();
}

absl::Status SqliteJobStore::CheckNotThere(const StoredJob& job) const {
  ANIMATE_ASSIGN_OR_RETURN(std::optional<JobRow> other, rows_.Find(job.name));
  if (!other.has_value() && !job.request_id.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(other,
                             rows_.FindRequest(job.principal, job.request_id));
  }
  if (other.has_value()) return JobExistsError(other->job.name);
  return absl::OkStatus();
}

absl::StatusOr<StoredJob> SqliteJobStore::Insert(const StoredJob& job,
                                                 const StoredInputs& inputs) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string inputs_file,
                           InputsFileOf(job.name));
  {
    MutexLock lock(mutex_);
    ANIMATE_RETURN_IF_ERROR(CheckNotThere(job));
  }
  // Unlocked: uploads are large, and nobody else uses this name.
  absl::StatusOr<int64_t> bytes =
      WriteInputs(folder_->SpoolPath(inputs_file), inputs);
  if (!bytes.ok()) {
    folder_->RemoveSpoolFile(inputs_file);
    return bytes.status();
  }
  PendingInsert insert{.job = job,
                       .inputs_file = inputs_file,
                       .inputs_bytes = *bytes,
                       .result = std::nullopt};
  absl::StatusOr<StoredJob> stored = CommitInsert(insert);
  if (!stored.ok()) folder_->RemoveSpoolFile(inputs_file);
  return stored;
}

absl::StatusOr<StoredJob> SqliteJobStore::CommitInsert(PendingInsert& insert) {
  {
    MutexLock lock(inserts_mutex_);
    inserts_.push_back(&insert);
  }
  while (true) {
    std::vector<PendingInsert*> batch;
    {
      MutexLock lock(inserts_mutex_);
      while (committing_ && !insert.result.has_value()) {
        batch_done_.Wait(inserts_mutex_);
      }
      if (insert.result.has_value()) return *std::move(insert.result);
      // Nobody commits: this thread does, for all that have come meanwhile.
      committing_ = true;
      batch.swap(inserts_);
    }
    std::vector<absl::StatusOr<StoredJob>> results = CommitBatch(batch);
    MutexLock lock(inserts_mutex_);
    for (size_t i = 0; i < batch.size(); ++i) {
      batch[i]->result = std::move(results[i]);
    }
    committing_ = false;
    batch_done_.SignalAll();
  }
}

std::vector<absl::StatusOr<StoredJob>> SqliteJobStore::CommitBatch(
    const std::vector<PendingInsert*>& batch) {
  std::vector<absl::StatusOr<StoredJob>> results;
  absl::Status status = folder_->SyncSpool();
  if (status.ok()) {
    MutexLock lock(mutex_);
    status =
        database_->Transaction([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
          for (const PendingInsert* insert : batch) {
            results.push_back(InsertRow(*insert));
            // An error of the disk may have ended the transaction.
            const absl::Status& row = results.back().status();
            if (!row.ok() && !absl::IsAlreadyExists(row)) return row;
          }
          return absl::OkStatus();
        });
    for (size_t i = 0; status.ok() && i < batch.size(); ++i) {
      if (results[i].ok()) used_bytes_ += batch[i]->inputs_bytes;
    }
  }
  if (!status.ok()) results.assign(batch.size(), status);
  return results;
}

absl::StatusOr<StoredJob> SqliteJobStore::InsertRow(
    const PendingInsert& insert) {
  ANIMATE_RETURN_IF_ERROR(CheckNotThere(insert.job));
  ANIMATE_RETURN_IF_ERROR(
      rows_.Insert(insert.job, insert.inputs_file, insert.inputs_bytes));
  ANIMATE_ASSIGN_OR_RETURN(JobRow row, rows_.Get(insert.job.name));
  return std::move(row.job);
}

absl::StatusOr<StoredJob> SqliteJobStore::Get(const std::string& name) const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(JobRow row, rows_.Get(name));
  return std::move(row.job);
}

absl::StatusOr<std::optional<StoredJob>> SqliteJobStore::FindRequest(
    const std::string& principal, const std::string& request_id) const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(std::optional<JobRow> row,
                           rows_.FindRequest(principal, request_id));
  if (!row.has_value()) return std::nullopt;
  return std::move(row->job);
}

absl::StatusOr<std::vector<StoredJob>> SqliteJobStore::List() const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(std::vector<JobRow> rows, rows_.List());
  std::vector<StoredJob> jobs;
  jobs.reserve(rows.size());
  for (JobRow& row : rows) jobs.push_back(std::move(row.job));
  return jobs;
}

absl::StatusOr<StoredInputs> SqliteJobStore::ReadInputs(
    const std::string& name) const {
  std::string file;
  {
    MutexLock lock(mutex_);
    ANIMATE_ASSIGN_OR_RETURN(JobRow row, rows_.Get(name));
    file = std::move(row.inputs_file);
  }
  if (file.empty()) return InputsGoneError(name);
  return ReadInputsFile(folder_->SpoolPath(file));
}

absl::Status SqliteJobStore::RecordStart(const std::string& name,
                                         absl::Time start_time) {
  MutexLock lock(mutex_);
  return rows_.Start(name, start_time);
}

absl::Status SqliteJobStore::RecordStop(const std::string& name,
                                        const absl::Status& why) {
  MutexLock lock(mutex_);
  return rows_.Stop(name, why);
}

absl::Status SqliteJobStore::RecordReport(const std::string& name,
                                          const std::string& report) {
  MutexLock lock(mutex_);
  return rows_.SetReport(name, report);
}

absl::Status SqliteJobStore::RecordUsage(const std::string& name,
                                         const JobUsage& usage) {
  MutexLock lock(mutex_);
  return rows_.SetUsage(name, usage);
}

absl::Status SqliteJobStore::RecordPause(const std::string& name) {
  MutexLock lock(mutex_);
  frames_files_.erase(name);
  return rows_.Pause(name);
}

absl::Status SqliteJobStore::RecordEnd(const std::string& name,
                                       const End& end) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const JobRow row, rows_.Get(name));
  ANIMATE_RETURN_IF_ERROR(rows_.End(name, end));
  used_bytes_ -= row.inputs_bytes + row.checkpoint_bytes;
  frames_files_.erase(name);
  folder_->RemoveSpoolFile(row.inputs_file);
  folder_->RemoveSpoolFile(row.checkpoint_file);
  return absl::OkStatus();
}

absl::StatusOr<int> SqliteJobStore::StartGeneration(const std::string& name) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const JobRow row, rows_.Get(name));
  ANIMATE_RETURN_IF_ERROR(rows_.StartGeneration(row));
  used_bytes_ -= row.frames_bytes + row.checkpoint_bytes;
  frames_files_.erase(name);
  folder_->RemoveSpoolFile(row.frames_file());
  folder_->RemoveSpoolFile(row.checkpoint_file);
  return row.job.generation + 1;
}

absl::StatusOr<SpoolFile*> SqliteJobStore::FramesFile(const JobRow& row) {
  const auto known = frames_files_.find(row.job.name);
  if (known != frames_files_.end()) return known->second.get();
  ANIMATE_ASSIGN_OR_RETURN(
      auto file,
      SpoolFile::Open(folder_->SpoolPath(row.frames_file()), row.frames_bytes));
  ANIMATE_RETURN_IF_ERROR(folder_->SyncSpool());
  SpoolFile* const opened = file.get();
  frames_files_[row.job.name] = std::move(file);
  return opened;
}

absl::Status SqliteJobStore::AppendFrame(const std::string& name,
                                         const EncodedFrame& frame) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const JobRow row, rows_.Get(name));
  if (frame.index != row.job.frames) {
    return FrameOrderError(name, frame.index, row.job.frames);
  }
  ANIMATE_ASSIGN_OR_RETURN(SpoolFile* const file, FramesFile(row));
  const absl::StatusOr<int64_t> position =
      file->Append(static_cast<uint32_t>(frame.index), *frame.data);
  absl::Status status = position.status();
  if (status.ok()) status = file->Sync();
  if (status.ok()) {
    status = rows_.InsertFrame(row, {.position = *position, .frame = frame},
                               file->size());
  }
  if (!status.ok()) {
    // Opened again, the file loses what was not committed.
    frames_files_.erase(name);
    return status;
  }
  used_bytes_ += file->size() - row.frames_bytes;
  return absl::OkStatus();
}

absl::StatusOr<EncodedFrame> SqliteJobStore::ReadFrame(const std::string& name,
                                                       int index) const {
  std::string file;
  FrameRow frame;
  {
    MutexLock lock(mutex_);
    ANIMATE_ASSIGN_OR_RETURN(const JobRow row, rows_.Get(name));
    if (index < 0 || index >= row.job.frames) {
      return FrameRangeError(name, index, row.job.frames);
    }
    ANIMATE_ASSIGN_OR_RETURN(frame, rows_.GetFrame(row, index));
    file = row.frames_file();
  }
  ANIMATE_ASSIGN_OR_RETURN(
      std::string data,
      SpoolFile::Read(folder_->SpoolPath(file), frame.position,
                      static_cast<uint32_t>(index)));
  frame.frame.data = std::make_shared<const std::string>(std::move(data));
  return std::move(frame.frame);
}

absl::Status SqliteJobStore::SaveCheckpoint(const std::string& name,
                                            const JobCheckpoint& checkpoint) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const JobRow row, rows_.Get(name));
  const std::string file = NextCheckpointFile(row);
  ANIMATE_ASSIGN_OR_RETURN(const auto spool,
                           SpoolFile::Open(folder_->SpoolPath(file), 0));
  absl::Status status =
      spool->Append(kCheckpointRecord, checkpoint.data).status();
  if (status.ok()) status = spool->Sync();
  if (status.ok()) status = folder_->SyncSpool();
  if (status.ok()) {
    status = rows_.SetCheckpoint(name, checkpoint, file, spool->size());
  }
  folder_->RemoveSpoolFile(status.ok() ? row.checkpoint_file : file);
  if (status.ok()) used_bytes_ += spool->size() - row.checkpoint_bytes;
  return status;
}

absl::StatusOr<std::optional<JobCheckpoint>> SqliteJobStore::LoadCheckpoint(
    const std::string& name) const {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const JobRow row, rows_.Get(name));
  if (row.checkpoint_file.empty()) return std::nullopt;
  JobCheckpoint checkpoint;
  checkpoint.generation = row.job.generation;
  checkpoint.step = row.checkpoint_step;
  checkpoint.fingerprint = row.checkpoint_fingerprint;
  ANIMATE_ASSIGN_OR_RETURN(
      checkpoint.data, SpoolFile::Read(folder_->SpoolPath(row.checkpoint_file),
                                       0, kCheckpointRecord));
  return checkpoint;
}

absl::Status SqliteJobStore::Delete(const std::string& name) {
  MutexLock lock(mutex_);
  ANIMATE_ASSIGN_OR_RETURN(const JobRow row, rows_.Get(name));
  ANIMATE_RETURN_IF_ERROR(rows_.Delete(name));
  used_bytes_ -= row.bytes();
  frames_files_.erase(name);
  folder_->RemoveSpoolFile(row.inputs_file);
  folder_->RemoveSpoolFile(row.frames_file());
  folder_->RemoveSpoolFile(row.checkpoint_file);
  return absl::OkStatus();
}

int64_t SqliteJobStore::used_bytes() const {
  MutexLock lock(mutex_);
  return used_bytes_;
}

absl::StatusOr<std::vector<absl::Status>> SqliteJobStore::FindFaults() const {
  std::vector<absl::Status> faults;
  const auto note = [&faults](const absl::Status& status) {
    if (!status.ok()) faults.push_back(status);
  };
  {
    MutexLock lock(mutex_);
    note(database_->CheckIntegrity());
  }
  ANIMATE_ASSIGN_OR_RETURN(const std::vector<StoredJob> jobs, List());
  for (const StoredJob& job : jobs) {
    if (!IsTerminal(job.state)) note(ReadInputs(job.name).status());
    note(LoadCheckpoint(job.name).status());
    for (int i = 0; i < job.frames; ++i) note(ReadFrame(job.name, i).status());
  }
  return faults;
}

}  // namespace animate
