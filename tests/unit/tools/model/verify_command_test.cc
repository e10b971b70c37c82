#include "tools/model/verify_command.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tests/unit/tools/model/made_model.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(VerifyCommandTest, ReturnsOneForAModelThatDoesNotFit) {
  const TemporaryFolder folder;
  const std::string model = folder / "model";
  MakeNano(model);
  const Outcome good = RunCommand(
      AddVerifyCommand, "verify --dtype float32 --config nano " + model);
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_THAT(good.out, HasSubstr("every key, shape and type"));
  const Outcome bad =
      RunCommand(AddVerifyCommand, "verify " + model + " --dtype float16");
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, HasSubstr("    and "));
  const Outcome all = RunCommand(AddVerifyCommand,
                                 "verify " + model + " --dtype float16 --all");
  EXPECT_GT(all.out.size(), bad.out.size());
}

TEST(VerifyCommandTest, SaysWhyAModelCannotBeRead) {
  const Outcome missing = RunCommand(AddVerifyCommand, "verify /nowhere");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("/nowhere does not exist"));
}

}  // namespace
}  // namespace animate
