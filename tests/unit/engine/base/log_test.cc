#include "engine/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Collects lines while it lives.
class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    SetLogSink([this](absl::string_view line) { lines_.emplace_back(line); });
  }
  ~LogTest() override {
    SetLogSink(nullptr);
    SetMinLogSeverity(LogSeverity::kInfo);
  }

  nlohmann::json Only() {
    EXPECT_THAT(lines_, SizeIs(1));
    return nlohmann::json::parse(lines_.at(0));
  }

  std::vector<std::string> lines_;
};

TEST_F(LogTest, WritesOneJsonObjectPerEvent) {
  Log(LogSeverity::kWarning, "job_done",
      {{"job", "jobs/1"}, {"frames", 24}, {"ok", true}, {"seconds", 0.5}});
  EXPECT_THAT(lines_.at(0), Not(HasSubstr("\n")));
  const nlohmann::json line = Only();
  EXPECT_EQ(line["severity"], "WARNING");
  EXPECT_EQ(line["event"], "job_done");
  EXPECT_EQ(line["job"], "jobs/1");
  EXPECT_EQ(line["frames"], 24);
  EXPECT_EQ(line["ok"], true);
  EXPECT_EQ(line["seconds"], 0.5);
}

TEST_F(LogTest, TimeIsUtcWithMilliseconds) {
  Log(LogSeverity::kInfo, "tick");
  EXPECT_THAT(
      Only()["time"].get<std::string>(),
      ::testing::MatchesRegex(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.[0-9]{3}Z"));
}

TEST_F(LogTest, EscapesWhatWouldBreakTheLine) {
  const std::string nasty = "a\"b\\c\nd\te\rf\x01g";
  Log(LogSeverity::kInfo, "odd", {{"text", nasty}});
  EXPECT_THAT(lines_.at(0), Not(HasSubstr("\n")));
  EXPECT_EQ(Only()["text"].get<std::string>(), nasty);
}

TEST_F(LogTest, NumbersKeepTheirExtremes) {
  Log(LogSeverity::kInfo, "limits",
      {{"low", std::numeric_limits<int64_t>::min()},
       {"high", std::numeric_limits<uint64_t>::max()},
       {"nan", std::nan("")}});
  const nlohmann::json line = Only();
  EXPECT_EQ(line["low"].get<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(line["high"].get<uint64_t>(), std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(line["nan"].is_null());
}

TEST_F(LogTest, DropsLinesBelowTheMinimum) {
  Log(LogSeverity::kDebug, "hidden");
  EXPECT_THAT(lines_, IsEmpty());
  SetMinLogSeverity(LogSeverity::kError);
  Log(LogSeverity::kWarning, "hidden");
  EXPECT_THAT(lines_, IsEmpty());
  Log(LogSeverity::kError, "shown");
  EXPECT_EQ(Only()["event"], "shown");
}

TEST_F(LogTest, LinesOfSeveralThreadsStayWhole) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int k = 0; k < 50; ++k) Log(LogSeverity::kInfo, "n", {{"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(lines_, SizeIs(200));
  for (const std::string& line : lines_) {
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
}

}  // namespace
}  // namespace animate
