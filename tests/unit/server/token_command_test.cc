#include "server/token_command.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/base/sha256.h"
#include "server/security/auth_file.h"

namespace animate {
namespace {

struct TokenRun {
  int code = -1;
  std::vector<std::string> lines;
  std::string errors;
};

TokenRun RunWith(const std::vector<std::string>& args) {
  std::ostringstream out;
  std::ostringstream err;
  TokenRun run;
  run.code = RunTokenCommand(args, out, err);
  run.lines = absl::StrSplit(out.str(), '\n', absl::SkipEmpty());
  run.errors = err.str();
  return run;
}

TEST(TokenCommandTest, PrintsATokenAndTheLineOfItsHash) {
  const TokenRun run = RunWith({"alice", "waiting=4", "admin"});
  EXPECT_EQ(run.code, 0) << run.errors;
  ASSERT_EQ(run.lines.size(), 2u);
  const auto entries = ParseAuthFile(run.lines[1]);
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->front().principal, "alice");
  EXPECT_EQ(entries->front().token_hash, Sha256Bytes(run.lines[0]));
  EXPECT_EQ(entries->front().quota.waiting, 4);
  EXPECT_TRUE(entries->front().admin);
  EXPECT_FALSE(absl::StrContains(run.lines[1], run.lines[0]));
  EXPECT_NE(RunWith({"alice"}).lines[0], run.lines[0]);
}

TEST(TokenCommandTest, RefusesWhatWouldMakeNoLine) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{},
                                             {""},
                                             {"two words"},
                                             {"alice\nbob"},
                                             {"#alice"},
                                             {"al#ice"},
                                             {"*"},
                                             {"alice", "wating=4"},
                                             {"alice", "waiting=0"}}) {
    const TokenRun run = RunWith(args);
    EXPECT_EQ(run.code, 2) << absl::StrJoin(args, "|");
    EXPECT_TRUE(run.lines.empty());
    EXPECT_NE(run.errors, "");
  }
}

TEST(TokenCommandTest, HelpIsNoError) {
  EXPECT_EQ(RunWith({"--help"}).code, 0);
}

}  // namespace
}  // namespace animate
