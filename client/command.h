#ifndef ANIMATE_CLIENT_COMMAND_H_
#define ANIMATE_CLIENT_COMMAND_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "client/exit_code.h"

namespace animate {

// What every command of `animate` has.
struct CommonOptions {
  std::string server = "127.0.0.1:50051";
  bool json = false;  // results and errors as JSON on standard output

  // TLS, with the authorities of this machine unless tls_ca names a file;
  // tls_cert and tls_key are the client's own. Any file turns TLS on.
  bool tls = false;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;       // "": ANIMATE_TOKEN, if that is set
  bool insecure_token = false;  // the token may go without TLS
};

// Where a command prints: results, and everything else (progress, errors).
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
};

// Prints an error as text on console.err, or with `json` as {"error": …} on
// console.out, and returns its exit code.
ExitCode ReportError(const absl::Status& status, bool json,
                     const Console& console);

}  // namespace animate

#endif  // ANIMATE_CLIENT_COMMAND_H_
