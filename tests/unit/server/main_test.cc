// Runs the program as an operator does: what it prints, how it exits.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/paths.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr char kPorts[] =
    " --listen-address 127.0.0.1:0 --metrics-address 127.0.0.1:0";

struct Outcome {
  int exit_code = -1;  // -1: killed by a signal
  std::string output;  // standard output and error
};

// Runs the server, which must end by itself, with `arguments`.
Outcome RunServer(const std::string& arguments) {
  const std::string command = absl::StrCat(BinaryDir(), "/bin/animate-server ",
                                           arguments, " --device cpu 2>&1");
  Outcome outcome;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
    outcome.output += static_cast<char>(c);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

// A folder of this test, empty.
fs::path NewFolder(const std::string& name) {
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

fs::path SmallModel() {
  return fs::path(SourceDir()) / "tests/golden/nano/pretrained_weights";
}

TEST(AnimateServerTest, AMissingModelFolderIsNamed) {
  const Outcome outcome =
      RunServer(absl::StrCat("--model-dir /nowhere/model", kPorts));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(absl::StrContains(outcome.output, "/nowhere/model"));
}

TEST(AnimateServerTest, ACertificateThatWillNotDoIsNamed) {
  const fs::path folder = NewFolder("bad_tls");
  const std::string certificate = (folder / "tls.crt").string();
  std::ofstream(certificate) << "no certificate";
  std::ofstream(folder / "tls.key") << "no key";
  const Outcome outcome = RunServer(
      absl::StrCat("--model-dir /nowhere/model --tls-cert ", certificate,
                   " --tls-key ", (folder / "tls.key").string(), kPorts));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(absl::StrContains(outcome.output,
                                absl::StrCat("animate-server: ", certificate,
                                             ": there is no PEM certificate")))
      << outcome.output;
}

TEST(AnimateServerTest, TokensInTheClearAreRefused) {
  const fs::path folder = NewFolder("clear_tokens");
  std::ofstream(folder / "callers") << "farm certificate\n";
  const Outcome outcome = RunServer(
      absl::StrCat("--model-dir /nowhere/model --listen-address 0.0.0.0:0 "
                   "--metrics-address 127.0.0.1:0 --auth-file ",
                   (folder / "callers").string()));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(absl::StrContains(outcome.output, "insecure-tokens"));
}

TEST(AnimateServerTest, AnEmptyModelFolderIsRefused) {
  const fs::path folder = NewFolder("empty_model");
  const Outcome outcome =
      RunServer(absl::StrCat("--model-dir ", folder.string(), kPorts));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(absl::StrContains(outcome.output, "animate-server: "));
}

TEST(AnimateServerTest, AHalfMissingModelFolderIsRefused) {
  if (!fs::exists(SmallModel())) GTEST_SKIP() << "no small model here";
  const fs::path folder = NewFolder("half_model");
  fs::copy(SmallModel(), folder, fs::copy_options::recursive);
  ASSERT_TRUE(fs::remove(folder / "pose_guider.pth"));
  const Outcome outcome =
      RunServer(absl::StrCat("--model-dir ", folder.string(), kPorts));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(absl::StrContains(outcome.output, "pose_guider"))
      << outcome.output;
}

TEST(AnimateServerTest, ATruncatedWeightFileIsRefused) {
  if (!fs::exists(SmallModel())) GTEST_SKIP() << "no small model here";
  const fs::path folder = NewFolder("truncated_model");
  fs::copy(SmallModel(), folder, fs::copy_options::recursive);
  const fs::path file = folder / "denoising_unet.pth";
  fs::resize_file(file, fs::file_size(file) / 2);
  const Outcome outcome =
      RunServer(absl::StrCat("--model-dir ", folder.string(), kPorts));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(absl::StrContains(outcome.output, "denoising_unet"))
      << outcome.output;
}

TEST(AnimateServerTest, APortInUseIsNamed) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size),
            0);
  const std::string taken = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  for (const std::string& flags :
       {absl::StrCat("--metrics-address 127.0.0.1:0 --listen-address ", taken),
        absl::StrCat("--listen-address 127.0.0.1:0 --metrics-address ",
                     taken)}) {
    const Outcome outcome =
        RunServer(absl::StrCat("--model-dir /nowhere ", flags));
    EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
    EXPECT_TRUE(absl::StrContains(outcome.output, taken)) << outcome.output;
  }
  close(listener);
}

