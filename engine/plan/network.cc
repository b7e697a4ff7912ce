// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/network.h"

#include <arpa/inet.h>

#include <charconv>

namespace tocsin {
namespace {

uint64_t BigEndian(const unsigned char* bytes) {
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

constexpr int kMappedBits = 96;

}  // namespace

std::optional<Address> ParseAddress(std::string_view text) {
  char copy[INET6_ADDRSTRLEN + 1];
  if (text.size() < 2 || text.size() >= sizeof(copy)) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  copy[text.copy(copy, text.size())] = '\0';
  unsigned char bytes[16];
  if (text.find(':') == std::string_view::npos) {
    if (inet_pton(AF_INET, copy, bytes) != 1) return std::nullopt;
    uint64_t low = 0xffff;
    for (int i = 0; i < 4; ++i) low = low << 8 | bytes[i];
    return Address{0, low};
  }
  if (inet_pton(AF_INET6, copy, bytes) != 1) return std::nullopt;
  return Address{BigEndian(bytes), BigEndian(bytes + 8)};
}

std::optional<Network> ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<Address> address = ParseAddress(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  int length = v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const char* first = text.data() + slash + 1;
    const char* last = text.data() + text.size();
    int written = 0;
    const auto read = std::from_chars(first, last, written);
    if (read.ec != std::errc() || read.ptr != last) return std::nullopt;
    if (written < 0 || written > length) return std::nullopt;
    length = written;
  }
  if (v4) length += kMappedBits;
  return Network{Masked(*address, length), length};
}

Address Masked(Address address, int length) {
  if (length <= 0) return {};
  if (length < 64) return {address.high & (~uint64_t{0} << (64 - length)), 0};
  if (length == 64) return {address.high, 0};
  if (length >= 128) return address;
  return {address.high, address.low & (~uint64_t{0} << (128 - length))};
}

bool Contains(const Network& network, Address address) {
  if (address.is_v4() && network.length < kMappedBits) return false;
  return Masked(address, network.length) == network.bits;
}

}  // namespace tocsin
