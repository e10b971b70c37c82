// Damage done to a store: bytes that change on disk, a disk that is full, one
// that cannot be written. A server either starts or refuses with one line;
// whatever is read is right; jobs that were not hit are all there.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/row.h"
#include "tests/reliability/small_disk.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr int kFinished = 6;
constexpr int kWaiting = 3;

struct KeptJob {
  LabJob job;
  std::string name;
};

// A folder with finished jobs and waiting ones, left by a server that was
// killed.
std::vector<KeptJob> FillStore(const std::string& folder,
                               const std::string& log) {
  std::vector<KeptJob> jobs;
  LabServer server({{"data_dir", folder}}, log);
  const auto stub = NewStub(server.address());
  for (uint64_t seed = 1; seed <= kFinished; ++seed) {
    KeptJob kept{.job = {.seed = seed, .request_id = RequestId(seed)}};
    if (!Submit(*stub, kept.job, kept.name).ok() ||
        !FrameReader(kept.name).ReadOn(*stub).ok()) {
      return {};
    }
    jobs.push_back(kept);
  }
  server.Kill();
  LabServer slow({{"data_dir", folder}, {"step_us", "60000000"}}, log);
  const auto slow_stub = NewStub(slow.address());
  for (uint64_t seed = 100; seed < 100 + kWaiting; ++seed) {
    KeptJob kept{.job = {.seed = seed, .request_id = RequestId(seed)}};
    if (!Submit(*slow_stub, kept.job, kept.name).ok()) return {};
    jobs.push_back(kept);
  }
  return jobs;
}

