// TLS and mTLS over TCP, with certificates made by the test.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/animation_client.h"
#include "client/secure_channel.h"
#include "engine/base/error.h"
#include "engine/base/sha256.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/security/authenticator.h"
#include "server/security/tls_certificates.h"
#include "tests/integration/test_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using grpc::StatusCode;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;

// A server with certificates in files, and its authority.
class SecureSite {
 public:
  struct Wish {
    bool client_certificates = false;
    std::string auth_file;  // its text; "": none
    std::string health_address;
  };

  SecureSite() : SecureSite(Wish()) {}
  explicit SecureSite(const Wish& wish) : authority_("server authority") {
    WriteCertificate(authority_.Issue({.common_name = "server"}));
    folder_.Write("clients.crt", clients_.certificate());
    TlsFiles files = {.certificate = folder_ / "tls.crt",
                      .key = folder_ / "tls.key"};
    if (wish.client_certificates) files.client_ca = folder_ / "clients.crt";
    certificates_ = *TlsCertificates::Open(files);
    Authenticator::Options asks;
    if (!wish.auth_file.empty()) {
      asks.auth_file = folder_.Write("auth", wish.auth_file);
    }
    TestServer::Options options;
    options.frontend.certificates = certificates_.get();
    options.frontend.health_address = wish.health_address;
    if (wish.client_certificates || !wish.auth_file.empty()) {
      authenticator_ = *Authenticator::Open(asks);
      options.frontend.authenticator = authenticator_.get();
    }
    server_ = std::make_unique<TestServer>(options);
  }

  void WriteCertificate(const TestIdentity& identity) {
    folder_.Write("new.crt", identity.certificate);
    folder_.Write("new.key", identity.key);
    chmod((folder_ / "new.key").c_str(), 0600);
    std::filesystem::rename(folder_ / "new.crt", folder_ / "tls.crt");
    std::filesystem::rename(folder_ / "new.key", folder_ / "tls.key");
  }

  const TestAuthority& authority() const { return authority_; }
  const TestAuthority& clients() const { return clients_; }
  TestServer& server() { return *server_; }
  TemporaryFolder& folder() { return folder_; }

 private:
  TemporaryFolder folder_;
  TestAuthority authority_;
  TestAuthority clients_{"client authority"};
  std::unique_ptr<TlsCertificates> certificates_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<TestServer> server_;
};

// A client's new connection.
class Connection {
 public:
  Connection(const std::string& address,
             const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    channel_ = grpc::CreateCustomChannel(address, credentials, arguments);
  }

  // How GetServerInfo ends.
  grpc::Status Call(const std::string& token = "") {
    grpc::ClientContext context;
    SetDeadline(context);
    if (!token.empty()) {
      context.AddMetadata("authorization", "Bearer " + token);
    }
    v1::GetServerInfoResponse response;
    return v1::AnimationService::NewStub(channel_)->GetServerInfo(&context, {},
                                                                  &response);
  }

  // What health says; UNKNOWN when there is no answer.
  HealthCheckResponse::ServingStatus Health() {
    grpc::ClientContext context;
    SetDeadline(context);
    HealthCheckResponse response;
    grpc::health::v1::Health::NewStub(channel_)->Check(&context, {}, &response);
    return response.status();
  }

 private:
  // Only for the case that a test fails.
  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(30));
  }

  std::shared_ptr<grpc::Channel> channel_;
};

std::shared_ptr<grpc::ChannelCredentials> Trusting(
    const TestAuthority& authority, const TestIdentity& own = {}) {
  return grpc::SslCredentials({.pem_root_certs = authority.certificate(),
                               .pem_private_key = own.key,
                               .pem_cert_chain = own.certificate});
}

TEST(TlsTest, ServesThoseWhoTrustItsAuthority) {
  SecureSite site;
  Connection client(site.server().address(), Trusting(site.authority()));
  const grpc::Status status = client.Call();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(client.Health(), HealthCheckResponse::SERVING);
}

TEST(TlsTest, IsNotTrustedUnderAnotherAuthorityAndNotInPlainText) {
  SecureSite site;
  const TestAuthority other("server authority");  // the same name
  EXPECT_EQ(
      Connection(site.server().address(), Trusting(other)).Call().error_code(),
      StatusCode::UNAVAILABLE);
  EXPECT_EQ(
      Connection(site.server().address(), grpc::InsecureChannelCredentials())
          .Call()
          .error_code(),
      StatusCode::UNAVAILABLE);
}

TEST(TlsTest, NewCertificatesAreServedToNewConnections) {
  SecureSite site;
  Connection before(site.server().address(), Trusting(site.authority()));
  ASSERT_TRUE(before.Call().ok());
  const TestAuthority next("next authority");
  site.WriteCertificate(next.Issue({.common_name = "server"}));
  EXPECT_TRUE(Connection(site.server().address(), Trusting(next)).Call().ok());
  EXPECT_FALSE(Connection(site.server().address(), Trusting(site.authority()))
                   .Call()
                   .ok());
  EXPECT_TRUE(before.Call().ok());  // its connection was made before
}

