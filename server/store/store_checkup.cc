#include "server/store/store_checkup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "engine/base/crc32c.h"
#include "engine/base/error.h"
#include "server/store/inputs_spool.h"
#include "server/store/job_rows.h"
#include "server/store/spool_file.h"
#include "server/store/sqlite_schema.h"
#include "server/store/store_error.h"
#include "server/store/store_snapshot.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using InUse = SqliteDatabase::InUse;

constexpr size_t kMaxFaultLines = 20;
// Below this not even the end of a job can be recorded for sure.
constexpr int64_t kLeastFreeBytes = int64_t{16} << 20;

constexpr char kDamagedAdvice[] =
    "the job is lost: delete it and submit it again; look for errors of the "
    "disk in the system's log";

std::string Bytes(int64_t bytes) {
  if (bytes < 10'000) return absl::StrCat(bytes, " bytes");
  return absl::StrFormat("%.1f MiB", static_cast<double>(bytes) / (1 << 20));
}

// The nearest folder that exists: `path` or one above it.
fs::path Existing(const fs::path& path) {
  std::error_code ignored;
  fs::path folder = fs::absolute(path, ignored);
  while (!fs::exists(folder, ignored) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

CheckLine CheckFolder(const std::string& path) {
  const std::string check = "store.folder";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    if (access(Existing(path).c_str(), W_OK | X_OK) == 0) {
      return {check, CheckResult::kOk,
              absl::StrCat(path, " is not there yet; the first start makes it"),
              ""};
    }
    return {check, CheckResult::kFailed,
            absl::StrCat(path, " is not there and cannot be made"),
            "make it, owned by the user of the server"};
  }
  for (const std::string& item :
       {path, path + "/spool", path + "/jobs.sqlite", path + "/lock"}) {
    struct stat status = {};
    if (stat(item.c_str(), &status) != 0) {
      if (errno == ENOENT) continue;
      return {check, CheckResult::kFailed,
              absl::StrCat(item, ": ", std::generic_category().message(errno)),
              "run as the user of the server, or give it the folder (chown)"};
    }
    const bool folder = item == path || item == path + "/spool";
    if (folder != S_ISDIR(status.st_mode)) {
      return {check, CheckResult::kFailed,
              absl::StrCat(item, folder ? " is no folder" : " is no file"),
              "move it out of the way"};
    }
    if (access(item.c_str(), R_OK | W_OK | (folder ? X_OK : 0)) != 0) {
      return {check, CheckResult::kFailed,
              absl::StrCat(item, " cannot be read and written"),
              "run as the user of the server, or give it the folder (chown)"};
    }
    if ((status.st_mode & S_IWOTH) != 0) {
      return {check, CheckResult::kWarning,
              absl::StrCat(item, " can be written by everybody"),
              absl::StrCat("chmod o-w ", item)};
    }
  }
  return {check, CheckResult::kOk, absl::StrCat(path, " can be written"), ""};
}

CheckLine DescribeUse(InUse in_use) {
  return {"store.lock", CheckResult::kOk,
          in_use == InUse::kByAServer
              ? "a server has the store open: it is read beside it"
              : "no server has the store open",
          ""};
}

CheckLine DescribeDatabase(
    const absl::StatusOr<std::unique_ptr<StoreSnapshot>>& snapshot) {
  const std::string check = "store.database";
  if (snapshot.ok()) {
    const int version = (*snapshot)->schema_version();
    if (version == kStoreSchemaVersion) {
      return {check, CheckResult::kOk,
              absl::StrCat("sound, schema version ", version), ""};
    }
    return {check, CheckResult::kWarning,
            absl::StrCat("sound, schema version ", version,
                         "; this build writes ", kStoreSchemaVersion),
            "the next start upgrades it; older servers refuse it from then on"};
  }
  const std::string reason = GetErrorReason(snapshot.status());
  std::string advice = "see whether the file can be read at all";
  if (reason == "STORE_TOO_NEW") {
    advice = "start the newer server, or use another --data-dir";
  } else if (reason == "STORE_CORRUPT") {
    advice =
        "move the folder away, keep it, and start with an empty one; look for "
        "errors of the disk in the system's log";
  }
  return {check, CheckResult::kFailed, std::string(snapshot.status().message()),
          std::move(advice)};
}

CheckLine DescribeJobs(const std::vector<JobRow>& rows) {
  std::map<JobState, int> states;
  for (const JobRow& row : rows) ++states[row.job.state];
  std::vector<std::string> parts;
  parts.reserve(states.size());
  for (const auto& [state, count] : states) {
    parts.push_back(absl::StrCat(count, " ", JobStateName(state)));
  }
  return {"store.jobs", CheckResult::kOk,
          absl::StrCat(rows.size(), " jobs", parts.empty() ? "" : ": ",
                       absl::StrJoin(parts, ", ")),
          ""};
}

// --- The spool ---------------------------------------------------------------

absl::Status CheckFrames(const JobRow& row, const JobRows& rows,
                         const std::string& spool) {
  for (int i = 0; i < row.job.frames; ++i) {
    const absl::StatusOr<FrameRow> frame = rows.GetFrame(row, i);
    if (!frame.ok()) return frame.status();
    const absl::StatusOr<std::string> data = SpoolFile::Read(
        spool + row.frames_file(), frame->position, static_cast<uint32_t>(i));
    if (!data.ok()) return data.status();
    if (Crc32c(*data) != frame->frame.crc32c) {
      return StoreCorruptError(
          spool + row.frames_file(),
          absl::StrCat("frame ", i, " does not match its checksum"));
    }
  }
  return absl::OkStatus();
}

// The first thing that is wrong with the files of a job.
absl::Status CheckFiles(const JobRow& row, const JobRows& rows,
                        const std::string& spool) {
  if (!row.inputs_file.empty()) {
    absl::Status status = ReadInputsFile(spool + row.inputs_file).status();
    if (!status.ok()) return status;
  }
  if (!row.checkpoint_file.empty()) {
    absl::Status status =
        SpoolFile::Read(spool + row.checkpoint_file, 0, 0).status();
    if (!status.ok()) return status;
  }
  return CheckFrames(row, rows, spool);
}

std::set<std::string> FilesOf(const JobRow& row) {
  std::set<std::string> files = {row.inputs_file, row.checkpoint_file};
  if (row.job.frames > 0) files.insert(row.frames_file());
  files.erase("");
  return files;
}

// Whether a server that runs beside us has not changed the job meanwhile.
bool StillThere(const JobRow& row, const StoreSnapshot& later) {
  const absl::StatusOr<std::optional<JobRow>> now =
      later.rows().Find(row.job.name);
  return now.ok() && now->has_value() &&
         (*now)->inputs_file == row.inputs_file &&
         (*now)->checkpoint_file == row.checkpoint_file &&
         (*now)->job.generation == row.job.generation;
}

struct Fault {
  JobRow row;
  absl::Status what;
};

// Forgets the faults of jobs that have changed since `faults` were found.
void ForgetChanged(const std::string& database, std::vector<Fault>& faults) {
  const auto later = StoreSnapshot::Take(database, InUse::kByAServer);
  if (!later.ok()) return;
  std::erase_if(faults, [&later](const Fault& fault) {
    return !StillThere(fault.row, **later);
  });
}

std::vector<CheckLine> CheckSpool(const std::string& path, InUse in_use,
                                  const std::vector<JobRow>& jobs,
                                  const JobRows& rows) {
  std::vector<Fault> faults;
  size_t files = 0;
  int64_t bytes = 0;
  for (const JobRow& row : jobs) {
    files += FilesOf(row).size();
    bytes += row.bytes();
    absl::Status status = CheckFiles(row, rows, path + "/spool/");
    if (!status.ok()) faults.push_back({row, std::move(status)});
  }
  if (!faults.empty() && in_use == InUse::kByAServer) {
    ForgetChanged(path + "/jobs.sqlite", faults);
  }
  if (faults.empty()) {
    return {{"store.spool", CheckResult::kOk,
             absl::StrCat(files, " files, ", Bytes(bytes),
                          ", all as they were written"),
             ""}};
  }
  std::vector<CheckLine> lines;
  for (const auto& [row, what] : faults) {
    if (lines.size() == kMaxFaultLines) {
      lines.push_back({"store.spool", CheckResult::kFailed,
                       absl::StrCat(faults.size() - lines.size(),
                                    " more jobs with damaged files"),
                       kDamagedAdvice});
      break;
    }
    lines.push_back({"store.spool", CheckResult::kFailed,
                     absl::StrCat(row.job.name, ": ", what.message()),
                     kDamagedAdvice});
  }
  return lines;
}

CheckLine CheckOrphans(const std::string& path, InUse in_use,
                       const std::vector<JobRow>& jobs) {
  std::set<std::string> wanted;
  for (const JobRow& row : jobs) wanted.merge(FilesOf(row));
  int orphans = 0;
  int64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator entry(path + "/spool", error), end;
       !error && entry != end; entry.increment(error)) {
    if (wanted.contains(entry->path().filename().string())) continue;
    std::error_code gone;
    const auto size = entry->file_size(gone);
    ++orphans;
    if (!gone) bytes += static_cast<int64_t>(size);
  }
  const std::string check = "store.orphans";
  const std::string found =
      absl::StrCat(orphans, " files, ", Bytes(bytes), ", belong to no job");
  if (orphans == 0) {
    return {check, CheckResult::kOk, "every file belongs to a job", ""};
  }
  if (in_use == InUse::kByAServer) {
    return {check, CheckResult::kOk,
            absl::StrCat(found, " yet: uploads and frames in the making"), ""};
  }
  return {check, CheckResult::kWarning, found,
          "a crash left them; the next start clears them away"};
}

CheckLine CheckSpace(const std::string& path, int64_t used_bytes,
                     int64_t budget_bytes) {
  const std::string check = "store.space";
  struct statvfs status = {};
  if (statvfs(Existing(path).c_str(), &status) != 0) {
    return {check, CheckResult::kWarning,
            absl::StrCat("free space is unknown: ",
                         std::generic_category().message(errno)),
            "look at the file system"};
  }
  const auto free = static_cast<int64_t>(status.f_bavail * status.f_frsize);
  const int64_t wanted = budget_bytes - used_bytes;
  const std::string found =
      absl::StrCat(Bytes(free), " free, ", Bytes(used_bytes),
                   " of the budget of ", Bytes(budget_bytes), " used");
  if (free < kLeastFreeBytes) {
    return {check, CheckResult::kFailed, found,
            "make room: jobs cannot be stored any more"};
  }
  if (free < wanted) {
    return {check, CheckResult::kWarning, found,
            "make room or lower --output-budget: jobs will be refused "
            "(SPOOL_FULL) before the budget is used up"};
  }
  return {check, CheckResult::kOk, found, ""};
}

}  // namespace

