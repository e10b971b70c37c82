#ifndef ANIMATE_SERVER_METRICS_HTTP_ENDPOINT_H_
#define ANIMATE_SERVER_METRICS_HTTP_ENDPOINT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace animate {

// The plain HTTP side of the server, for scrapers and probes, GET and HEAD
// only:
//   /metrics  render_metrics(), text exposition format 0.0.4
//   /healthz  200 while the process answers at all (liveness)
//   /readyz   200 when is_ready(), else 503 (readiness)
// Thread-safe.
class HttpEndpoint {
 public:
  struct Options {
    // "host:port" or "[::1]:port"; port 0 takes a free one.
    std::string listen_address = "0.0.0.0:9400";
    // Both are called from the endpoint's threads, several at once, until the
    // endpoint is destroyed.
    std::function<std::string()> render_metrics;
    std::function<bool()> is_ready;
  };

  // FAILED_PRECONDITION with reason LISTEN_FAILED when the address is taken or
  // not of this machine; INVALID_ARGUMENT when it is no address.
  static absl::StatusOr<std::unique_ptr<HttpEndpoint>> Start(Options options);

  // Waits for requests in progress.
  virtual ~HttpEndpoint() = default;

  // The port it listens on, also when 0 was asked for.
  virtual int port() const = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_HTTP_ENDPOINT_H_
