#include "server/security/auth_file.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/base/byte_size.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr size_t kMaxBytes = size_t{4} << 20;
constexpr size_t kMaxEntries = 10'000;
constexpr size_t kMaxPrincipalBytes = 256;
constexpr size_t kHashDigits = 64;

absl::Status Fault(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

bool IsPrincipal(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxPrincipalBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isgraph(static_cast<unsigned char>(c));
         });
}

absl::Status ReadCredential(absl::string_view text, AuthEntry& entry) {
  constexpr absl::string_view kWant =
      "the second field must be sha256: and the 64 hex digits of the token's "
      "SHA-256, or the word certificate";
  if (text == "certificate") return absl::OkStatus();
  if (!absl::ConsumePrefix(&text, "sha256:") || text.size() != kHashDigits ||
      !std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isxdigit(static_cast<unsigned char>(c));
      })) {
    return Fault(kWant);
  }
  entry.token_hash = absl::HexStringToBytes(text);
  return absl::OkStatus();
}

absl::Status ReadCount(absl::string_view text, absl::string_view key,
                       int& count) {
  constexpr int kMost = 1'000'000;
  if (!absl::SimpleAtoi(text, &count) || count < 1 || count > kMost) {
    return Fault(absl::StrCat(key, " must be a number in [1, ", kMost, "]"));
  }
  return absl::OkStatus();
}

absl::Status ReadSize(absl::string_view text, int64_t& size) {
  const std::optional<int64_t> bytes = ParseByteSize(text);
  if (!bytes.has_value()) {
    return Fault(absl::StrCat("bytes must be ", kByteSizeExample));
  }
  size = *bytes;
  return absl::OkStatus();
}

absl::Status ReadExpiry(absl::string_view text, absl::Time& time) {
  std::string error;
  const bool parsed =
      absl::ParseTime("%Y-%m-%d", text, absl::UTCTimeZone(), &time, &error) ||
      absl::ParseTime(absl::RFC3339_full, text, &time, &error);
  // ParseTime knows words for infinity, which are no dates.
  if (!parsed || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    return Fault(
        "expires must be a date such as 2026-12-31 or 2026-12-31T18:00:00Z");
  }
  return absl::OkStatus();
}

absl::Status ReadOption(absl::string_view option, AuthEntry& entry,
                        std::set<std::string>& seen) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(option, absl::MaxSplits('=', 1));
  const auto [key, value] = parts;
  const bool known = key == "waiting" || key == "unfinished" ||
                     key == "per-minute" || key == "bytes" || key == "expires";
  if (!known && option != "admin") {
    return Fault(
        "an option must be admin, waiting=N, unfinished=N, per-minute=N, "
        "bytes=SIZE or expires=DATE");
  }
  if (!seen.insert(std::string(key)).second) {
    return Fault(absl::StrCat(key, " is there twice"));
  }
  if (key == "admin") {
    entry.admin = true;
    return absl::OkStatus();
  }
  if (key == "waiting") return ReadCount(value, key, entry.quota.waiting);
  if (key == "unfinished") return ReadCount(value, key, entry.quota.unfinished);
  if (key == "per-minute") return ReadCount(value, key, entry.quota.per_minute);
  if (key == "bytes") return ReadSize(value, entry.quota.bytes);
  return ReadExpiry(value, entry.expire_time);
}

absl::StatusOr<AuthEntry> ParseEntry(
    const std::vector<absl::string_view>& fields) {
  AuthEntry entry;
  if (!IsPrincipal(fields[0])) {
    return Fault(absl::StrCat("the principal must have at most ",
                              kMaxPrincipalBytes, " visible ASCII characters"));
  }
  entry.principal = std::string(fields[0]);
  if (fields.size() < 2) return Fault("there is no credential");
  ANIMATE_RETURN_IF_ERROR(ReadCredential(fields[1], entry));
  if (entry.principal == kAnyPrincipal && !entry.is_certificate()) {
    return Fault("* goes with certificate only: a token is somebody's");
  }
  std::set<std::string> seen;
  for (size_t i = 2; i < fields.size(); ++i) {
    ANIMATE_RETURN_IF_ERROR(ReadOption(fields[i], entry, seen));
  }
  return entry;
}

// What the lines before said; an entry must not contradict it.
class Consistency {
 public:
  absl::Status Add(const AuthEntry& entry, int line) {
    const std::string credential = entry.is_certificate()
                                       ? "certificate:" + entry.principal
                                       : entry.token_hash;
    const auto same = lines_.emplace(credential, line);
    if (!same.second) {
      return Fault(
          absl::StrCat("the same credential as in line ", same.first->second));
    }
    const auto first =
        principals_.emplace(entry.principal, std::pair(entry, line));
    const auto& [other, other_line] = first.first->second;
    if (other.admin != entry.admin || other.quota != entry.quota) {
      return Fault(
          absl::StrCat("the principal has other rights or quotas than in line ",
                       other_line));
    }
    return absl::OkStatus();
  }

 private:
  std::map<std::string, int> lines_;  // by credential
  std::map<std::string, std::pair<AuthEntry, int>> principals_;
};

}  // namespace

absl::StatusOr<std::vector<AuthEntry>> ParseAuthFile(absl::string_view text) {
  if (text.size() > kMaxBytes) {
    return Fault(absl::StrCat("more than ", kMaxBytes, " bytes"));
  }
  std::vector<AuthEntry> entries;
  Consistency consistency;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> fields =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (fields.empty()) continue;
    absl::StatusOr<AuthEntry> entry = ParseEntry(fields);
    absl::Status status = entry.status();
    if (status.ok()) status = consistency.Add(*entry, number);
    if (status.ok() && entries.size() == kMaxEntries) {
      status = Fault(absl::StrCat("more than ", kMaxEntries, " entries"));
    }
    if (!status.ok()) {
      return Fault(absl::StrCat("line ", number, ": ", status.message()));
    }
    entries.push_back(*std::move(entry));
  }
  return entries;
}

}  // namespace animate
