#include "server/queue/principal_books.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace animate {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

std::string QuotaThatRefuses(const absl::Status& status) {
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(status), "QUOTA");
  const ErrorDetails details = *GetErrorDetails(status);
  for (const auto& [key, value] : details.metadata) {
    if (key == "quota") return value;
  }
  return "unnamed";
}

TEST(PrincipalBooksTest, WithoutQuotasEverythingIsAllowed) {
  PrincipalBooks books;
  EXPECT_TRUE(
      books
          .Check("alice", {},
                 {.waiting = 1000, .unfinished = 1000, .bytes = 1 << 30},
                 1 << 30, kStart)
          .ok());
}

TEST(PrincipalBooksTest, EachQuotaRefusesWhatExceedsIt) {
  PrincipalBooks books;
  const PrincipalQuota quota = {.waiting = 2, .unfinished = 3, .bytes = 100};
  const auto refused = [&](const PrincipalBooks::Holding& holding) {
    return QuotaThatRefuses(books.Check("alice", quota, holding, 10, kStart));
  };
  EXPECT_EQ(refused({.waiting = 1, .unfinished = 2, .bytes = 90}), "");
  EXPECT_EQ(refused({.waiting = 2, .unfinished = 2}), "waiting");
  EXPECT_EQ(refused({.waiting = 0, .unfinished = 3}), "unfinished");
  EXPECT_EQ(refused({.bytes = 91}), "bytes");
}

TEST(PrincipalBooksTest, SubmissionsThatHaveBegunCount) {
  PrincipalBooks books;
  const PrincipalQuota quota = {.waiting = 1, .bytes = 100};
  books.BeginSubmission("alice", quota, 60, kStart);
  EXPECT_EQ(QuotaThatRefuses(books.Check("alice", quota, {}, 10, kStart)),
            "waiting");
  EXPECT_EQ(
      QuotaThatRefuses(books.Check("alice", {.bytes = 100}, {}, 50, kStart)),
      "bytes");
  EXPECT_TRUE(books.Check("bob", quota, {}, 10, kStart).ok());
  books.EndSubmission("alice", 60);
  EXPECT_TRUE(books.Check("alice", quota, {}, 100, kStart).ok());
}

TEST(PrincipalBooksTest, ARateLimitRefillsEvenlyAndSaysWhen) {
  PrincipalBooks books;
  const PrincipalQuota quota = {.per_minute = 6};
  absl::Duration now = kStart;
  const auto submit = [&] {
    const absl::Status status = books.Check("alice", quota, {}, 1, now);
    if (status.ok()) {
      books.BeginSubmission("alice", quota, 1, now);
      books.EndSubmission("alice", 1);
    }
    return status;
  };
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(submit().ok()) << i;
  const absl::Status refusal = submit();
  EXPECT_EQ(QuotaThatRefuses(refusal), "per-minute");
  EXPECT_EQ(GetErrorDetails(refusal)->retry_after, absl::Seconds(10));
  EXPECT_TRUE(books.Check("bob", quota, {}, 1, now).ok());
  now += absl::Seconds(9);
  EXPECT_FALSE(submit().ok());
  now += absl::Seconds(1);
  EXPECT_TRUE(submit().ok());
  EXPECT_FALSE(submit().ok());
  now += absl::Hours(1);  // no more than a minute's worth
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(submit().ok()) << i;
  EXPECT_FALSE(submit().ok());
}

TEST(PrincipalBooksTest, ARefusalCostsNothing) {
  PrincipalBooks books;
  const PrincipalQuota quota = {.waiting = 1, .per_minute = 1};
  EXPECT_FALSE(books.Check("alice", quota, {.waiting = 1}, 1, kStart).ok());
  EXPECT_TRUE(books.Check("alice", quota, {}, 1, kStart).ok());
}

}  // namespace
}  // namespace animate
