// SPDX-License-Identifier: Apache-2.0
//
// TcpDoor: see kafka_cluster.h. One thread moves the bytes of all connections.
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include "tests/broker/kafka_cluster.h"

namespace tocsin::testing {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

int Socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  return fd;
}

// Moves what is there; false when the connection has ended.
bool Move(int from, int to) {
  std::array<char, 1 << 16> bytes;
  const ssize_t got = ::read(from, bytes.data(), bytes.size());
  if (got <= 0) return false;
  for (ssize_t done = 0; done < got;) {
    const ssize_t sent = ::send(to, bytes.data() + done,
                                static_cast<size_t>(got - done), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    done += sent;
  }
  return true;
}

}  // namespace

// The port is bound but nobody listens: connections are refused.
TcpDoor::TcpDoor(std::string target)
    : target_(std::move(target)), listener_(Socket()) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address),
                        &size) == 0);
  port_ = ntohs(address.sin_port);
}

TcpDoor::~TcpDoor() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  ::close(listener_);
}

std::string TcpDoor::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void TcpDoor::Open() {
  REQUIRE(::listen(listener_, 16) == 0);
  thread_ = std::thread([this] { Run(); });
}

void TcpDoor::Run() {
  const int port = std::stoi(target_.substr(target_.rfind(':') + 1));
  // Descriptors in pairs behind the listener: visitor, broker.
  std::vector<pollfd> watched{{listener_, POLLIN, 0}};
  while (!stop_) {
    if (::poll(watched.data(), watched.size(), 50) <= 0) continue;
    for (size_t i = watched.size(); i-- > 1;) {
      const size_t other = i % 2 == 1 ? i + 1 : i - 1;
      if (watched[i].revents == 0 || watched[i].fd < 0) continue;
      if (Move(watched[i].fd, watched[other].fd)) continue;
      ::close(watched[i].fd);
      ::close(watched[other].fd);
      watched[i].fd = watched[other].fd = -1;  // ignored by poll()
    }
    if (watched[0].revents == 0) continue;
    const int visitor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(port);
    if (visitor < 0 ||
        ::connect(broker, reinterpret_cast<const sockaddr*>(&address),
                  sizeof address) != 0) {
      ::close(visitor);
      ::close(broker);
      continue;
    }
    watched.push_back({visitor, POLLIN, 0});
    watched.push_back({broker, POLLIN, 0});
  }
  for (size_t i = 1; i < watched.size(); ++i) {
    if (watched[i].fd >= 0) ::close(watched[i].fd);
  }
}

}  // namespace tocsin::testing
