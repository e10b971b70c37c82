// What a store reads back after anything happened to its bytes: what was
// written, or an error; never other frames. The input: a byte that says what is
// damaged, then edits of five bytes (place, xor); or, with bit 7 set, the bytes
// themselves.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "server/queue/job_codec.h"
#include "server/store/spool_file.h"
#include "server/store/sqlite_job_store.h"
#include "server/store/status_bytes.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/job_specs.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr char kFrameBytes[] = "the bytes of a frame";

[[noreturn]] void Die(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::abort();
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void WriteFile(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

EncodedInputs SomeInputs() {
  EncodedInputs inputs;
  inputs.reference = "reference";
  inputs.poses = {"pose", "pose"};
  return inputs;
}

// A folder with a sound store: one finished job, one that waits.
class Template {
 public:
  Template() {
    std::string name =
        (fs::temp_directory_path() / "store_fuzz_XXXXXX").string();
    path_ = mkdtemp(name.data());
    {
      auto store = *SqliteJobStore::Open(path_ / "sound");
      StoredJob job;
      job.name = kFinished;
      job.spec = EncodeJobSpec(SmallJobSpec());
      (void)store->Insert(job, PackInputs(SomeInputs()));
      (void)store->RecordStart(kFinished, absl::UnixEpoch());
      (void)store->AppendFrame(
          kFinished,
          {.data = std::make_shared<const std::string>(kFrameBytes)});
      (void)store->RecordEnd(kFinished, {.end_time = absl::UnixEpoch(),
                                         .expire_time = absl::UnixEpoch()});
      job.name = kWaiting;
      (void)store->Insert(job, PackInputs(SomeInputs()));
    }
    for (const auto& entry : fs::directory_iterator(path_ / "sound/spool")) {
      spool_.push_back(entry.path().filename());
    }
    std::sort(spool_.begin(), spool_.end());
  }
  ~Template() { fs::remove_all(path_); }
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;

  std::string database() const { return ReadFile(path_ / "sound/jobs.sqlite"); }
  std::string spool(size_t file) const {
    return ReadFile(path_ / "sound/spool" / spool_[file % spool_.size()]);
  }

  // Opens a copy with one file replaced and reads all there is.
  void TryDatabase(const std::string& bytes) const {
    Copy();
    WriteFile(path_ / "copy/jobs.sqlite", bytes);
    ReadAll();
  }
  void TrySpool(size_t file, const std::string& bytes) const {
    Copy();
    WriteFile(path_ / "copy/spool" / spool_[file % spool_.size()], bytes);
    ReadAll();
  }

 private:
  static constexpr char kFinished[] =
      "jobs/11111111-1111-4111-8111-111111111111";
  static constexpr char kWaiting[] =
      "jobs/22222222-2222-4222-8222-222222222222";

  void Copy() const {
    fs::remove_all(path_ / "copy");
    fs::copy(path_ / "sound", path_ / "copy", fs::copy_options::recursive);
  }

  void ReadAll() const {
    const auto store = SqliteJobStore::Open(path_ / "copy");
    if (!store.ok()) return;
    const auto jobs = (*store)->List();
    if (!jobs.ok()) return;
    for (const StoredJob& job : *jobs) {
      (void)DecodeJobSpec(job.spec);
      const auto inputs = (*store)->ReadInputs(job.name);
      if (inputs.ok()) (void)UnpackInputs(*inputs);
      (void)(*store)->LoadCheckpoint(job.name);
      const auto frame = (*store)->ReadFrame(job.name, 0);
      if (frame.ok() && *frame->data != kFrameBytes) Die("another frame");
    }
    (void)(*store)->FindFaults();
  }

  fs::path path_;
  std::vector<fs::path> spool_;
};

std::string Edited(std::string bytes, const uint8_t* data, size_t size) {
  for (; size >= 5 && !bytes.empty(); data += 5, size -= 5) {
    const uint32_t place = data[0] | uint32_t{data[1]} << 8 |
                           uint32_t{data[2]} << 16 | uint32_t{data[3]} << 24;
    char& byte = bytes[place % bytes.size()];
    byte = static_cast<char>(byte ^ data[4]);
  }
  return bytes;
}

StoredInputs Parts(const std::string& head) {
  StoredInputs parts = PackInputs(SomeInputs());
  parts[0] = head;
  return parts;
}

}  // namespace
}  // namespace animate

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const animate::Template& sound = *new animate::Template();
  if (size == 0) return 0;
  const bool raw = (data[0] & 0x80) != 0;
  const uint8_t kind = data[0] & 0x7f;
  const auto bytes = [&](const std::string& written) {
    return raw ? std::string(reinterpret_cast<const char*>(data + 1), size - 1)
               : animate::Edited(written, data + 1, size - 1);
  };
  switch (kind % 7) {
    case 0:
      (void)animate::DecodeJobSpec(
          bytes(animate::EncodeJobSpec(animate::SmallJobSpec())));
      break;
    case 1:
      (void)animate::UnpackInputs(
          animate::Parts(bytes(animate::PackInputs(animate::SomeInputs())[0])));
      break;
    case 2:
      (void)animate::DecodeRetargetOutcome(
          bytes(animate::EncodeRetargetOutcome({})));
      break;
    case 3:
      (void)animate::StatusFromBytes(
          bytes(animate::StatusToBytes(absl::DataLossError("lost"))));
      break;
    case 4:
      sound.TryDatabase(bytes(sound.database()));
      break;
    default:
      sound.TrySpool(kind, bytes(sound.spool(kind)));
      break;
  }
  return 0;
}
