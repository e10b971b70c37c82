#include "client/follow_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "nlohmann/json.hpp"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A service with one job of two frames, of which it sends those asked for.
class FollowService : public FakeAnimationService {
 public:
  FollowService() {
    jobs.push_back(JobEvent(v1::Job::STATE_SUCCEEDED, 2).job());
    jobs[0].mutable_spec()->set_fps(8);
  }

  grpc::Status StreamFrames(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::StreamFramesResponse,
                               v1::StreamFramesRequest>* stream) override {
    v1::StreamFramesRequest request;
    stream->Read(&request);
    opened = request.open();
    v1::StreamFramesResponse response;
    *response.mutable_job() = jobs[0];
    stream->Write(response);
    for (uint32_t i = opened.start_frame(); i < 2; ++i) {
      *response.mutable_frame() = FramePart(i, 0, 1, "png", "png");
      stream->Write(response);
      stream->Read(&request);
      acknowledged.push_back(request.ack().through_frame());
    }
    *response.mutable_job() = jobs[0];
    stream->Write(response);
    return grpc::Status::OK;
  }

  v1::StreamFramesRequest::Open opened;
  std::vector<uint32_t> acknowledged;
};

class FollowCommandTest : public testing::Test {
 protected:
  ExitCode Run(FollowCommandOptions options) {
    options.common.server = service_.address();
    return FollowJob(options, {out_, err_, false});
  }

  FollowService service_;
  TemporaryFolder folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(FollowCommandTest, SavesAndAcknowledgesEveryFrame) {
  ASSERT_EQ(Run({.name = "1", .out = folder_ / "frames"}), ExitCode::kOk)
      << err_.str();
  EXPECT_TRUE(fs::exists(folder_ / "frames/frame_00000.png"));
  EXPECT_TRUE(fs::exists(folder_ / "frames/frame_00001.png"));
  EXPECT_EQ(service_.opened.name(), "jobs/1");
  EXPECT_TRUE(service_.opened.follow());
  EXPECT_EQ(service_.acknowledged, (std::vector<uint32_t>{0, 1}));
  EXPECT_THAT(out_.str(), HasSubstr("2 frames of jobs/1"));
}

TEST_F(FollowCommandTest, BeginsWhereItIsTold) {
  FollowCommandOptions options{.name = "jobs/1", .out = folder_ / "frames"};
  options.common.json = true;
  options.start_frame = 1;
  options.wait = false;
  ASSERT_EQ(Run(options), ExitCode::kOk) << err_.str();
  EXPECT_FALSE(fs::exists(folder_ / "frames/frame_00000.png"));
  EXPECT_TRUE(fs::exists(folder_ / "frames/frame_00001.png"));
  EXPECT_FALSE(service_.opened.follow());
  EXPECT_EQ(nlohmann::json::parse(out_.str())["frames"], 1);
}

TEST_F(FollowCommandTest, AnUnknownJobIsRefused) {
  EXPECT_EQ(Run({.name = "2", .out = folder_ / "frames"}), ExitCode::kRefused);
  EXPECT_THAT(err_.str(), HasSubstr("no such job"));
}

TEST_F(FollowCommandTest, AnOutputNobodyCanWriteIsALocalFailure) {
  EXPECT_EQ(Run({.name = "1", .out = folder_ / "clip.xyz"}),
            ExitCode::kLocalFailure);
}

}  // namespace
}  // namespace animate
