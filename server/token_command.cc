#include "server/token_command.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/sha256.h"
#include "server/security/access_token.h"
#include "server/security/auth_file.h"

namespace animate {
namespace {

constexpr char kTokenUsage[] =
    "usage: animate-server token PRINCIPAL [OPTION...]\n"
    "\n"
    "Prints a new token, and the line of the auth file that makes it valid "
    "for\n"
    "PRINCIPAL. Give the token to the caller; the file only has its hash.\n"
    "OPTIONs become part of the line: admin, waiting=N, unfinished=N,\n"
    "per-minute=N, bytes=SIZE, expires=DATE.\n";

constexpr int kTokenMade = 0;
constexpr int kNoToken = 1;
constexpr int kWrongTokenUsage = 2;

}  // namespace

int RunTokenCommand(const std::vector<std::string>& args, std::ostream& out,
                    std::ostream& err) {
  const bool help =
      !args.empty() && (args.front() == "--help" || args.front() == "-h");
  if (help) {
    out << kTokenUsage;
    return kTokenMade;
  }
  if (args.empty()) {
    err << kTokenUsage;
    return kWrongTokenUsage;
  }
  const absl::StatusOr<std::string> token = NewAccessToken();
  if (!token.ok()) {
    err << "animate-server token: " << token.status().message() << std::endl;
    return kNoToken;
  }
  std::vector<std::string> fields = args;
  fields.insert(fields.begin() + 1, absl::StrCat("sha256:", Sha256(*token)));
  const std::string line = absl::StrJoin(fields, " ");
  const auto entries = ParseAuthFile(line);
  // An argument with a blank, a "#" or a newline would become something else.
  if (!entries.ok() || entries->size() != 1 ||
      entries->front().principal != args.front()) {
    err << "animate-server token: "
        << (entries.ok() ? "the principal must be one word without #"
                         : entries.status().message())
        << std::endl;
    return kWrongTokenUsage;
  }
  out << *token << '\n' << line << std::endl;
  return kTokenMade;
}

}  // namespace animate
