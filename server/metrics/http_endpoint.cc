#include "server/metrics/http_endpoint.h"

#include <httplib.h>
#include <sys/socket.h>

#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr size_t kThreads = 4;
constexpr time_t kTimeoutSeconds = 2;  // for a client to send its request
constexpr size_t kMaxBodyBytes = 1024;
constexpr int kMaxPort = 65535;
constexpr char kText[] = "text/plain; charset=utf-8";
constexpr char kExposition[] = "text/plain; version=0.0.4; charset=utf-8";

struct HostAndPort {
  std::string host;
  int port = 0;
};

absl::StatusOr<HostAndPort> ParseAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  HostAndPort parsed;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &parsed.port) ||
      parsed.port < 0 || parsed.port > kMaxPort) {
    return FieldError("metrics_address",
                      absl::StrCat("\"", address, "\" is not host:port"));
  }
  parsed.host = address.substr(0, colon);
  if (parsed.host.size() > 2 && parsed.host.front() == '[' &&
      parsed.host.back() == ']') {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  }
  return parsed;
}

class HttplibEndpoint : public HttpEndpoint {
 public:
  explicit HttplibEndpoint(Options options) : options_(std::move(options)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_read_timeout(kTimeoutSeconds);
    server_.set_write_timeout(kTimeoutSeconds);
    server_.set_keep_alive_timeout(kTimeoutSeconds);  // to the first byte
    server_.set_payload_max_length(kMaxBodyBytes);
    // One request per connection: an idle one must not hold a thread that a
    // probe is waiting for.
    server_.set_keep_alive_max_count(1);
    // The library's default, SO_REUSEPORT, would let a second server share a
    // port that is in use instead of failing.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    AddRoutes();
  }

  ~HttplibEndpoint() override {
    if (!thread_.joinable()) return;
    // stop() does nothing before the loop has begun.
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
    thread_.join();
  }

  absl::Status Listen() {
    ANIMATE_ASSIGN_OR_RETURN(const HostAndPort address,
                             ParseAddress(options_.listen_address));
    if (address.port == 0) {
      port_ = server_.bind_to_any_port(address.host);
    } else if (server_.bind_to_port(address.host, address.port)) {
      port_ = address.port;
    }
    if (port_ <= 0) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat("cannot listen on metrics address ",
                       options_.listen_address,
                       ": it is in use, or not an address of this machine"),
          {.reason = "LISTEN_FAILED"});
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }

 private:
  void AddRoutes() {
    server_.set_pre_routing_handler(
        [](const httplib::Request& request, httplib::Response& response) {
          if (request.method == "GET" || request.method == "HEAD") {
            return httplib::Server::HandlerResponse::Unhandled;
          }
          response.status = 405;
          response.set_header("Allow", "GET, HEAD");
          return httplib::Server::HandlerResponse::Handled;
        });
    server_.Get("/metrics",
                [this](const httplib::Request&, httplib::Response& response) {
                  response.set_content(options_.render_metrics(), kExposition);
                });
    server_.Get("/healthz",
                [](const httplib::Request&, httplib::Response& response) {
                  response.set_content("ok\n", kText);
                });
    server_.Get("/readyz", [this](const httplib::Request&,
                                  httplib::Response& response) {
      const bool ready = options_.is_ready();
      response.status = ready ? 200 : 503;
      response.set_content(ready ? "ready\n" : "not ready\n", kText);
    });
  }

  const Options options_;
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpEndpoint>> HttpEndpoint::Start(
    Options options) {
  auto endpoint = std::make_unique<HttplibEndpoint>(std::move(options));
  ANIMATE_RETURN_IF_ERROR(endpoint->Listen());
  return endpoint;
}

}  // namespace animate