TEST(TlsTest, BadNewCertificatesChangeNothing) {
  SecureSite site;
  site.folder().Write("tls.crt", "no certificate");
  EXPECT_TRUE(Connection(site.server().address(), Trusting(site.authority()))
                  .Call()
                  .ok());
  const TestIdentity one = site.authority().Issue({.common_name = "one"});
  const TestIdentity two = site.authority().Issue({.common_name = "two"});
  site.WriteCertificate({.certificate = one.certificate, .key = two.key});
  EXPECT_TRUE(Connection(site.server().address(), Trusting(site.authority()))
                  .Call()
                  .ok());
}

TEST(MutualTlsTest, WantsACertificateOfItsClientAuthority) {
  SecureSite site({.client_certificates = true});
  const std::string address = site.server().address();
  const auto none = Trusting(site.authority());
  EXPECT_EQ(Connection(address, none).Call().error_code(),
            StatusCode::UNAVAILABLE);
  const auto stranger = Trusting(
      site.authority(),
      TestAuthority("client authority").Issue({.common_name = "alice"}));
  EXPECT_EQ(Connection(address, stranger).Call().error_code(),
            StatusCode::UNAVAILABLE);
  const auto expired = Trusting(
      site.authority(), site.clients().Issue({.common_name = "alice",
                                              .lasts = -absl::Minutes(1)}));
  EXPECT_EQ(Connection(address, expired).Call().error_code(),
            StatusCode::UNAVAILABLE);
  const auto alice = Trusting(site.authority(),
                              site.clients().Issue({.common_name = "alice"}));
  EXPECT_TRUE(Connection(address, alice).Call().ok());
}

TEST(MutualTlsTest, TheCertificatesNameIsThePrincipal) {
  SecureSite site({.client_certificates = true,
                   .auth_file = absl::StrCat(
                       "alice certificate\nfarm.example certificate\nbob "
                       "sha256:",
                       Sha256("b-token"), "\n")});
  const std::string address = site.server().address();
  const auto with = [&](const TestAuthority::Wish& wish) {
    return Connection(address,
                      Trusting(site.authority(), site.clients().Issue(wish)));
  };
  EXPECT_TRUE(with({.common_name = "alice"}).Call().ok());
  EXPECT_TRUE(with({.alternative_name = "DNS:farm.example"}).Call().ok());
  // A CN counts for more than another name.
  EXPECT_EQ(ReasonOf(with({.common_name = "mallory",
                           .alternative_name = "DNS:farm.example"})
                         .Call()),
            "TOKEN_MISSING");
  EXPECT_EQ(ReasonOf(with({.common_name = "bob"}).Call()), "TOKEN_MISSING");
  EXPECT_TRUE(with({.common_name = "mallory"}).Call("b-token").ok());
  EXPECT_EQ(ReasonOf(with({.common_name = "alice"}).Call("wrong")),
            "TOKEN_INVALID");
}

TEST(SecureChannelTest, ShowsItsCertificateOverTls) {
  SecureSite site({.client_certificates = true});
  const TestIdentity own = site.clients().Issue({.common_name = "alice"});
  AnimationClient client(OpenChannel(
      site.server().address(), {.tls = true,
                                .authorities = site.authority().certificate(),
                                .certificate = own.certificate,
                                .key = own.key}));
  EXPECT_TRUE(client.GetServerInfo().ok()) << client.GetServerInfo().status();
}

TEST(SecureChannelTest, ShowsItsTokenWithEveryCall) {
  SecureSite site(
      {.auth_file = absl::StrCat("bob sha256:", Sha256("b-token"), "\n")});
  const auto client_with = [&site](const std::string& token) {
    return AnimationClient(OpenChannel(
        site.server().address(), {.tls = true,
                                  .authorities = site.authority().certificate(),
                                  .token = token}));
  };
  AnimationClient client = client_with("b-token");
  for (int call = 0; call < 2; ++call) {
    EXPECT_TRUE(client.GetServerInfo().ok()) << client.GetServerInfo().status();
  }
  EXPECT_EQ(GetErrorReason(client_with("").GetServerInfo().status()),
            "TOKEN_MISSING");
  EXPECT_EQ(GetErrorReason(client_with("wrong").GetServerInfo().status()),
            "TOKEN_INVALID");
}

TEST(HealthAddressTest, AnswersProbesInPlainTextAndNothingElse) {
  SecureSite site(
      {.client_certificates = true, .health_address = "127.0.0.1:0"});
  Connection probe(
      absl::StrCat("127.0.0.1:", site.server().frontend().health_port()),
      grpc::InsecureChannelCredentials());
  EXPECT_EQ(probe.Health(), HealthCheckResponse::SERVING);
  site.server().frontend().SetServing(false);
  EXPECT_EQ(probe.Health(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(probe.Call().error_code(), StatusCode::UNIMPLEMENTED);
}

TEST(HealthAddressTest, ATakenAddressStopsTheStart) {
  TestServer taken;
  FakeRecorder recorder;
  MemoryJobs jobs{StoredJobManager::Options()};
  GrpcFrontendOptions options;
  options.listen_address = "127.0.0.1:0";
  options.health_address = taken.address();
  const absl::Status status =
      GrpcFrontend::Start(options, jobs, recorder).status();
  EXPECT_NE(status.message().find(taken.address()), std::string::npos)
      << status;
}

}  // namespace
}  // namespace animate
