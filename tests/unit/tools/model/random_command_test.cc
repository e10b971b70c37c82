#include "tools/model/random_command.h"

#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "engine/weights/state_dict.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tests/unit/tools/model/made_model.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(RandomCommandTest, WritesAFolderOrSaysWhyNot) {
  const TemporaryFolder folder;
  const std::string out = folder / "model";
  const Outcome good = RunCommand(
      AddRandomCommand,
      absl::StrCat("random --config nano --dtype bfloat16 --seed 3 ", out));
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("motion_module.safetensors"));
  EXPECT_EQ(LoadStateDict(folder / "model/pose_guider.safetensors")
                ->at("conv_in.bias")
                .scalar_type(),
            at::kBFloat16);
  const Outcome again =
      RunCommand(AddRandomCommand, absl::StrCat("random --config nano ", out));
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_EQ(again.err, absl::StrCat("animate-model random: ", out,
                                    ": already there; nothing is replaced\n"));
  const Outcome unknown =
      RunCommand(AddRandomCommand, "random --config anyone /tmp/x");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no configuration \"anyone\""));
}

}  // namespace
}  // namespace animate