std::vector<fs::path> FilesIn(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() > 0) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Changes up to eight bytes of the file, or cuts it short.
void Damage(const fs::path& path, std::mt19937_64& dice) {
  const uint64_t size = fs::file_size(path);
  if (dice() % 8 == 0) {
    fs::resize_file(path, dice() % size);
    return;
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (uint64_t left = 1 + dice() % 8; left > 0; --left) {
    const auto offset = static_cast<std::streamoff>(dice() % size);
    file.seekg(offset);
    const int byte = file.get();
    file.seekp(offset);
    file.put(static_cast<char>(byte ^ (1 + static_cast<int>(dice() % 255))));
  }
}

int LinesOf(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  int lines = 0;
  while (std::getline(in, line)) ++lines;
  return lines;
}

// Whether a job submitted now comes out right; else `error` says why not.
bool MakesJob(v1::AnimationService::Stub& stub, const LabJob& job,
              std::string& error) {
  std::string name;
  grpc::Status status = Submit(stub, job, name);
  if (status.ok()) {
    FrameReader reader(name);
    status = reader.ReadOn(stub);
    if (status.ok() && reader.frames() == ExpectedFrames(job)) return true;
  }
  error = status.error_message();
  return false;
}

struct DamageCounts {
  int trials = 0;
  int started = 0;
  int refused = 0;
  int damaged_jobs = 0;  // answered with an error
};

// One trial on a copy of `master`.
void TryDamage(const RowOptions& options, const std::string& master,
               const std::vector<KeptJob>& jobs, std::mt19937_64& dice,
               DamageCounts& counts, RowResult& result) {
  const std::string folder =
      absl::StrCat(options.folder, "/copy", counts.trials);
  const std::string log = folder + ".log";
  fs::copy(master, folder, fs::copy_options::recursive);
  const std::vector<fs::path> files = FilesIn(folder);
  const fs::path hit = files[dice() % files.size()];
  Damage(hit, dice);
  const std::string what =
      absl::StrCat("trial ", ++counts.trials, ", ",
                   fs::relative(hit, folder).string(), ": ");
  const bool spool = hit.parent_path().filename() == "spool";
  LabServer server({{"data_dir", folder}}, log);
  if (!server.started()) {
    ++counts.refused;
    const std::optional<int> code = server.Wait(absl::Seconds(10));
    if (code != 1 || LinesOf(log) != 1) {
      result.Fault(absl::StrCat(what, "refused with code ", code.value_or(-2),
                                " and ", LinesOf(log), " lines"));
    }
    if (spool) result.Fault(what + "one file of one job stops the server");
    fs::remove_all(folder);
    return;
  }
  ++counts.started;
  const auto stub = NewStub(server.address());
  int errors = 0;
  for (const KeptJob& kept : jobs) {
    FrameReader reader(kept.name);
    const grpc::Status status = reader.ReadOn(*stub);
    if (!status.ok()) {
      ++errors;
    } else if (reader.frames() != ExpectedFrames(kept.job)) {
      result.Fault(absl::StrCat(what, kept.name, " has other frames"));
    }
  }
  counts.damaged_jobs += errors;
  // Each file of the spool belongs to one job.
  if (spool && errors > 1) {
    result.Fault(absl::StrCat(what, errors, " jobs cannot be read"));
  }
  std::string error;
  if (!MakesJob(*stub, {.seed = 999}, error)) {
    result.Fault(absl::StrCat(what, "no new job is made: ", error));
  }
  server.Kill();
  fs::remove_all(folder);
}

// A disk that others fill while the server runs, and that gets room again.
void TryFullDisk(const RowOptions& options, RowResult& result) {
  SmallDisk disk(options.folder + "/disk", 24);
  if (!disk.mounted()) {
    SayProgress(
        "no small disk can be mounted here: full and read-only disks "
        "are left to the tests of server/store");
    result.Figure("small_disk", 0);
    return;
  }
  result.Figure("small_disk", 1);
  const std::string log = options.folder + "/disk.log";
  const std::string data = disk.path() + "/data";
  const LabJob job{.seed = 5};
  std::string error;
  std::string first;
  {
    LabServer server({{"data_dir", data}}, log);
    const auto stub = NewStub(server.address());
    if (!Submit(*stub, job, first).ok() ||
        !FrameReader(first).ReadOn(*stub).ok()) {
      result.Fault("small disk: the first job failed");
      return;
    }
    disk.Fill();
    if (MakesJob(*stub, {.seed = 6}, error)) {
      result.Fault("full disk: a job was accepted all the same");
    }
    SayProgress(absl::StrCat("full disk: ", error));
    FrameReader reader(first);
    if (!reader.ReadOn(*stub).ok() || reader.frames() != ExpectedFrames(job)) {
      result.Fault("full disk: a finished job cannot be read");
    }
    disk.MakeRoom();
    if (!MakesJob(*stub, {.seed = 7}, error)) {
      result.Fault(absl::StrCat("room again, but: ", error));
    }
    server.Kill();
  }
  disk.SetReadOnly();
  {
    const std::string refusal = options.folder + "/read_only.log";
    LabServer server({{"data_dir", data}}, refusal);
    if (server.started() || server.Wait(absl::Seconds(10)) != 1 ||
        LinesOf(refusal) != 1) {
      result.Fault("read-only disk: no clear refusal");
    }
  }
  disk.SetWritable();
  LabServer server({{"data_dir", data}}, log);
  const auto stub = NewStub(server.address());
  FrameReader reader(first);
  if (!reader.ReadOn(*stub).ok() || reader.frames() != ExpectedFrames(job)) {
    result.Fault("writable again: a finished job cannot be read");
  }
}

}  // namespace

RowResult RunDamageRow(const RowOptions& options) {
  RowResult result{.property = "disk full, read-only, corrupted store or spool",
                   .demanded = "clear refusal, intact jobs survive"};
  TryFullDisk(options, result);
  const std::string master = options.folder + "/master";
  const std::vector<KeptJob> jobs =
      FillStore(master, options.folder + "/server.log");
  if (jobs.empty()) {
    result.Fault("there is no store to damage");
    return result;
  }
  std::mt19937_64 dice(options.seed);
  DamageCounts counts;
  const int trials = options.Pick(10, 40, 600);
  while (counts.trials < trials && result.faults.size() < 10) {
    TryDamage(options, master, jobs, dice, counts, result);
    if (counts.trials % 20 == 0) {
      SayProgress(absl::StrCat(counts.trials, " of ", trials, " stores"));
    }
  }
  result.Figure("stores", counts.trials);
  result.Figure("started", counts.started);
  result.Figure("refused", counts.refused);
  result.Figure("damaged_jobs", counts.damaged_jobs);
  result.measured = absl::StrFormat(
      "%d damaged stores of %d jobs: %d started (%d jobs answered with an "
      "error, no wrong byte), %d refused with one line; %s",
      counts.trials, jobs.size(), counts.started, counts.damaged_jobs,
      counts.refused,
      result.figures.front().second > 0 ? "full and read-only disk as wanted"
                                        : "no small disk could be mounted");
  return result;
}

}  // namespace animate
