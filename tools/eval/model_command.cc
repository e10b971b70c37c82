#include "tools/eval/model_command.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/load_animator.h"
#include "tools/eval/model_clip_maker.h"
#include "tools/eval/model_evaluation.h"
#include "tools/eval/server_clip_maker.h"
#include "tools/eval/shared_flags.h"

namespace animate {
namespace {

struct ModelFlags {
  ModelClipMakerOptions model;
  std::string server;
  std::string characters = "2000000..2000049";
  ProceduralSetOptions set;
  int width = 0;   // 0: the model's own
  int height = 0;  // 0: the model's own
  Sampling sampling;
  std::string noise_mode;
  std::vector<int> also_steps;
  int mean_of = 1;
  bool no_shuffled = false;
  bool temporal = false;
  uint64_t seed = 0;
  int threads = 0;  // 0: LibTorch's own choice
  int sheet_clips = 8;
  SharedFlags shared;
};

// "12" or "12..20".
absl::Status ParseCharacters(const std::string& text,
                             ProceduralSetOptions& set) {
  const std::vector<std::string> ends =
      absl::StrSplit(text, absl::MaxSplits("..", 1));
  if (absl::SimpleAtoi(ends.front(), &set.first_character) &&
      absl::SimpleAtoi(ends.back(), &set.last_character)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--characters: want FIRST..LAST, got ", text));
}

absl::string_view NoiseModeName(NoiseMode mode) {
  return mode == NoiseMode::kShared ? "shared" : "per_frame";
}

// Every frame with noise of its own, by the model and by `silenced`, the model
// without its temporal layers. `steps` is in the names, when given.
void AddTemporalRuns(Sampling sampling, std::optional<int> steps,
                     ClipMaker* silenced, std::vector<EvaluatedRun>& runs) {
  sampling.noise_mode = NoiseMode::kPerFrame;
  std::string name = "noise per frame";
  if (steps) {
    sampling.steps = *steps;
    absl::StrAppend(&name, ", ", *steps, " steps");
  }
  runs.push_back({.name = name, .sampling = sampling});
  runs.push_back({.name = absl::StrCat(name, ", no temporal layers"),
                  .sampling = sampling,
                  .maker = silenced});
}

// The ways in which the model is asked. `silenced`: the model without its
// temporal layers, or null.
std::vector<EvaluatedRun> RunsOf(const ModelFlags& flags,
                                 const Sampling& sampling,
                                 ClipMaker* silenced) {
  std::vector<EvaluatedRun> runs = {{.name = "model", .sampling = sampling}};
  for (const int steps : flags.also_steps) {
    EvaluatedRun run{.name = absl::StrCat("model, ", steps, " steps"),
                     .sampling = sampling};
    run.sampling.steps = steps;
    runs.push_back(run);
    if (flags.mean_of > 1) {
      absl::StrAppend(&run.name, ", mean of ", flags.mean_of);
      run.samples = flags.mean_of;
      runs.push_back(run);
    }
  }
  if (!flags.no_shuffled) {
    runs.push_back({.name = "shuffled reference",
                    .sampling = sampling,
                    .references = References::kShuffled});
  }
  if (silenced != nullptr) {
    AddTemporalRuns(sampling, std::nullopt, silenced, runs);
    for (const int steps : flags.also_steps) {
      AddTemporalRuns(sampling, steps, silenced, runs);
    }
  }
  return runs;
}

nlohmann::json InfoJson(const MakerInfo& info) {
  return {{"name", info.name},
          {"digest", info.digest},
          {"device", info.device},
          {"dtype", info.dtype}};
}

nlohmann::json SamplingJson(const MakerInfo& info, const Sampling& sampling,
                            uint64_t seed) {
  return {{"steps", sampling.steps.value_or(info.steps)},
          {"guidance", sampling.guidance.value_or(info.guidance)},
          {"noise_mode",
           NoiseModeName(sampling.noise_mode.value_or(info.noise_mode))},
          {"seed", seed}};
}

nlohmann::json SetJson(const ProceduralSetOptions& set, size_t clips) {
  return {{"first_character", set.first_character},
          {"last_character", set.last_character},
          {"motions", set.motions},
          {"motions_per_character", set.motions_per_character},
          {"seed", set.seed},
          {"clips", clips},
          {"frames", set.frames},
          {"fps", set.fps},
          {"width", set.width},
          {"height", set.height}};
}

std::string Heading(const nlohmann::json& report) {
  const nlohmann::json& set = report["set"];
  const nlohmann::json& sampling = report["sampling"];
  return absl::StrFormat(
      "# %s\n\n%d clips of %d frames, %dx%d: characters %d to %d, motions %s. "
      "%d steps, guidance %g, noise %s.\n\n",
      report["model"]["name"].get<std::string>(), set["clips"].get<int>(),
      set["frames"].get<int>(), set["width"].get<int>(),
      set["height"].get<int>(), set["first_character"].get<uint64_t>(),
      set["last_character"].get<uint64_t>(),
      absl::StrJoin(set["motions"].get<std::vector<std::string>>(), ", "),
      sampling["steps"].get<int>(), sampling["guidance"].get<double>(),
      sampling["noise_mode"].get<std::string>());
}

absl::StatusOr<ProceduralSet> OpenSet(const ModelFlags& flags,
                                      const MakerInfo& info) {
  ProceduralSetOptions options = flags.set;
  ANIMATE_RETURN_IF_ERROR(ParseCharacters(flags.characters, options));
  options.width = flags.width > 0 ? flags.width : info.width;
  options.height = flags.height > 0 ? flags.height : info.height;
  if (options.width == 0 || options.height == 0) {
    return absl::InvalidArgumentError(
        "the model does not say its size: give --width and --height");
  }
  return ProceduralSet::Create(options);
}

absl::Status RunModel(const ModelFlags& flags) {
  ANIMATE_RETURN_IF_ERROR(CheckReportFiles(flags.shared.reports));
  // What cannot be opened leaves the CPU; asking for a GPU then says so.
  if (flags.model.device != "cpu") InitializeDevices().IgnoreError();
  if (flags.threads > 0) SetComputeThreads(flags.threads);
  ANIMATE_ASSIGN_OR_RETURN(const VideoNetworks networks,
                           VideoNetworks::Load(flags.shared.networks));
  std::unique_ptr<ModelClipMaker> model;
  std::unique_ptr<ClipMaker> server;
  if (!flags.server.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(server, ServerClipMaker::Connect(flags.server));
  }
  if (!flags.model.model_dir.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(model, ModelClipMaker::Load(flags.model));
  }
  std::unique_ptr<ModelClipMaker> silenced;
  if (flags.temporal) {
    ModelClipMakerOptions without = flags.model;
    without.temporal_layers = false;
    ANIMATE_ASSIGN_OR_RETURN(silenced, ModelClipMaker::Load(without));
  }
  ClipMaker& maker = server != nullptr ? *server : *model;
  ANIMATE_ASSIGN_OR_RETURN(const ProceduralSet set,
                           OpenSet(flags, maker.info()));
  Sampling sampling = flags.sampling;
  if (!flags.noise_mode.empty()) {
    sampling.noise_mode = flags.noise_mode == "shared" ? NoiseMode::kShared
                                                       : NoiseMode::kPerFrame;
  }
  ModelEvaluationOptions options{
      .runs = RunsOf(flags, sampling, silenced.get()),
      .seed = flags.seed,
      .window = flags.shared.window(),
      .sheet_clips = flags.shared.reports.sheet.empty() ? 0 : flags.sheet_clips,
      .networks = &networks,
      .on_case = [](const std::string& line) {
        std::cerr << line << std::endl;
      }};
  if (model != nullptr) {
    options.reconstruct = [&model](absl::Span<const RgbImage> pictures) {
      return model->Reconstruct(pictures);
    };
  }
  ANIMATE_ASSIGN_OR_RETURN(const ModelEvaluation evaluation,
                           EvaluateModel(set, maker, options));
  Report report;
  report.json = {{"kind", "model"},
                 {"model", InfoJson(maker.info())},
                 {"set", SetJson(set.options(), set.size())},
                 {"sampling", SamplingJson(maker.info(), sampling, flags.seed)},
                 {"ssim_window", flags.shared.ssim_window},
                 {"rows", ScoreTableJson(evaluation.table)}};
  report.markdown = absl::StrCat(Heading(report.json),
                                 ScoreTableMarkdown(evaluation.table, "model"));
  report.sheet = ComparisonSheet(evaluation.sheet);
  std::cout << report.markdown;
  return WriteReport(report, flags.shared.reports);
}

void AddSetFlags(CLI::App& command, ModelFlags& flags) {
  command
      .add_option("--characters", flags.characters,
                  "FIRST..LAST: seeds of the characters, both included")
      ->capture_default_str();
  command
      .add_option("--motions", flags.set.motions,
                  "Motions by name, all of them, motion-capture files or "
                  "folders of such, with commas between")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--motions-per-character", flags.set.motions_per_character,
                  "Clips of each character; the motions take turns")
      ->capture_default_str();
  command
      .add_option("--set-seed", flags.set.seed,
                  "Of what varies in a motion: tempo, size, side, beginning")
      ->capture_default_str();
  command.add_option("--frames", flags.set.frames, "Frames of each clip")
      ->capture_default_str();
  command
      .add_option("--fps", flags.set.fps, "Frames per second of the motions")
      ->capture_default_str();
  command.add_option("--width", flags.width,
                     "Pixels; default: the model's own");
  command.add_option("--height", flags.height,
                     "Pixels; default: the model's own");
}

void AddSamplingFlags(CLI::App& command, ModelFlags& flags) {
  command.add_option("--steps", flags.sampling.steps,
                     "DDIM steps; default: the model's own");
  command.add_option("--guidance", flags.sampling.guidance,
                     "Guidance scale; default: the model's own");
  command
      .add_option("--noise-mode", flags.noise_mode,
                  "per_frame or shared; default: the model's own")
      ->check(CLI::IsMember({"per_frame", "shared"}));
  command
      .add_option("--also-steps", flags.also_steps,
                  "Further numbers of steps, a row each, with commas between")
      ->delimiter(',');
  command
      .add_option("--mean-of", flags.mean_of,
                  "After each row of --also-steps one of the mean of so many "
                  "samples: what is left of its error is not their scatter")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  command.add_flag("--no-shuffled", flags.no_shuffled,
                   "Leave out the run with other characters' references");
  command.add_flag("--temporal", flags.temporal,
                   "Two more rows, and two for each of --also-steps: every "
                   "frame with noise of its own, with the temporal layers and "
                   "without; needs --model-dir");
  command
      .add_option("--seed", flags.seed,
                  "Of the noise of the first clip; the others' follow")
      ->capture_default_str();
}

}  // namespace

void AddModelCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "model",
      "Let a model or a server animate invented characters and compare with "
      "the truth, between floor (reference copied) and oracle (VAE alone)");
  const auto flags = std::make_shared<ModelFlags>();
  CLI::Option* model_dir =
      command->add_option("--model-dir", flags->model.model_dir,
                          "Model folder; with --server only for the oracle");
  command->add_option("--server", flags->server,
                      "A running server, HOST:PORT, instead of the folder");
  command->add_option("--device", flags->model.device, "auto, cpu or cuda:N")
      ->capture_default_str();
  command
      ->add_option("--dtype", flags->model.dtype,
                   "auto, float32, bfloat16 or float16")
      ->capture_default_str();
  command->add_option("--threads", flags->threads,
                      "Threads of one network call on the CPU");
  AddSetFlags(*command, *flags);
  AddSamplingFlags(*command, *flags);
  command->add_option("--sheet", flags->shared.reports.sheet,
                      "PNG: reference, then pose, generated, truth by frame");
  command->add_option("--sheet-clips", flags->sheet_clips, "Clips on the sheet")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  AddSharedFlags(*command, flags->shared);
  command->callback([flags, model_dir, &exit_code] {
    if (model_dir->empty() && flags->server.empty()) {
      throw CLI::RequiredError("--model-dir or --server");
    }
    if (flags->temporal && model_dir->empty()) {
      throw CLI::RequiredError("--model-dir, for --temporal,");
    }
    const absl::Status status = RunModel(*flags);
    exit_code = status.ok() ? 0 : ReportFailure("model", status);
  });
}

}  // namespace animate
