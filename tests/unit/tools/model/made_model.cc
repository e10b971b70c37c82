#include "tests/unit/tools/model/made_model.h"

#include <gmock/gmock.h>

#include "engine/weights/safetensors_writer.h"
#include "engine/weights/state_dict.h"
#include "tools/model/random_model.h"

namespace animate {

void MakeNano(const std::string& path, c10::ScalarType dtype) {
  const absl::Status written = WriteRandomModel(
      FindTopologyConfig("nano").value(), path, {.dtype = dtype});
  ASSERT_TRUE(written.ok()) << written;
}

void Rewrite(const std::string& path,
             const std::function<void(StateDict&)>& change) {
  StateDict weights = LoadStateDict(path).value();
  change(weights);
  ASSERT_TRUE(SaveSafetensors(path, weights).ok());
}

Outcome RunCommand(void (*add)(CLI::App&, int&), const std::string& arguments) {
  CLI::App app;
  Outcome outcome;
  add(app, outcome.exit_code);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  app.parse(arguments);
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

}  // namespace animate
