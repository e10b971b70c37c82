#include "engine/training/run_checkpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine/base/crc32c.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/weights/atomic_file.h"
#include "engine/weights/atomic_folder.h"
#include "engine/weights/safetensors.h"
#include "engine/weights/safetensors_writer.h"
#include "engine/weights/shared_bytes.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kFormat = 1;
constexpr char kPrefix[] = "step-";
constexpr char kPartial[] = ".partial-";  // AtomicFolder's
constexpr char kWeights[] = "weights.safetensors";
constexpr char kAverage[] = "average.safetensors";
constexpr char kOptimizer[] = "optimizer.safetensors";
constexpr char kFirst[] = "exp_avg.";
constexpr char kSecond[] = "exp_avg_sq.";
constexpr uint64_t kSlackBytes = 1 << 20;  // of headers and run.json

absl::Status Broken(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = "CHECKPOINT_BROKEN"});
}

std::string NameOf(int64_t step) {
  return absl::StrFormat("%s%010d", kPrefix, step);
}

std::optional<int64_t> StepOf(absl::string_view name) {
  int64_t step = 0;
  if (!absl::ConsumePrefix(&name, kPrefix) || !absl::SimpleAtoi(name, &step)) {
    return std::nullopt;
  }
  return step;
}

// The names in `folder`; none when there is no such folder.
std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

// Steps of the checkpoints in `folder`, newest first.
std::vector<int64_t> StepsIn(const std::string& folder) {
  std::vector<int64_t> steps;
  for (const std::string& name : NamesIn(folder)) {
    if (const std::optional<int64_t> step = StepOf(name)) {
      steps.push_back(*step);
    }
  }
  std::sort(steps.rbegin(), steps.rend());
  return steps;
}

void RemoveTree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
}

// What a process that was killed while saving has left.
void RemovePartial(const std::string& folder) {
  for (const std::string& name : NamesIn(folder)) {
    if (absl::StartsWith(name, kPrefix) && absl::StrContains(name, kPartial)) {
      RemoveTree(fs::path(folder) / name);
    }
  }
}

// A checkpoint of a later step than the one just saved is a broken one that
// Resume has passed over.
void RemoveOld(const std::string& folder, int64_t newest, int keep) {
  for (const int64_t step : StepsIn(folder)) {
    if (step <= newest && keep-- > 0) continue;
    RemoveTree(fs::path(folder) / NameOf(step));
  }
}

absl::Status SyncFolder(const std::string& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const absl::Cleanup closer = [file] {
    if (file >= 0) close(file);
  };
  if (file >= 0 && fsync(file) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("sync ", folder));
}

uint64_t BytesOf(const StateDict& tensors) {
  uint64_t bytes = 0;
  for (const auto& [key, tensor] : tensors) bytes += tensor.nbytes();
  return bytes;
}

StateDict OptimizerTensors(const RunState& state) {
  StateDict tensors;
  for (const auto& [key, tensor] : state.exp_avg) {
    tensors[kFirst + key] = tensor;
  }
  for (const auto& [key, tensor] : state.exp_avg_sq) {
    tensors[kSecond + key] = tensor;
  }
  return tensors;
}

absl::string_view ViewOf(const SharedBytes& file) {
  return {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()};
}

// Size and checksum of the file at `path`.
absl::StatusOr<Json> Fingerprint(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes bytes, MapFile(path));
  return Json{{"bytes", ViewOf(bytes).size()},
              {"crc32c", Crc32c(ViewOf(bytes))}};
}

Json PositionJson(const RunPosition& position) {
  return {{"step", position.step},
          {"updates", position.updates},
          {"next_sample", position.next_sample},
          {"total_steps", position.total_steps},
          {"loss_scale", position.loss_scale},
          {"loss_scale_good_steps", position.loss_scale_good_steps}};
}

absl::Status WriteText(const std::string& path, const std::string& text) {
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  ANIMATE_RETURN_IF_ERROR(file->Write(text.data(), text.size()));
  return file->Commit();
}

absl::Status WriteFiles(const AtomicFolder& folder, const RunState& state) {
  Json files = Json::object();
  const std::pair<const char*, StateDict> parts[] = {
      {kWeights, state.weights},
      {kAverage, state.average},
      {kOptimizer, OptimizerTensors(state)}};
  for (const auto& [name, tensors] : parts) {
    ANIMATE_ASSIGN_OR_RETURN(const std::string path, folder.PathFor(name));
    ANIMATE_RETURN_IF_ERROR(SaveSafetensors(path, tensors));
    ANIMATE_ASSIGN_OR_RETURN(files[name], Fingerprint(path));
  }
  const Json run = {{"format", kFormat},
                    {"position", PositionJson(state.position)},
                    {"settings", state.settings},
                    {"files", files}};
  ANIMATE_ASSIGN_OR_RETURN(const std::string path, folder.PathFor("run.json"));
  return WriteText(path, run.dump(2) + "\n");
}

