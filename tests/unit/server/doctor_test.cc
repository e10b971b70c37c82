#include "server/doctor.h"

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "engine/base/error.h"
#include "server/store/sqlite_job_store.h"
#include "tests/support/fake_animator.h"
#include "tests/support/fake_pose_detector.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"

namespace animate {
namespace {

// What the tools of a test find.
struct Findings {
  absl::Status model;
  absl::Status detector;
  absl::Status device;
  absl::Status step;
  int devices_opened = 0;
};

struct DoctorRun {
  int exit_code = -1;
  std::string out;
  std::string err;

  // The line of a check; "" when there is none.
  std::string Line(const std::string& check) const {
    for (const absl::string_view line : absl::StrSplit(out, '\n')) {
      if (absl::StrContains(line, check)) return std::string(line);
    }
    return "";
  }
};

DoctorRun AskDoctor(const std::vector<std::string>& arguments,
                    Findings& findings) {
  const auto make_tools = [&findings](const ServerConfig&) -> DoctorTools {
    const auto make_animator =
        [&findings](
            const std::string&) -> absl::StatusOr<std::unique_ptr<Animator>> {
      ++findings.devices_opened;
      if (!findings.device.ok()) return findings.device;
      auto animator = std::make_unique<FakeAnimator>();
      if (!findings.step.ok()) animator->FailAtStep(1, findings.step);
      return animator;
    };
    const auto load_detector = [&findings](const PoseDetectorOptions&)
        -> absl::StatusOr<std::unique_ptr<PoseDetector>> {
      if (!findings.detector.ok()) return findings.detector;
      return std::make_unique<FakePoseDetector>();
    };
    return {.find_model =
                [&findings](const std::string&) { return findings.model; },
            .factories = {.make_animator = make_animator,
                          .load_pose_detector = load_detector}};
  };
  std::ostringstream out;
  std::ostringstream err;
  DoctorRun run;
  run.exit_code = RunDoctor(
      arguments, [](const std::string&) -> const char* { return nullptr; },
      make_tools, out, err);
  run.out = out.str();
  run.err = err.str();
  return run;
}

DoctorRun AskDoctor(const std::vector<std::string>& arguments) {
  Findings findings;
  return AskDoctor(arguments, findings);
}

TEST(DoctorTest, FindsNothingWrongWithAServerThatIsInOrder) {
  const TemporaryFolder data;
  ASSERT_TRUE(SqliteJobStore::Open(data.path()).ok());
  const DoctorRun run =
      AskDoctor({"--data-dir", data.path(), "--model-dir", "m", "--device",
                 "cpu,cuda:1", "--output-budget", "1MiB"});
  EXPECT_EQ(run.exit_code, 0) << run.out;
  for (const char* check : {"config", "store.folder", "store.database", "model",
                            "pose_detector", "device.cpu", "device.cuda:1"}) {
    EXPECT_TRUE(absl::StartsWith(run.Line(check), "ok ")) << run.out;
  }
  EXPECT_EQ(run.err, "");
}

TEST(DoctorTest, LooksOnlyAtWhatIsNamed) {
  Findings findings;
  const DoctorRun run = AskDoctor({"--pose-detector", "none"}, findings);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_TRUE(absl::StartsWith(run.Line(" store "), "warning")) << run.out;
  EXPECT_EQ(run.Line("model"), "");
  EXPECT_EQ(findings.devices_opened, 0);
}

TEST(DoctorTest, AFailedCheckSaysWhatToDo) {
  Findings findings;
  findings.model = absl::FailedPreconditionError("vae is missing");
  findings.device = absl::FailedPreconditionError("no such device");
  const DoctorRun run = AskDoctor({"--model-dir", "m"}, findings);
  EXPECT_EQ(run.exit_code, 1);
  const std::string model = run.Line("model ");
  EXPECT_TRUE(absl::StartsWith(model, "FAILED")) << run.out;
  EXPECT_TRUE(absl::StrContains(model, "vae is missing")) << model;
  EXPECT_TRUE(absl::StrContains(model, "animate-model")) << model;
  EXPECT_TRUE(absl::StartsWith(run.Line("device.auto"), "FAILED"));
}

TEST(DoctorTest, ADeviceThatCannotComputeFails) {
  Findings findings;
  findings.step = absl::InternalError("lost");
  const DoctorRun run = AskDoctor({"--model-dir", "m"}, findings);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(absl::StrContains(run.Line("device.auto"), "lost")) << run.out;
}

TEST(DoctorTest, ADetectorThatNobodyAskedForMayBeMissing) {
  Findings findings;
  findings.detector = MakeError(absl::StatusCode::kNotFound, "no files",
                                {.reason = kPoseDetectorMissing});
  const DoctorRun optional = AskDoctor({}, findings);
  EXPECT_EQ(optional.exit_code, 0);
  EXPECT_TRUE(absl::StartsWith(optional.Line("pose_detector"), "warning"));
  const DoctorRun asked_for =
      AskDoctor({"--pose-detector", "dwpose"}, findings);
  EXPECT_EQ(asked_for.exit_code, 1);
}

TEST(DoctorTest, DevicesAreLeftToAServerThatRuns) {
  const TemporaryFolder data;
  const auto server = SqliteJobStore::Open(data.path());
  ASSERT_TRUE(server.ok());
  Findings findings;
  const DoctorRun run = AskDoctor({"--data-dir", data.path(), "--model-dir",
                                   "m", "--output-budget", "1MiB"},
                                  findings);
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_TRUE(absl::StartsWith(run.Line("device.auto"), "warning")) << run.out;
  EXPECT_TRUE(absl::StrContains(run.Line("store.lock"), "a server has"));
  EXPECT_EQ(findings.devices_opened, 0);
}

TEST(DoctorTest, LooksAtWhatKeepsStrangersOut) {
  const TemporaryFolder folder;
  const DoctorRun open = AskDoctor({"--pose-detector", "none"});
  EXPECT_TRUE(absl::StartsWith(open.Line("security"), "warning")) << open.out;
  const DoctorRun local = AskDoctor(
      {"--pose-detector", "none", "--listen-address", "127.0.0.1:50051"});
  EXPECT_TRUE(absl::StartsWith(local.Line("security"), "ok ")) << local.out;
  const DoctorRun broken =
      AskDoctor({"--tls-cert", folder / "none.pem", "--tls-key",
                 folder / "none.key", "--pose-detector", "none"});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_TRUE(absl::StrContains(broken.Line("security"), "none.pem"))
      << broken.out;
}

TEST(DoctorTest, WarnsBeforeACertificateExpires) {
  const TemporaryFolder folder;
  const TestAuthority authority("test");
  const auto result = [&](absl::Duration lasts) {
    const TestIdentity identity =
        authority.Issue({.common_name = "server", .lasts = lasts});
    folder.Write("cert.pem", identity.certificate);
    folder.Write("key.pem", identity.key);
    return AskDoctor({"--tls-cert", folder / "cert.pem", "--tls-key",
                      folder / "key.pem", "--pose-detector", "none"})
        .Line("security")
        .substr(0, 7);
  };
  EXPECT_EQ(result(absl::Hours(24 * 30)), "ok     ");
  EXPECT_EQ(result(absl::Hours(24)), "warning");
  EXPECT_EQ(result(-absl::Minutes(1)), "FAILED ");
}

TEST(DoctorTest, AnswersInJsonOnRequest) {
  const DoctorRun run = AskDoctor({"--json", "--pose-detector", "none"});
  const std::vector<std::string> lines = absl::StrSplit(run.out, '\n');
  EXPECT_EQ(lines[0],
            R"({"check":"config","result":"ok","found":"the settings can be )"
            R"(used","advice":""})");
  EXPECT_TRUE(
      absl::StartsWith(lines[1], R"({"check":"security","result":"warn)"));
}

TEST(DoctorTest, WrongSettingsAreNoCheck) {
  const DoctorRun run = AskDoctor({"--output-budget", "much"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(absl::StrContains(run.err, "--output-budget")) << run.err;
  EXPECT_EQ(AskDoctor({"--print-config"}).exit_code, 2);
}

TEST(DoctorTest, ExplainsItself) {
  const DoctorRun run = AskDoctor({"--help"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_TRUE(absl::StrContains(run.out, "--json"));
}

}  // namespace
}  // namespace animate
