#include "client/connection.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/local_file.h"
#include "client/secure_channel.h"
#include "engine/base/local_address.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr int64_t kMaxTokenFileBytes = 4096;
constexpr int64_t kMaxPemFileBytes = int64_t{4} << 20;

// Not a flag: every user of a machine sees the command lines of all.
constexpr char kTokenVariable[] = "ANIMATE_TOKEN";

absl::StatusOr<std::string> ReadToken(const std::string& file) {
  std::string source = file;
  std::string token;
  if (file.empty()) {
    const char* const value = std::getenv(kTokenVariable);
    if (value == nullptr) return "";
    source = kTokenVariable;
    token = value;
  } else {
    ANIMATE_ASSIGN_OR_RETURN(token, ReadLocalFile(file, kMaxTokenFileBytes));
  }
  absl::StripAsciiWhitespace(&token);
  if (token.empty() || !std::all_of(token.begin(), token.end(), [](char c) {
        return absl::ascii_isgraph(static_cast<unsigned char>(c));
      })) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": must hold one token and nothing else"));
  }
  return token;
}

absl::Status ReadPem(const std::string& file, std::string& pem) {
  if (file.empty()) return absl::OkStatus();
  ANIMATE_ASSIGN_OR_RETURN(pem, ReadLocalFile(file, kMaxPemFileBytes));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AnimationClient> Connect(const CommonOptions& options) {
  ChannelSecurity security;
  security.tls = options.tls || !options.tls_ca.empty() ||
                 !options.tls_cert.empty() || !options.tls_key.empty();
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError(
        "--tls-cert and --tls-key go together: give both or neither");
  }
  ANIMATE_RETURN_IF_ERROR(ReadPem(options.tls_ca, security.authorities));
  ANIMATE_RETURN_IF_ERROR(ReadPem(options.tls_cert, security.certificate));
  ANIMATE_RETURN_IF_ERROR(ReadPem(options.tls_key, security.key));
  ANIMATE_ASSIGN_OR_RETURN(security.token, ReadToken(options.token_file));
  if (!security.token.empty() && !security.tls && !options.insecure_token &&
      !IsLocalAddress(options.server)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the token would cross the network to ", options.server,
        " in the clear: use --tls or --tls-ca FILE, or --insecure-token where "
        "something else encrypts"));
  }
  return AnimationClient(OpenChannel(options.server, security));
}

}  // namespace animate
