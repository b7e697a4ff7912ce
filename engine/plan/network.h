// SPDX-License-Identifier: Apache-2.0
//
// Network: IP addresses and networks as numbers, for `in cidr` and for cidr
// lists. IPv4 is kept in its IPv4-mapped form (::ffff:a.b.c.d), so the mapped
// address of an IPv6 log and the plain one are the same address; but a
// network written in IPv6 that is wider than that form (::/0) holds no IPv4.
//
// Threads: pure functions. Tested by: tests/engine/plan/network_test.cc
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin {

struct Address {
  uint64_t high = 0;
  uint64_t low = 0;
  bool is_v4() const { return high == 0 && low >> 32 == 0xffff; }
  auto operator<=>(const Address&) const = default;
};

struct Network {
  Address bits;    // the host part is zero
  int length = 0;  // 0..128; of the mapped form for IPv4 (96..128)
  auto operator<=>(const Network&) const = default;
};

// Nothing when the text is no address.
std::optional<Address> ParseAddress(std::string_view text);
// "10.0.0.0/8", "fd00::/8"; a bare address is /32 or /128. Host bits are
// cleared. Nothing when the text is no network.
std::optional<Network> ParseNetwork(std::string_view text);

// The first `length` bits; the rest zero.
Address Masked(Address address, int length);
bool Contains(const Network& network, Address address);

}  // namespace tocsin
