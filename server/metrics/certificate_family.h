#ifndef ANIMATE_SERVER_METRICS_CERTIFICATE_FAMILY_H_
#define ANIMATE_SERVER_METRICS_CERTIFICATE_FAMILY_H_

#include <optional>

#include "absl/time/time.h"

namespace prometheus {
struct MetricFamily;
}  // namespace prometheus

namespace animate {

// Publishes until when the server's certificate is valid; no series without
// one. For the sources of this folder only.
prometheus::MetricFamily CertificateFamily(
    const std::optional<absl::Time>& not_after);

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_CERTIFICATE_FAMILY_H_
