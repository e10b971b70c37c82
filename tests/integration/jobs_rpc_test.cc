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

grpc::Status Create(TestServer& server, const v1::CreateJobRequest& request,
                    v1::Job& job) {
  grpc::ClientContext context;
  v1::CreateJobResponse response;
  const grpc::Status status =
      server.stub().CreateJob(&context, request, &response);
  job = response.job();
  return status;
}

grpc::Status Delete(TestServer& server, const std::string& name,
                    const std::string& etag = "") {
  grpc::ClientContext context;
  v1::DeleteJobRequest request;
  request.set_name(name);
  request.set_etag(etag);
  v1::DeleteJobResponse response;
  return server.stub().DeleteJob(&context, request, &response);
}

// The same as SmallUpload, in one message.
v1::CreateJobRequest SmallCreate() {
  const Upload upload = SmallUpload();
  v1::CreateJobRequest request;
  *request.mutable_spec() = upload.start.spec();
  v1::InlineInputs& inputs = *request.mutable_inline_inputs();
  inputs.set_reference(upload.items[0]);
  for (size_t i = 1; i < upload.items.size(); ++i) {
    inputs.mutable_skeletons()->add_image(upload.items[i]);
  }
  return request;
}

TEST(CreateJobTest, RunsAJobThatNeedsNobody) {
  TestServer server;
  v1::Job job;
  const grpc::Status status = Create(server, SmallCreate(), job);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(job.spec().on_disconnect(), v1::ON_DISCONNECT_DETACH);
  server.AwaitState(job.name(), v1::Job::STATE_SUCCEEDED);
}

TEST(CreateJobTest, NamesTheFieldAtFault) {
  TestServer server;
  v1::Job job;
  v1::CreateJobRequest request = SmallCreate();
  request.mutable_inline_inputs()->clear_reference();
  EXPECT_EQ(FieldOf(Create(server, request, job)), "inline_inputs.reference");
  EXPECT_EQ(server.recorder().Count("JobRejected", RejectReason::kInvalid), 1);
  request.mutable_input_uris();
  const grpc::Status status = Create(server, request, job);
  EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReasonOf(status), "CAPABILITY_UNSUPPORTED");
}

TEST(CreateJobTest, ARepetitionGetsTheSameJobByWhicheverRpc) {
  constexpr char kId[] = "123e4567-e89b-12d3-a456-426614174000";
  TestServer server;
  v1::CreateJobRequest request = SmallCreate();
  request.mutable_spec()->clear_seed();  // the server's choice is no difference
  request.set_request_id(kId);
  v1::Job first;
  v1::Job second;
  ASSERT_TRUE(Create(server, request, first).ok());
  ASSERT_TRUE(Create(server, request, second).ok());
  EXPECT_EQ(first.name(), second.name());
  EXPECT_EQ(first.spec().seed(), second.spec().seed());

  Upload upload = SmallUpload();
  upload.start.mutable_spec()->clear_seed();
  upload.start.set_request_id(kId);
  const Received received = Animate(server.stub(), upload);
  ASSERT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.jobs.front().name(), first.name());
  EXPECT_EQ(received.frames.size(), 2u);
  EXPECT_EQ(server.animator().runs_started(), 1);

  request.mutable_spec()->set_steps(3);
  const grpc::Status refusal = Create(server, request, second);
  EXPECT_EQ(refusal.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(refusal), "REQUEST_ID_REUSED");
}

TEST(DeleteJobTest, ForgetsAFinishedJobOnly) {
  TestServer server;
  server.animator().HoldAt(FakeAnimator::Point::kStep, 1);
  v1::Job job;
  ASSERT_TRUE(Create(server, SmallCreate(), job).ok());
  const grpc::Status running = Delete(server, job.name());
  EXPECT_EQ(running.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(running), "JOB_NOT_FINISHED");
  server.animator().Release();
  server.AwaitState(job.name(), v1::Job::STATE_SUCCEEDED);
  const grpc::Status changed = Delete(server, job.name(), job.etag());
  EXPECT_EQ(changed.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(changed), "ETAG_MISMATCH");
  EXPECT_EQ(FieldOf(Delete(server, job.name(), "mine")), "etag");
  EXPECT_TRUE(
      Delete(server, job.name(), server.GetJob(job.name()).etag()).ok());
  EXPECT_EQ(ReasonOf(Get(server, job.name())), "JOB_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Delete(server, job.name())), "JOB_NOT_FOUND");
}

TEST(DeleteJobTest, NothingCanBeDoneWithADeletedJob) {
  TestServer server;
  v1::Job job;
  ASSERT_TRUE(Create(server, SmallCreate(), job).ok());
  server.AwaitState(job.name(), v1::Job::STATE_SUCCEEDED);
  ASSERT_TRUE(Delete(server, job.name()).ok());
  grpc::ClientContext context;
  v1::CancelJobRequest request;
  v1::CancelJobResponse response;
  request.set_name(job.name());
  const grpc::Status cancel =
      server.stub().CancelJob(&context, request, &response);
  EXPECT_EQ(cancel.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(cancel), "JOB_NOT_FOUND");
  grpc::ClientContext stream_context;
  const auto stream = server.stub().StreamFrames(&stream_context);
  v1::StreamFramesRequest open;
  open.mutable_open()->set_name(job.name());
  stream->Write(open);
  EXPECT_EQ(ReasonOf(stream->Finish()), "JOB_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Delete(server, "jobs/none")), "JOB_NOT_FOUND");
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