// Names and times of all files below `folder`.
std::map<std::string, fs::file_time_type> Inventory(const fs::path& folder) {
  std::map<std::string, fs::file_time_type> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    files[entry.path().string()] = entry.last_write_time();
  }
  return files;
}

// Starts the server in `folder`; its standard error comes out of `*output`.
pid_t StartServer(const std::vector<std::string>& arguments,
                  const fs::path& folder, FILE** output) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t pid = fork();
  if (pid != 0) {
    close(ends[1]);
    *output = fdopen(ends[0], "r");
    return pid;
  }
  dup2(ends[1], STDERR_FILENO);
  close(ends[0]);
  if (chdir(folder.c_str()) != 0) _exit(126);
  std::string program = absl::StrCat(BinaryDir(), "/bin/animate-server");
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv = {program.data()};
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

TEST(AnimateServerTest, RunsOnAReadOnlyFolderAndStopsOnSigterm) {
  if (!fs::exists(SmallModel())) GTEST_SKIP() << "no small model here";
  const fs::path folder = NewFolder("read_only_model");
  fs::copy(SmallModel(), folder, fs::copy_options::recursive);
  // The permissions stop everybody but root; the inventory tells on root.
  fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
  const auto before = Inventory(folder);
  FILE* output = nullptr;
  const pid_t pid =
      StartServer({"--model-dir", folder.string(), "--listen-address",
                   "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
                   "--device", "cpu", "--drain-pause", "0s"},
                  folder, &output);
  ASSERT_GT(pid, 0);
  std::string log;
  bool signalled = false;
  for (int c = fgetc(output); c != EOF; c = fgetc(output)) {
    log += static_cast<char>(c);
    if (c == '\n' && !signalled &&
        absl::StrContains(log, "\"event\":\"ready\"")) {
      kill(pid, SIGTERM);
      signalled = true;
    }
  }
  fclose(output);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(signalled) << log;
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << log;
  EXPECT_TRUE(absl::StrContains(log, "\"event\":\"draining\"")) << log;
  EXPECT_TRUE(absl::StrContains(log, "\"event\":\"stopped\"")) << log;
  EXPECT_EQ(Inventory(folder), before);
  fs::permissions(folder, fs::perms::owner_all);
}

TEST(AnimateServerTest, TheDoctorTriesTheModelAndLeavesNoTrace) {
  if (!fs::exists(SmallModel())) GTEST_SKIP() << "no small model here";
  const fs::path folder = NewFolder("doctor");
  const Outcome fine = RunServer(
      absl::StrCat("doctor --model-dir ", SmallModel().string(), " --data-dir ",
                   (folder / "data").string(), " --output-budget 1MiB --json"));
  EXPECT_EQ(fine.exit_code, 0) << fine.output;
  EXPECT_TRUE(absl::StrContains(fine.output,
                                "{\"check\":\"device.cpu\",\"result\":\"ok\""))
      << fine.output;
  EXPECT_TRUE(fs::is_empty(folder));
  const Outcome sick =
      RunServer("doctor --pose-detector none --model-dir /nowhere/model");
  EXPECT_EQ(sick.exit_code, 1) << sick.output;
  EXPECT_TRUE(absl::StrContains(sick.output, "/nowhere/model"));
  EXPECT_EQ(RunServer("doctor --no-such-flag").exit_code, 2);
}

TEST(AnimateServerTest, WrongSettingsExitWithTwo) {
  EXPECT_EQ(RunServer("--queue-capacity none").exit_code, 2);
  EXPECT_EQ(RunServer("--no-such-flag").exit_code, 2);
  EXPECT_EQ(RunServer("").exit_code, 2);
}

TEST(AnimateServerTest, HelpAndVersionExitWithZero) {
  EXPECT_EQ(RunServer("--help").exit_code, 0);
  const Outcome version = RunServer("--version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(absl::StartsWith(version.output, "animate-server "));
}

}  // namespace
}  // namespace animate
