#include "server/security/authenticator.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/sha256.h"
#include "engine/base/status_macros.h"
#include "server/security/access_token.h"
#include "server/security/file_signature.h"

namespace animate {
namespace {

constexpr int64_t kMaxAuthFileBytes = int64_t{4} << 20;

absl::Status Unauthenticated(absl::string_view message,
                             const std::string& reason) {
  return MakeError(absl::StatusCode::kUnauthenticated, message,
                   {.reason = reason});
}

absl::Status TokenMissing() {
  return Unauthenticated(
      "this server wants a token: send the metadata \"authorization\" with "
      "\"Bearer TOKEN\"",
      "TOKEN_MISSING");
}

absl::Status TokenInvalid() {
  return Unauthenticated("the token is not, or no longer, one of this server",
                         "TOKEN_INVALID");
}

absl::Status CertificateUnknown() {
  return Unauthenticated(
      "the client certificate is not of anybody who may call without a token",
      "TOKEN_MISSING");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Open(
    const Options& options, const Clock& clock) {
  auto result =
      std::unique_ptr<Authenticator>(new Authenticator(options, clock));
  MutexLock lock(result->mutex_);
  result->signature_ = FileSignature({options.auth_file});
  ANIMATE_ASSIGN_OR_RETURN(result->entries_, result->Read());
  return result;
}

absl::StatusOr<std::vector<AuthEntry>> Authenticator::Read() const {
  if (options_.auth_file.empty()) {
    return std::vector<AuthEntry>({AuthEntry{.principal = kAnyPrincipal}});
  }
  ANIMATE_ASSIGN_OR_RETURN(
      const std::string text,
      ReadSecretFile(options_.auth_file, kMaxAuthFileBytes));
  absl::StatusOr<std::vector<AuthEntry>> entries = ParseAuthFile(text);
  if (!entries.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.auth_file, ": ", entries.status().message()));
  }
  if (ReadableByOthers(options_.auth_file)) {
    Log(LogSeverity::kWarning, "auth_file_readable_by_others",
        {{"file", options_.auth_file}});
  }
  Log(LogSeverity::kInfo, "auth_file_loaded",
      {{"file", options_.auth_file},
       {"entries", static_cast<uint64_t>(entries->size())}});
  return entries;
}

void Authenticator::ReloadIfChanged() {
  if (options_.auth_file.empty()) return;
  std::string signature = FileSignature({options_.auth_file});
  if (signature == signature_) return;
  signature_ = std::move(signature);  // also a bad file is read only once
  absl::StatusOr<std::vector<AuthEntry>> entries = Read();
  if (!entries.ok()) {
    Log(LogSeverity::kError, "auth_file_rejected",
        {{"message", entries.status().message()}});
    return;
  }
  entries_ = *std::move(entries);
}

absl::StatusOr<Caller> Authenticator::Authenticate(
    const Credentials& credentials) {
  MutexLock lock(mutex_);
  ReloadIfChanged();
  if (credentials.authorization.empty()) {
    return ByCertificate(credentials.certificate_name);
  }
  return ByToken(BearerToken(credentials.authorization));
}

absl::StatusOr<Caller> Authenticator::ByToken(absl::string_view token) const {
  const AuthEntry* const entry =
      token.empty() ? nullptr : FindToken(Sha256Bytes(token));
  if (entry == nullptr) return TokenInvalid();
  return Admit(*entry, entry->principal);
}

absl::StatusOr<Caller> Authenticator::ByCertificate(
    const std::string& name) const {
  if (name.empty()) return TokenMissing();
  const AuthEntry* const entry = FindCertificate(name);
  if (entry == nullptr) return CertificateUnknown();
  return Admit(*entry, name);
}

absl::StatusOr<Caller> Authenticator::Admit(
    const AuthEntry& entry, const std::string& principal) const {
  if (entry.expire_time <= clock_.Now()) {
    return Unauthenticated(
        "the token, or the right to call with this certificate, has expired",
        "TOKEN_EXPIRED");
  }
  return Caller{.principal = principal,
                .admin = entry.admin,
                .token_hash = entry.token_hash};
}

absl::Status Authenticator::Recheck(const Caller& caller) {
  MutexLock lock(mutex_);
  ReloadIfChanged();
  const AuthEntry* const entry = caller.token_hash.empty()
                                     ? FindCertificate(caller.principal)
                                     : FindToken(caller.token_hash);
  if (entry == nullptr ||
      (!entry->is_certificate() && entry->principal != caller.principal)) {
    return TokenInvalid();
  }
  return Admit(*entry, caller.principal).status();
}

PrincipalQuota Authenticator::QuotaOf(const std::string& principal) {
  MutexLock lock(mutex_);
  const AuthEntry* anybody = nullptr;
  for (const AuthEntry& entry : entries_) {
    if (entry.principal == principal) return entry.quota;
    if (entry.principal == kAnyPrincipal) anybody = &entry;
  }
  return anybody == nullptr ? PrincipalQuota() : anybody->quota;
}

// Looks at every entry, whichever matches: the time says nothing.
const AuthEntry* Authenticator::FindToken(absl::string_view hash) const {
  const AuthEntry* found = nullptr;
  for (const AuthEntry& entry : entries_) {
    if (SameHash(entry.token_hash, hash)) found = &entry;
  }
  return found;
}

const AuthEntry* Authenticator::FindCertificate(
    const std::string& principal) const {
  const AuthEntry* anybody = nullptr;
  for (const AuthEntry& entry : entries_) {
    if (!entry.is_certificate()) continue;
    if (entry.principal == kAnyPrincipal) {
      anybody = &entry;
    } else if (entry.principal == principal) {
      return &entry;
    }
  }
  return anybody;
}

}  // namespace animate
