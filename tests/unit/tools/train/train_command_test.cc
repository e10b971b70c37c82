// Runs the program as people do: what it prints, how it exits, and that a run
// that is killed or stopped ends with the bytes of one that was not.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/tools/train/tiny_runs.h"
#include "tools/train/run_config.h"

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Exit {
  int code = -1;    // -1: killed
  int signal = 0;   // 0: not killed
  std::string out;  // standard output and error
};

// animate-train with arguments, its output read through a pipe.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends = {};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    child_ = fork();
    if (child_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      setenv("OMP_NUM_THREADS", "1", 1);
      std::vector<std::string> words = {BinaryDir() + "/bin/animate-train"};
      words.insert(words.end(), arguments.begin(), arguments.end());
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }

  // Reads on until `text` has been printed or the program has closed its
  // output.
  void AwaitOutput(const std::string& text) {
    while (out_.find(text) == std::string::npos && ReadSome()) {
    }
  }

  // Waits until `done` or the end of the program.
  template <typename Condition>
  void Await(const Condition& done) {
    while (!done()) {
      pollfd waited = {.fd = output_, .events = POLLIN, .revents = 0};
      if (poll(&waited, 1, /*timeout=*/2) > 0 && !ReadSome()) return;
    }
  }

  void Send(int signal) const { kill(child_, signal); }

  Exit Wait() {
    while (ReadSome()) {
    }
    close(output_);
    int status = 0;
    waitpid(child_, &status, 0);
    Exit exit;
    if (WIFEXITED(status)) exit.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) exit.signal = WTERMSIG(status);
    exit.out = std::move(out_);
    return exit;
  }

 private:
  bool ReadSome() {
    std::array<char, 4096> bytes;
    const ssize_t count = read(output_, bytes.data(), bytes.size());
    if (count > 0) out_.append(bytes.data(), static_cast<size_t>(count));
    return count > 0;
  }

  pid_t child_ = -1;
  int output_ = -1;
  std::string out_;
};

Exit RunProgram(const std::vector<std::string>& arguments) {
  return Program(arguments).Wait();
}

constexpr int kSteps = 12;

std::vector<std::string> TinyVae(const TemporaryFolder& folder,
                                 const std::string& output) {
  const std::string config = folder.Write("tiny.json", TinyVaeConfig());
  return {"vae",
          "--config",
          config,
          "--output",
          folder / output,
          "--steps",
          absl::StrCat(kSteps),
          "--set",
          "trainer.keep_checkpoints=1000"};
}

// Steps and losses of a run, without times.
std::vector<std::pair<int, double>> Losses(const TemporaryFolder& folder,
                                           const std::string& run) {
  std::vector<std::pair<int, double>> losses;
  for (const absl::string_view line : absl::StrSplit(
           folder.Read(run + "/metrics.jsonl"), '\n', absl::SkipEmpty())) {
    const nlohmann::json json = nlohmann::json::parse(line);
    losses.emplace_back(json["step"], json["loss"]);
  }
  return losses;
}

void ExpectSameOutcome(const TemporaryFolder& folder, const std::string& a,
                       const std::string& b) {
  const std::string last = absl::StrCat("/checkpoints/step-00000000", kSteps);
  for (const std::string& file :
       {std::string("/model/sd-vae-ft-mse/diffusion_pytorch_model.safetensors"),
        last + "/weights.safetensors", last + "/average.safetensors",
        last + "/optimizer.safetensors"}) {
    const std::string bytes = folder.Read(a + file);
    EXPECT_FALSE(bytes.empty()) << file;
    EXPECT_EQ(bytes == folder.Read(b + file), true) << file;
  }
  EXPECT_EQ(Losses(folder, a), Losses(folder, b));
  EXPECT_EQ(Losses(folder, a).size(), static_cast<size_t>(kSteps));
}

