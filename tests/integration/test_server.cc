#include "tests/integration/test_server.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace animate {
namespace {

GrpcFrontendOptions OnFreePort(GrpcFrontendOptions options) {
  options.listen_address = "127.0.0.1:0";
  return options;
}

// The first detail of type T in an RPC's error.
template <typename T>
T Detail(const grpc::Status& status) {
  google::rpc::Status details;
  T out;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&out)) return out;
  }
  return T();
}

}  // namespace

TestServer::TestServer(Options options)
    : detector_(options.detector), jobs_(options.jobs) {
  auto frontend = GrpcFrontend::Start(OnFreePort(std::move(options.frontend)),
                                      jobs_, recorder_, *options.clock);
  EXPECT_TRUE(frontend.ok()) << frontend.status();
  frontend_ = *std::move(frontend);
  worker_ =
      std::make_unique<Worker>(JobRun::Environment{.jobs = jobs_,
                                                   .animator = animator_,
                                                   .recorder = recorder_,
                                                   .clock = Clock::Real(),
                                                   .limits = Limits(),
                                                   .detector = detector_});
  stub_ = animate::v1::AnimationService::NewStub(NewChannel());
  if (options.ready) MarkReady();
}

TestServer::~TestServer() {
  frontend_->Shutdown(absl::ZeroDuration());
  jobs_.Shutdown();
  animator_.Release();
  worker_.reset();
}

void TestServer::MarkReady() {
  frontend_->MarkReady(
      {.limits = Limits(),
       .models = {animator_.info()},
       .pose_detector = detector_ == nullptr ? "" : "blazepose"});
}

std::string TestServer::address() const {
  return absl::StrCat("127.0.0.1:", frontend_->port());
}

std::shared_ptr<grpc::Channel> TestServer::NewChannel() const {
  grpc::ChannelArguments arguments;
  // A connection of its own, not one shared with other channels.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(
      address(), grpc::InsecureChannelCredentials(), arguments);
}

animate::v1::Job TestServer::GetJob(const std::string& name) {
  grpc::ClientContext context;
  animate::v1::GetJobRequest request;
  request.set_name(name);
  animate::v1::GetJobResponse response;
  const grpc::Status status = stub_->GetJob(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

void TestServer::AwaitState(const std::string& name,
                            animate::v1::Job::State state) {
  animate::v1::Job::State now = animate::v1::Job::STATE_UNSPECIFIED;
  Await([&] {
    const animate::v1::Job job = GetJob(name);
    now = job.state();
    return now == state || job.has_end_time();
  });
  EXPECT_EQ(now, state) << name << " has ended and stays in "
                        << animate::v1::Job::State_Name(now);
}

std::string ReasonOf(const grpc::Status& status) {
  const auto info = Detail<google::rpc::ErrorInfo>(status);
  if (!status.ok()) {
    EXPECT_EQ(info.domain(), "animate.v1");
  }
  return info.reason();
}

std::string FieldOf(const grpc::Status& status) {
  const auto bad_request = Detail<google::rpc::BadRequest>(status);
  return bad_request.field_violations_size() == 0
             ? ""
             : bad_request.field_violations(0).field();
}

}  // namespace animate
