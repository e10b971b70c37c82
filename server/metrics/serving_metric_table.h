#ifndef ANIMATE_SERVER_METRICS_SERVING_METRIC_TABLE_H_
#define ANIMATE_SERVER_METRICS_SERVING_METRIC_TABLE_H_

#include "server/metrics/metric_info.h"

namespace animate::metric {

// Of metric_table.h's kind: what is counted of streams, RPCs and the store, and
// TLS.

MetricInfo StreamsOpen();
MetricInfo StreamsOpened();
MetricInfo StreamsClosed();
MetricInfo StreamResumes();
MetricInfo StreamAcks();
MetricInfo StreamLagFrames();
MetricInfo GrpcCallsStarted();
MetricInfo GrpcCallDuration();
MetricInfo GrpcSentBytes();
MetricInfo GrpcReceivedBytes();
MetricInfo StoreCommitDuration();
MetricInfo StoreErrors();

// Read at each scrape; no series without TLS.
MetricInfo TlsCertificateExpiry();

}  // namespace animate::metric

#endif  // ANIMATE_SERVER_METRICS_SERVING_METRIC_TABLE_H_
