// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/network.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

bool In(std::string_view network, std::string_view address) {
  const auto n = ParseNetwork(network);
  const auto a = ParseAddress(address);
  REQUIRE(n.has_value());
  REQUIRE(a.has_value());
  return Contains(*n, *a);
}

TEST_CASE("Network: both ends of an IPv4 network") {
  CHECK(In("10.1.0.0/16", "10.1.0.0"));
  CHECK(In("10.1.0.0/16", "10.1.255.255"));
  CHECK_FALSE(In("10.1.0.0/16", "10.2.0.0"));
  CHECK_FALSE(In("10.1.0.0/16", "10.0.255.255"));
  CHECK(In("0.0.0.0/0", "255.255.255.255"));
  CHECK(In("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(In("192.0.2.1", "192.0.2.2"));
  CHECK(In("192.0.2.0/31", "192.0.2.1"));
}

TEST_CASE("Network: host bits are cleared") {
  CHECK(ParseNetwork("10.1.2.3/8") == ParseNetwork("10.0.0.0/8"));
  CHECK(ParseNetwork("fd00::1/8") == ParseNetwork("fd00::/8"));
}

TEST_CASE("Network: IPv6, across the middle too") {
  CHECK(In("2001:db8::/32", "2001:db8:ffff::1"));
  CHECK_FALSE(In("2001:db8::/32", "2001:db9::1"));
  CHECK(In("2001:db8:0:0:8000::/65", "2001:db8::ffff:0:0:1"));
  CHECK_FALSE(In("2001:db8:0:0:8000::/65", "2001:db8::1"));
  CHECK(In("::1", "::1"));
}

TEST_CASE("Network: a mapped address is the IPv4 address") {
  CHECK(ParseAddress("::ffff:10.1.2.3") == ParseAddress("10.1.2.3"));
  CHECK(ParseAddress("10.1.2.3")->is_v4());
  CHECK_FALSE(ParseAddress("fd00::1")->is_v4());
  CHECK(In("10.0.0.0/8", "::ffff:10.1.2.3"));
  // All of IPv6 holds no IPv4, and the reverse.
  CHECK_FALSE(In("::/0", "10.1.2.3"));
  CHECK_FALSE(In("0.0.0.0/0", "fd00::1"));
}

TEST_CASE("Network: what is none") {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/",
                           "10.0.0.0/-1", "fd00::/129", "10.0.0.0/8/8", "host",
                           "10.0.0.256", "10.0.0.0/8 ", "/8", "1.2.3.4/a"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseNetwork(text).has_value());
  }
  CHECK_FALSE(ParseAddress("10.0.0.0/8").has_value());
}

TEST_CASE("Network: masks keep the first bits") {
  const Address all{~uint64_t{0}, ~uint64_t{0}};
  CHECK(Masked(all, 0) == Address{0, 0});
  CHECK(Masked(all, 1).high == uint64_t{1} << 63);
  CHECK(Masked(all, 64) == Address{~uint64_t{0}, 0});
  CHECK(Masked(all, 65).low == uint64_t{1} << 63);
  CHECK(Masked(all, 128) == all);
}

}  // namespace
}  // namespace tocsin
