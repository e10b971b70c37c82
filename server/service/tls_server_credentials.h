#ifndef ANIMATE_SERVER_SERVICE_TLS_SERVER_CREDENTIALS_H_
#define ANIMATE_SERVER_SERVICE_TLS_SERVER_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "server/security/tls_certificates.h"

namespace animate {

// Returns credentials that ask `certificates` at every new connection, so that
// new files are in force without a restart, and bad ones never: gRPC keeps what
// it has when there is nothing better. (FileWatcherCertificateProvider of gRPC
// 1.51 takes a certificate and a key that do not match, and then refuses every
// connection.) With a client authority, clients must show certificates of it.
// They, and `certificates`, must outlive the server.
std::shared_ptr<grpc::ServerCredentials> MakeTlsServerCredentials(
    TlsCertificates& certificates);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_TLS_SERVER_CREDENTIALS_H_
