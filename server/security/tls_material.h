#ifndef ANIMATE_SERVER_SECURITY_TLS_MATERIAL_H_
#define ANIMATE_SERVER_SECURITY_TLS_MATERIAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace animate {

// Where the certificates of the gRPC port are; PEM.
struct TlsFiles {
  std::string certificate;  // the server's own first, then intermediates
  std::string key;          // of the server's own certificate, not encrypted
  // Authorities of client certificates, which are wanted and verified then;
  // "": clients need none.
  std::string client_ca;

  bool enabled() const { return !certificate.empty(); }
};

// What was in those files.
struct TlsMaterial {
  std::string certificate_chain;
  std::string private_key;
  std::string client_ca;
  // When the server's own certificate is valid.
  absl::Time not_before;
  absl::Time not_after;
};

// Reads the files and checks that they will do: certificates and key can be
// parsed, the key is that of the first certificate. NOT_FOUND, INVALID_ARGUMENT
// or FAILED_PRECONDITION, one line naming the file and what is wrong with it.
// Dates are not judged: clients do that.
absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files);

}  // namespace animate

#endif  // ANIMATE_SERVER_SECURITY_TLS_MATERIAL_H_
