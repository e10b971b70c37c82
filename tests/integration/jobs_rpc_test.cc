// The RPCs beside Animate.
#include <gtest/gtest.h>

#include <string>

#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using grpc::StatusCode;

grpc::Status Get(TestServer& server, const std::string& name) {
  grpc::ClientContext context;
  v1::GetJobRequest request;
  request.set_name(name);
  v1::GetJobResponse response;
  return server.stub().GetJob(&context, request, &response);
}

grpc::Status Cancel(TestServer& server, const std::string& name, v1::Job& job) {
  grpc::ClientContext context;
  v1::CancelJobRequest request;
  request.set_name(name);
  request.set_reason("changed my mind");
  v1::CancelJobResponse response;
  const grpc::Status status =
      server.stub().CancelJob(&context, request, &response);
  job = response.job();
  return status;
}

grpc::Status List(TestServer& server, const v1::ListJobsRequest& request,
                  v1::ListJobsResponse& response) {
  grpc::ClientContext context;
  return server.stub().ListJobs(&context, request, &response);
}

TEST(GetJobTest, FindsAFinishedJob) {
  TestServer server;
  const Received received = Animate(server.stub(), SmallUpload());
  ASSERT_TRUE(received.status.ok());
  const v1::Job job = server.GetJob(received.jobs[0].name());
  EXPECT_EQ(job.state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(job.spec().frame_count(), 2u);
  EXPECT_EQ(job.etag(), received.jobs[1].etag());
  EXPECT_TRUE(job.has_expire_time());
}

TEST(GetJobTest, SaysNotFound) {
  TestServer server;
  for (const char* name : {"jobs/none", ""}) {
    const grpc::Status status = Get(server, name);
    EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
    EXPECT_EQ(ReasonOf(status), "JOB_NOT_FOUND");
  }
}

TEST(ListJobsTest, PagesNewestFirstAndFilters) {
  TestServer server;
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const Received received = Animate(server.stub(), SmallUpload());
    ASSERT_TRUE(received.status.ok());
    names.push_back(received.jobs[0].name());
  }
  v1::ListJobsRequest request;
  v1::ListJobsResponse response;
  request.set_page_size(2);
  ASSERT_TRUE(List(server, request, response).ok());
  ASSERT_EQ(response.jobs_size(), 2);
  EXPECT_EQ(response.jobs(0).name(), names[2]);
  EXPECT_EQ(response.jobs(1).name(), names[1]);
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(List(server, request, response).ok());
  ASSERT_EQ(response.jobs_size(), 1);
  EXPECT_EQ(response.jobs(0).name(), names[0]);
  EXPECT_EQ(response.next_page_token(), "");

  request.Clear();
  request.set_filter("state = RUNNING");
  ASSERT_TRUE(List(server, request, response).ok());
  EXPECT_EQ(response.jobs_size(), 0);
}

TEST(ListJobsTest, RejectsAFilterItDoesNotKnow) {
  TestServer server;
  v1::ListJobsRequest request;
  v1::ListJobsResponse response;
  request.set_filter("labels.who = me");
  const grpc::Status status = List(server, request, response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldOf(status), "filter");
}

TEST(CancelJobTest, StopsARunningJobAndEndsItsStream) {
  TestServer server;
  server.animator().HoldAt(FakeAnimator::Point::kStep, 2);
  AnimateStream stream(server.stub());
  stream.Send(SmallUpload());
  stream.HalfClose();
  const std::string name = stream.ReadJobName();
  server.animator().AwaitHeld();

  v1::Job job;
  ASSERT_TRUE(Cancel(server, name, job).ok());
  EXPECT_EQ(job.state(), v1::Job::STATE_CANCELLING);
  ASSERT_TRUE(Cancel(server, name, job).ok()) << "twice is no error";
  server.animator().Release();

  const Received received = stream.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::CANCELLED);
  ASSERT_EQ(received.jobs.size(), 1u) << "the final one";
  EXPECT_EQ(received.jobs[0].state(), v1::Job::STATE_CANCELLED);
  EXPECT_EQ(server.animator().steps_done(), 1);
}

TEST(CancelJobTest, LeavesAFinishedJobAsItIs) {
  TestServer server;
  const Received received = Animate(server.stub(), SmallUpload());
  v1::Job job;
  ASSERT_TRUE(Cancel(server, received.jobs[0].name(), job).ok());
  EXPECT_EQ(job.state(), v1::Job::STATE_SUCCEEDED);
}

TEST(CancelJobTest, SaysNotFound) {
  TestServer server;
  v1::Job job;
  EXPECT_EQ(Cancel(server, "jobs/none", job).error_code(),
            StatusCode::NOT_FOUND);
}

TEST(GetServerInfoTest, PublishesLimitsModelsAndVersions) {
  TestServer::Options options;
  options.frontend.server_version = "1.2.3";
  options.frontend.libtorch_version = "2.11.0";
  TestServer server(options);
  grpc::ClientContext context;
  v1::GetServerInfoResponse info;
  ASSERT_TRUE(server.stub()
                  .GetServerInfo(&context, v1::GetServerInfoRequest(), &info)
                  .ok());
  EXPECT_EQ(info.limits().max_chunk_bytes(), 1u << 20);
  EXPECT_EQ(info.limits().max_response_bytes(), 2u << 20);
  EXPECT_EQ(info.limits().upload_timeout().seconds(), 300);
  ASSERT_EQ(info.models_size(), 1);
  EXPECT_EQ(info.models(0).name(), "fake");
  EXPECT_EQ(info.versions().server(), "1.2.3");
  EXPECT_EQ(info.versions().libtorch(), "2.11.0");
  EXPECT_EQ(info.versions().grpc(), grpc::Version());
  EXPECT_EQ(info.output_formats_size(), 4);
}

TEST(UnimplementedTest, SaysWhatToUseInstead) {
  TestServer server;
  {
    grpc::ClientContext context;
    v1::CreateJobResponse response;
    const grpc::Status status =
        server.stub().CreateJob(&context, v1::CreateJobRequest(), &response);
    EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
    EXPECT_EQ(ReasonOf(status), "CAPABILITY_UNSUPPORTED");
    EXPECT_NE(status.error_message().find("Animate"), std::string::npos);
  }
  {
    grpc::ClientContext context;
    v1::DeleteJobResponse response;
    const grpc::Status status =
        server.stub().DeleteJob(&context, v1::DeleteJobRequest(), &response);
    EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
    EXPECT_NE(status.error_message().find("CancelJob"), std::string::npos);
  }
  {
    grpc::ClientContext context;
    const grpc::Status status = server.stub().StreamFrames(&context)->Finish();
    EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
    EXPECT_NE(status.error_message().find("Animate"), std::string::npos);
  }
}

TEST(RpcRecordTest, CountsEveryCallByMethodAndStatus) {
  TestServer server;
  Get(server, "jobs/none");
  EXPECT_EQ(
      server.recorder().Count("RpcStarted/animate.v1.AnimationService/GetJob"),
      1);
  EXPECT_EQ(server.recorder().Count(
                "RpcFinished/animate.v1.AnimationService/GetJob/NOT_FOUND"),
            1);
}

}  // namespace
}  // namespace animate