// Reads a number of `json` into `value`; false when it is not there.
template <typename Number>
bool Read(const Json& json, const char* name, Number& value) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number()) return false;
  value = found->get<Number>();
  return true;
}

bool ReadPosition(const Json& json, RunPosition& position) {
  return json.is_object() && Read(json, "step", position.step) &&
         Read(json, "updates", position.updates) &&
         Read(json, "next_sample", position.next_sample) &&
         Read(json, "total_steps", position.total_steps) &&
         Read(json, "loss_scale", position.loss_scale) &&
         Read(json, "loss_scale_good_steps", position.loss_scale_good_steps);
}

// Reads the tensors of the file `name`, which must be as `files` has it.
absl::StatusOr<StateDict> ReadTensors(const fs::path& folder, const char* name,
                                      const Json& files) {
  const std::string path = (folder / name).string();
  const absl::StatusOr<Json> found = Fingerprint(path);
  if (!found.ok()) return Broken(found.status().message());
  if (!files.is_object() || !files.contains(name) || files[name] != *found) {
    return Broken(absl::StrCat(path, ": is not as it was written"));
  }
  return LoadSafetensors(path);
}

}  // namespace

absl::StatusOr<std::string> SaveRunCheckpoint(const std::string& folder,
                                              const RunState& state, int keep) {
  const std::string path =
      (fs::path(folder) / NameOf(state.position.step)).string();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("create ", folder));
  }
  RemovePartial(folder);
  if (fs::exists(path, error) && !LoadRunCheckpoint(path).ok()) {
    RemoveTree(path);
  }
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<AtomicFolder> pending,
      AtomicFolder::Create(path, BytesOf(state.weights) +
                                     BytesOf(state.average) +
                                     BytesOf(state.exp_avg) +
                                     BytesOf(state.exp_avg_sq) + kSlackBytes));
  ANIMATE_RETURN_IF_ERROR(WriteFiles(*pending, state));
  ANIMATE_RETURN_IF_ERROR(pending->Commit());
  ANIMATE_RETURN_IF_ERROR(SyncFolder(folder));
  RemoveOld(folder, state.position.step, keep);
  return path;
}

absl::StatusOr<RunState> LoadRunCheckpoint(const std::string& path) {
  const fs::path folder(path);
  const std::string run_path = (folder / "run.json").string();
  const absl::StatusOr<SharedBytes> text = MapFile(run_path);
  if (!text.ok()) return Broken(text.status().message());
  const Json run =
      Json::parse(ViewOf(*text), nullptr, /*allow_exceptions=*/false);
  RunState state;
  if (!run.is_object() || run.value("format", Json()) != Json(kFormat) ||
      !ReadPosition(run.value("position", Json()), state.position)) {
    return Broken(absl::StrCat(run_path, ": is not the record of a run"));
  }
  const Json settings = run.value("settings", Json::object());
  for (const auto& [name, value] : settings.items()) {
    if (value.is_string()) state.settings[name] = value.get<std::string>();
  }
  const Json files = run.value("files", Json());
  ANIMATE_ASSIGN_OR_RETURN(state.weights, ReadTensors(folder, kWeights, files));
  ANIMATE_ASSIGN_OR_RETURN(state.average, ReadTensors(folder, kAverage, files));
  ANIMATE_ASSIGN_OR_RETURN(const StateDict optimizer,
                           ReadTensors(folder, kOptimizer, files));
  for (const auto& [name, tensor] : optimizer) {
    absl::string_view key = name;
    if (absl::ConsumePrefix(&key, kFirst)) {
      state.exp_avg[std::string(key)] = tensor;
    } else if (absl::ConsumePrefix(&key, kSecond)) {
      state.exp_avg_sq[std::string(key)] = tensor;
    }
  }
  return state;
}

absl::StatusOr<FoundRun> LoadNewestRunCheckpoint(const std::string& folder) {
  FoundRun found;
  for (const int64_t step : StepsIn(folder)) {
    found.path = (fs::path(folder) / NameOf(step)).string();
    absl::StatusOr<RunState> state = LoadRunCheckpoint(found.path);
    if (state.ok()) {
      found.state = *std::move(state);
      return found;
    }
    found.broken.push_back(std::string(state.status().message()));
  }
  if (found.broken.empty()) {
    return absl::NotFoundError(
        absl::StrCat(folder, ": there is no checkpoint of a run"));
  }
  return Broken(absl::StrCat(folder, ": all checkpoints are broken: ",
                             absl::StrJoin(found.broken, "; ")));
}

bool HasRunCheckpoint(const std::string& folder) {
  return !StepsIn(folder).empty();
}

}  // namespace animate