bool StoreInUse(const std::string& path) {
  const int file = open((path + "/lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool locked =
      flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(file);
  return locked;
}

std::vector<CheckLine> CheckStore(const std::string& path,
                                  int64_t budget_bytes) {
  std::vector<CheckLine> lines = {CheckFolder(path)};
  int64_t used_bytes = 0;
  std::error_code ignored;
  const std::string database = path + "/jobs.sqlite";
  if (fs::is_regular_file(database, ignored)) {
    const InUse in_use =
        StoreInUse(path) ? InUse::kByAServer : InUse::kByNobody;
    lines.push_back(DescribeUse(in_use));
    const auto snapshot = StoreSnapshot::Take(database, in_use);
    lines.push_back(DescribeDatabase(snapshot));
    const absl::StatusOr<std::vector<JobRow>> jobs =
        snapshot.ok() ? (*snapshot)->rows().List() : snapshot.status();
    if (jobs.ok()) {
      for (const JobRow& row : *jobs) used_bytes += row.bytes();
      lines.push_back(DescribeJobs(*jobs));
      for (CheckLine& line :
           CheckSpool(path, in_use, *jobs, (*snapshot)->rows())) {
        lines.push_back(std::move(line));
      }
      lines.push_back(CheckOrphans(path, in_use, *jobs));
    } else if (snapshot.ok()) {
      lines.push_back({"store.jobs", CheckResult::kFailed,
                       std::string(jobs.status().message()), kDamagedAdvice});
    }
  }
  lines.push_back(CheckSpace(path, used_bytes, budget_bytes));
  return lines;
}

}  // namespace animate
