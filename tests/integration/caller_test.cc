// Two principals and an admin over the wire: who sees what, and for how long.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/log.h"
#include "engine/base/mutex.h"
#include "engine/base/sha256.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/security/authenticator.h"
#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using Point = FakeAnimator::Point;
using grpc::StatusCode;

constexpr char kAlice[] = "alices-secret-token";
constexpr char kBob[] = "bobs-secret-token";
constexpr char kOps[] = "the-secret-token-of-ops";

std::string LineOf(const std::string& principal, const std::string& token,
                   const std::string& options = "") {
  return absl::StrCat(principal, " sha256:", Sha256(token), " ", options, "\n");
}

std::string Everybody() {
  return LineOf("alice", kAlice) + LineOf("bob", kBob) +
         LineOf("ops", kOps, "admin");
}

// What was logged since, by all threads.
class SharedLog {
 public:
  SharedLog() {
    SetLogSink([this](absl::string_view line) {
      MutexLock lock(mutex_);
      absl::StrAppend(&text_, line, "\n");
    });
  }
  ~SharedLog() { SetLogSink(nullptr); }
  std::string text() const {
    MutexLock lock(mutex_);
    return text_;
  }

 private:
  mutable Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
};

// A server that asks who calls.
class AskingServer {
 public:
  explicit AskingServer(const std::string& auth_file,
                        TestServer::Options options = {},
                        const Clock& clock = Clock::Real()) {
    WriteFile(auth_file);
    authenticator_ =
        *Authenticator::Open({.auth_file = folder_ / "auth"}, clock);
    options.frontend.authenticator = authenticator_.get();
    options.jobs.quota_of = [this](const std::string& principal) {
      return authenticator_->QuotaOf(principal);
    };
    server_ = std::make_unique<TestServer>(options);
  }

  void WriteFile(const std::string& text) {
    folder_.Write("new", text);
    chmod((folder_ / "new").c_str(), 0600);
    std::filesystem::rename(folder_ / "new", folder_ / "auth");
  }

  TestServer* operator->() { return server_.get(); }
  v1::AnimationService::Stub& stub() { return server_->stub(); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<TestServer> server_;
};

// Heartbeats, and with them checks, at once.
TestServer::Options Watchful() {
  TestServer::Options options;
  options.frontend.heartbeat_interval = absl::Milliseconds(5);
  return options;
}

// A context that shows `token`; "" for none.
std::unique_ptr<grpc::ClientContext> With(const std::string& token) {
  auto context = std::make_unique<grpc::ClientContext>();
  if (!token.empty()) {
    context->AddMetadata("authorization", "Bearer " + token);
  }
  return context;
}

// How each RPC but Animate ends for a caller, about job `name`.
struct Answers {
  grpc::Status get, cancel, remove, stream, list, info;
  int listed = 0;
  std::string principal;  // of the job, as GetJob shows it
};

grpc::Status OpenStream(v1::AnimationService::Stub& stub,
                        const std::string& token, const std::string& name) {
  const auto context = With(token);
  const auto stream = stub.StreamFrames(context.get());
  v1::StreamFramesRequest request;
  request.mutable_open()->set_name(name);
  stream->Write(request);
  stream->WritesDone();
  v1::StreamFramesResponse response;
  while (stream->Read(&response)) {
  }
  return stream->Finish();
}

Answers AskAll(v1::AnimationService::Stub& stub, const std::string& token,
               const std::string& name) {
  Answers answers;
  v1::GetJobRequest get;
  get.set_name(name);
  v1::GetJobResponse job;
  answers.get = stub.GetJob(With(token).get(), get, &job);
  answers.principal = job.job().principal();
  answers.stream = OpenStream(stub, token, name);
  v1::CancelJobRequest cancel;
  cancel.set_name(name);
  v1::CancelJobResponse cancelled;
  answers.cancel = stub.CancelJob(With(token).get(), cancel, &cancelled);
  v1::DeleteJobRequest remove;
  remove.set_name(name);
  v1::DeleteJobResponse removed;
  answers.remove = stub.DeleteJob(With(token).get(), remove, &removed);
  v1::ListJobsResponse jobs;
  answers.list = stub.ListJobs(With(token).get(), {}, &jobs);
  answers.listed = jobs.jobs_size();
  v1::GetServerInfoResponse info;
  answers.info = stub.GetServerInfo(With(token).get(), {}, &info);
  return answers;
}

// Makes a job to the end as the holder of `token`; returns its name.
std::string Make(AskingServer& server, const std::string& token) {
  AnimateStream stream(server.stub(), {}, token);
  stream.Send(SmallUpload());
  stream.HalfClose();
  const Received received = stream.ReadAll();
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();
  return received.jobs.empty() ? "" : received.jobs.front().name();
}

TEST(CallerTest, WithoutATokenNothingIsAnswered) {
  AskingServer server(Everybody());
  const std::string name = Make(server, kAlice);
  const Answers answers = AskAll(server.stub(), "", name);
  for (const grpc::Status& status :
       {answers.get, answers.cancel, answers.remove, answers.stream,
        answers.list, answers.info}) {
    EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ReasonOf(status), "TOKEN_MISSING");
  }
  AnimateStream stream(server.stub());
  stream.Send(SmallUpload());
  EXPECT_EQ(ReasonOf(stream.ReadAll().status), "TOKEN_MISSING");
  EXPECT_EQ(
      server->recorder().Count("JobRejected", RejectReason::kUnauthenticated),
      1);
}

