#ifndef ANIMATE_TESTS_UNIT_TOOLS_EVAL_SMALL_SET_H_
#define ANIMATE_TESTS_UNIT_TOOLS_EVAL_SMALL_SET_H_

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/media/image_codec.h"
#include "tests/support/temporary_folder.h"
#include "tools/eval/procedural_set.h"

namespace animate {

// Three characters, two motions, small pictures.
inline ProceduralSetOptions SmallSet() {
  return {.first_character = 7,
          .last_character = 9,
          .motions = {"wave", "walk"},
          .width = 64,
          .height = 96,
          .frames = 3,
          .fps = 8.0};
}

// Writes `frames` as frame_0.png, …; returns the folder.
inline std::string WriteFrames(const TemporaryFolder& folder,
                               const std::string& name,
                               const std::vector<RgbImage>& frames) {
  for (size_t i = 0; i < frames.size(); ++i) {
    folder.Write(absl::StrCat(name, "/frame_", i, ".png"),
                 EncodeImage(frames[i]).value());
  }
  return folder / name;
}

// A picture of one colour.
inline RgbImage Grey(int width, int height, uint8_t level) {
  RgbImage image(width, height);
  for (uint8_t& sample : image.pixels) sample = level;
  return image;
}

// What a command printed and returned.
struct EvalOutcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// Parses `arguments` with the command that `add` adds.
inline EvalOutcome RunEvalCommand(void (*add)(CLI::App&, int&),
                                  const std::string& arguments) {
  CLI::App app("test", "test");
  app.require_subcommand(1);
  EvalOutcome outcome;
  add(app, outcome.exit_code);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    outcome.err = error.what();
    outcome.exit_code = 2;
  } catch (const std::exception& error) {
    outcome.err = error.what();  // captured output must be given back first
  }
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err += testing::internal::GetCapturedStderr();
  return outcome;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_TOOLS_EVAL_SMALL_SET_H_