TEST(AnimateTrainTest, ARunThatIsKilledAndOneThatIsStoppedEndLikeOneThatIsNot) {
  const TemporaryFolder folder;
  const Exit undisturbed = RunProgram(TinyVae(folder, "undisturbed"));
  ASSERT_EQ(undisturbed.code, 0) << undisturbed.out;

  Program killed(TinyVae(folder, "killed"));
  killed.Await(
      [&] { return folder.Has("killed/checkpoints/step-0000000003"); });
  killed.Send(SIGKILL);
  ASSERT_EQ(killed.Wait().signal, SIGKILL);
  const Exit revived = RunProgram(TinyVae(folder, "killed"));
  ASSERT_EQ(revived.code, 0) << revived.out;
  EXPECT_THAT(revived.out, HasSubstr("goes on from "));
  ExpectSameOutcome(folder, "undisturbed", "killed");

  Program stopped(TinyVae(folder, "stopped"));
  stopped.AwaitOutput("begins");
  stopped.Send(SIGINT);
  const Exit stop = stopped.Wait();
  ASSERT_EQ(stop.code, 0) << stop.out;
  EXPECT_THAT(stop.out, AllOf(HasSubstr("stopped by SIGINT at step "),
                              HasSubstr("the same command goes on")));
  const Exit continued = RunProgram(TinyVae(folder, "stopped"));
  ASSERT_EQ(continued.code, 0) << continued.out;
  ExpectSameOutcome(folder, "undisturbed", "stopped");
}

TEST(AnimateTrainTest, ADryRunPrintsTheWholeConfiguration) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = TinyVae(folder, "dry");
  arguments.insert(arguments.end(), {"--dry-run", "--set", "data.seed=5"});
  const Exit exit = RunProgram(arguments);
  ASSERT_EQ(exit.code, 0) << exit.out;
  const absl::StatusOr<RunConfig> config =
      ParseRunConfig(TrainedThing::kVae, exit.out, "printed", {});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->trainer.steps, kSteps);
  EXPECT_EQ(config->data.seed, 5u);
  EXPECT_EQ(config->output, folder / "dry");
  EXPECT_FALSE(folder.Has("dry"));
}

TEST(AnimateTrainTest, AllFaultsOfAConfigurationAreNamedAtOnce) {
  const TemporaryFolder folder;
  const std::string config = folder.Write(
      "bad.json",
      R"({"output": "o", "trainer": {"step": 3}, "data": {"width": 0}})");
  const Exit exit = RunProgram({"stage1", "--config", config});
  EXPECT_EQ(exit.code, 1);
  EXPECT_THAT(exit.out,
              AllOf(HasSubstr("animate-train stage1: "),
                    HasSubstr("bad.json: trainer.step: unknown key; did you "
                              "mean steps?"),
                    HasSubstr("bad.json: data.width: must be")));
  const Exit missing = RunProgram({"stage1", "--config", "/no/such.json"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.out, HasSubstr("/no/such.json: cannot be read"));
}

TEST(AnimateTrainTest, AWrongCommandLineIsAnErrorOfItsOwn) {
  EXPECT_EQ(RunProgram({}).code, 2);
  EXPECT_EQ(RunProgram({"stage3"}).code, 2);
  EXPECT_EQ(RunProgram({"vae"}).code, 2);
  EXPECT_EQ(RunProgram({"vae", "--config", "c", "--steps", "0"}).code, 2);
  EXPECT_EQ(RunProgram({"--help"}).code, 0);
}

TEST(AnimateTrainTest, TheManualListsEverySetting) {
  const Exit exit = RunProgram({"settings"});
  ASSERT_EQ(exit.code, 0);
  std::ifstream manual(SourceDir() + "/docs/training.md");
  const std::string text((std::istreambuf_iterator<char>(manual)),
                         std::istreambuf_iterator<char>());
  for (const absl::string_view line : absl::StrSplit(exit.out, '\n')) {
    if (line.empty() || line[0] != '|') continue;
    EXPECT_THAT(text, HasSubstr(std::string(line)));
  }
}

}  // namespace
}  // namespace animate