TEST(CallerTest, AWrongTokenIsRefusedAndNeverRepeated) {
  SharedLog log;
  AskingServer server(Everybody());
  Make(server, kAlice);
  const Answers answers = AskAll(server.stub(), "a-wrong-secret", "jobs/x");
  EXPECT_EQ(ReasonOf(answers.get), "TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(answers.stream), "TOKEN_INVALID");
  EXPECT_FALSE(absl::StrContains(answers.get.error_message(), "secret"));
  EXPECT_FALSE(absl::StrContains(answers.get.error_details(), "secret"));
  EXPECT_TRUE(absl::StrContains(log.text(), "call_not_authenticated"));
  EXPECT_FALSE(absl::StrContains(log.text(), "secret")) << log.text();
}

TEST(CallerTest, HealthAsksNobody) {
  AskingServer server(Everybody());
  auto stub = grpc::health::v1::Health::NewStub(server->NewChannel());
  grpc::health::v1::HealthCheckResponse response;
  EXPECT_TRUE(stub->Check(With("").get(), {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST(CallerTest, SomebodyElsesJobIsNotThere) {
  AskingServer server(Everybody());
  const std::string name = Make(server, kAlice);
  const Answers bob = AskAll(server.stub(), kBob, name);
  for (const grpc::Status& status :
       {bob.get, bob.cancel, bob.remove, bob.stream}) {
    EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
    EXPECT_EQ(ReasonOf(status), "JOB_NOT_FOUND");
  }
  EXPECT_TRUE(bob.list.ok());
  EXPECT_EQ(bob.listed, 0);
  EXPECT_TRUE(bob.info.ok());
  const Answers alice = AskAll(server.stub(), kAlice, name);
  EXPECT_TRUE(alice.get.ok());
  EXPECT_TRUE(alice.stream.ok()) << alice.stream.error_message();
  EXPECT_TRUE(alice.cancel.ok());
  EXPECT_TRUE(alice.remove.ok());
}

TEST(CallerTest, AnAdminSeesEverybodysJobs) {
  AskingServer server(Everybody());
  const std::string name = Make(server, kAlice);
  Make(server, kBob);
  const Answers ops = AskAll(server.stub(), kOps, name);
  EXPECT_TRUE(ops.get.ok());
  EXPECT_TRUE(ops.stream.ok());
  EXPECT_TRUE(ops.remove.ok());
  EXPECT_EQ(ops.listed, 1);  // that of bob is left
  EXPECT_EQ(ops.principal, "alice");
}

TEST(CallerTest, ARequestIdIsItsCallersOwn) {
  AskingServer server(Everybody());
  Upload upload = SmallUpload();
  upload.start.set_request_id("00000000-0000-4000-8000-000000000001");
  std::string names[2];
  for (int i = 0; i < 2; ++i) {
    AnimateStream stream(server.stub(), {}, i == 0 ? kAlice : kBob);
    stream.Send(upload);
    stream.HalfClose();
    const Received received = stream.ReadAll();
    ASSERT_TRUE(received.status.ok()) << received.status.error_message();
    names[i] = received.jobs.front().name();
  }
  EXPECT_NE(names[0], names[1]);
}

TEST(CallerTest, ARemovedTokenEndsItsStreams) {
  AskingServer server(Everybody(), Watchful());
  server->animator().HoldAt(Point::kStep, 1);
  AnimateStream alice(server.stub(), {}, kAlice);
  alice.Send(SmallUpload());
  const std::string name = alice.ReadJobName();
  AnimateStream bob(server.stub(), {}, kBob);
  bob.Send(SmallUpload());
  bob.ReadJobName();
  server.WriteFile(LineOf("bob", kBob) + LineOf("ops", kOps, "admin"));
  const Received received = alice.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(received.status), "TOKEN_INVALID");
  EXPECT_EQ(server->recorder().Count("StreamClosed",
                                     StreamCloseReason::kUnauthenticated),
            1);
  server->animator().Release();
  EXPECT_TRUE(bob.ReadAll().status.ok());
}

TEST(CallerTest, ATokenThatExpiresMidStreamEndsItAndANewOneGoesOn) {
  FakeClock clock;  // 2023-11-14T22:13:21Z
  const std::string second = "alices-second-token";
  AskingServer server(LineOf("alice", kAlice, "expires=2023-11-14T22:14:00Z") +
                          LineOf("alice", second),
                      Watchful(), clock);
  server->animator().HoldAt(Point::kStep, 1);
  Upload upload = SmallUpload();
  upload.start.mutable_spec()->set_on_disconnect(v1::ON_DISCONNECT_DETACH);
  AnimateStream stream(server.stub(), {}, kAlice);
  stream.Send(upload);
  const std::string name = stream.ReadJobName();
  clock.Advance(absl::Minutes(1));
  const Received received = stream.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(received.status), "TOKEN_EXPIRED");
  server->animator().Release();
  const auto context = With(second);
  const auto again = server.stub().StreamFrames(context.get());
  v1::StreamFramesRequest open;
  open.mutable_open()->set_name(name);
  open.mutable_open()->set_follow(true);
  again->Write(open);
  v1::StreamFramesResponse response;
  int frames = 0;
  while (again->Read(&response)) frames += response.has_frame() ? 1 : 0;
  EXPECT_TRUE(again->Finish().ok());
  EXPECT_EQ(frames, 2);
}

TEST(CallerTest, AQuotaIsRefusedWithItsName) {
  AskingServer server(LineOf("alice", kAlice, "waiting=1 per-minute=2") +
                      LineOf("bob", kBob));
  Make(server, kAlice);
  Make(server, kAlice);
  AnimateStream third(server.stub(), {}, kAlice);
  third.Send(SmallUpload());
  const Received refused = third.ReadAll();
  EXPECT_EQ(refused.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused.status), "QUOTA");
  EXPECT_TRUE(absl::StrContains(refused.status.error_message(), "per-minute"));
  EXPECT_EQ(third.context().GetServerTrailingMetadata().count(
                "grpc-retry-pushback-ms"),
            1u);
  EXPECT_NE(Make(server, kBob), "");
}

TEST(SlowUploadTest, EndsAfterItsGrace) {
  FakeClock clock;
  TestServer::Options options = Watchful();
  options.clock = &clock;
  TestServer server(options);
  AnimateStream stream(server.stub());
  const Upload upload = SmallUpload();
  stream.SendStart(upload.start);
  stream.SendChunk(0, 0, upload.items[0].substr(0, 20), false);
  Await([&server] { return server.recorder().Count("StreamOpened") == 1; });
  clock.Advance(absl::Seconds(11));
  const Received received = stream.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOf(received.status), "UPLOAD_TOO_SLOW");
  EXPECT_EQ(server.recorder().Count("JobRejected", RejectReason::kDeadline), 1);
}

TEST(SlowUploadTest, AJobThatIsSubmittedMayTakeItsTime) {
  FakeClock clock;
  TestServer::Options options = Watchful();
  options.clock = &clock;
  TestServer server(options);
  server.animator().HoldAt(Point::kStep, 1);
  AnimateStream stream(server.stub());
  stream.Send(SmallUpload());
  stream.ReadJobName();
  clock.Advance(absl::Seconds(50));
  // Two heartbeats: a check has gone by.
  for (int beats = 0; beats < 2;) {
    const auto response = stream.Read();
    ASSERT_TRUE(response.has_value());
    if (response->has_heartbeat()) ++beats;
  }
  server.animator().Release();
  EXPECT_TRUE(stream.ReadAll().status.ok());
}

}  // namespace
}  // namespace animate
