#include "server/queue/principal_books.h"

#include <algorithm>
#include <optional>

#include "server/queue/job_errors.h"

namespace animate {
namespace {

// Whatever its rate, a bucket is full again after so long.
constexpr absl::Duration kFillTime = absl::Minutes(1);

}  // namespace

PrincipalBooks::Bucket PrincipalBooks::Refilled(const std::string& principal,
                                                int per_minute,
                                                absl::Duration now) const {
  const auto known = buckets_.find(principal);
  if (known == buckets_.end()) {
    return {.left = static_cast<double>(per_minute), .time = now};
  }
  const double minutes =
      absl::FDivDuration(now - known->second.time, kFillTime);
  return {.left = std::min(known->second.left + minutes * per_minute,
                           static_cast<double>(per_minute)),
          .time = now};
}

absl::Status PrincipalBooks::Check(const std::string& principal,
                                   const PrincipalQuota& quota, Holding holding,
                                   int64_t bytes, absl::Duration now) {
  if (const auto begun = submitting_.find(principal);
      begun != submitting_.end()) {
    holding.waiting += begun->second.waiting;
    holding.unfinished += begun->second.unfinished;
    holding.bytes += begun->second.bytes;
  }
  if (quota.waiting > 0 && holding.waiting >= quota.waiting) {
    return QuotaError("waiting", quota.waiting, std::nullopt);
  }
  if (quota.unfinished > 0 && holding.unfinished >= quota.unfinished) {
    return QuotaError("unfinished", quota.unfinished, std::nullopt);
  }
  if (quota.bytes > 0 && bytes > quota.bytes - holding.bytes) {
    return QuotaError("bytes", quota.bytes, std::nullopt);
  }
  if (quota.per_minute > 0) {
    const Bucket bucket = Refilled(principal, quota.per_minute, now);
    if (bucket.left < 1.0) {
      return QuotaError("per-minute", quota.per_minute,
                        kFillTime * ((1.0 - bucket.left) / quota.per_minute));
    }
  }
  return absl::OkStatus();
}

void PrincipalBooks::BeginSubmission(const std::string& principal,
                                     const PrincipalQuota& quota, int64_t bytes,
                                     absl::Duration now) {
  Holding& begun = submitting_[principal];
  ++begun.waiting;
  ++begun.unfinished;
  begun.bytes += bytes;
  if (quota.per_minute == 0) return;
  ForgetFull(now);
  Bucket bucket = Refilled(principal, quota.per_minute, now);
  bucket.left -= 1.0;
  buckets_[principal] = bucket;
}

void PrincipalBooks::EndSubmission(const std::string& principal,
                                   int64_t bytes) {
  const auto begun = submitting_.find(principal);
  if (begun == submitting_.end()) return;
  --begun->second.waiting;
  begun->second.bytes -= bytes;
  if (--begun->second.unfinished == 0) submitting_.erase(begun);
}

// Bounds the map by what was submitted within a minute.
void PrincipalBooks::ForgetFull(absl::Duration now) {
  std::erase_if(buckets_, [now](const auto& bucket) {
    return now - bucket.second.time >= kFillTime;
  });
}

}  // namespace animate
