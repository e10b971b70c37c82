#include "tests/integration/tcp_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

sockaddr_in LoopbackAddress(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// Copies until one side ends, then ends both.
void PumpBytes(int from, int to) {
  char buffer[16384];
  while (true) {
    const ssize_t got = recv(from, buffer, sizeof(buffer), 0);
    if (got <= 0) break;
    ssize_t sent = 0;
    while (sent < got) {
      const ssize_t count = send(to, buffer + sent,
                                 static_cast<size_t>(got - sent), MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += count;
    }
    if (sent < got) break;
  }
  shutdown(from, SHUT_RDWR);
  shutdown(to, SHUT_RDWR);
}

}  // namespace

TcpProxy::TcpProxy(int target_port) : target_port_(target_port) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = LoopbackAddress(0);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener_, generic, size), 0);
  EXPECT_EQ(listen(listener_, 8), 0);
  EXPECT_EQ(getsockname(listener_, generic, &size), 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TcpProxy::~TcpProxy() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  Drop();
  // Nobody adds to them any more.
  std::vector<std::thread> pumps;
  {
    MutexLock lock(mutex_);
    pumps.swap(pumps_);
  }
  for (std::thread& pump : pumps) pump.join();
  MutexLock lock(mutex_);
  for (const int socket : sockets_) close(socket);
}

std::string TcpProxy::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

void TcpProxy::Drop() {
  MutexLock lock(mutex_);
  for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
}

void TcpProxy::Accept() {
  while (true) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    Connect(client);
  }
}

void TcpProxy::Connect(int client) {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = LoopbackAddress(target_port_);
  EXPECT_EQ(
      connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
      0);
  MutexLock lock(mutex_);
  sockets_.push_back(client);
  sockets_.push_back(server);
  pumps_.emplace_back(PumpBytes, client, server);
  pumps_.emplace_back(PumpBytes, server, client);
}

}  // namespace animate
