#ifndef ANIMATE_CLIENT_SECURE_CHANNEL_H_
#define ANIMATE_CLIENT_SECURE_CHANNEL_H_

#include <memory>
#include <string>

#include "grpcpp/channel.h"

namespace animate {

// How a client trusts its server, and how it shows who it is.
struct ChannelSecurity {
  bool tls = false;

  // With TLS, PEM: authorities of the server's certificate ("": those of this
  // machine), and the client's own certificate and key ("": none).
  std::string authorities;
  std::string certificate;
  std::string key;

  // Sent with every call as "authorization: Bearer TOKEN"; "": none. Without
  // TLS whoever is on the way can read it.
  std::string token;
};

// Returns a channel to "host:port" that connects when the first call needs it.
// It notices a server that vanished, and leaves trying again to the caller.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const ChannelSecurity& security);

}  // namespace animate

#endif  // ANIMATE_CLIENT_SECURE_CHANNEL_H_
