#include "client/message_json.h"

#include <gtest/gtest.h>

#include "animate/v1/job.pb.h"
#include "nlohmann/json.hpp"

namespace animate {
namespace {

TEST(MessageJsonTest, IsOneLineWithTheProtosNamesAndItsDefaults) {
  v1::Job job;
  job.set_name("jobs/1");
  job.mutable_progress()->set_frames_total(8);
  const std::string text = MessageJson(job);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json["name"], "jobs/1");
  EXPECT_EQ(json["progress"]["frames_total"], 8);
  EXPECT_EQ(json["progress"]["step"], 0);
}

}  // namespace
}  // namespace animate
