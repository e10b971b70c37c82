#include "tools/model/convert_command.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tests/unit/tools/model/made_model.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(ConvertCommandTest, ConvertsOrSaysWhyNot) {
  const TemporaryFolder folder;
  MakeNano(folder / "in");
  const std::string arguments =
      absl::StrCat("convert ", folder / "in", " ", folder / "out");
  const Outcome good =
      RunCommand(AddConvertCommand, arguments + " --dtype float16");
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("reference_unet.safetensors"));
  const Outcome again = RunCommand(AddConvertCommand, arguments);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("already there"));
}

}  // namespace
}  // namespace animate
