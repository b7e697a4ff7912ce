// SPDX-License-Identifier: Apache-2.0
#include "engine/base/bytes.h"

#include <limits>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("Bytes: what was written reads back") {
  std::string bytes;
  ByteWriter out(&bytes);
  out.U8(200);
  out.U32(0xdeadbeef);
  out.U64(0x0123456789abcdef);
  out.F64(-0.1);
  for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128},
                               std::numeric_limits<uint64_t>::max()}) {
    out.Varint(value);
  }
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, std::numeric_limits<int64_t>::min(),
        std::numeric_limits<int64_t>::max()}) {
    out.Zigzag(value);
  }
  out.Text(std::string_view("a\0b", 3));
  out.Hash({.high = 1, .low = 2});
  out.Bool(true);
  CHECK(out.size() == bytes.size());

  ByteReader in(bytes);
  CHECK(in.U8() == 200);
  CHECK(in.U32() == 0xdeadbeef);
  CHECK(in.U64() == 0x0123456789abcdef);
  CHECK(in.F64() == -0.1);
  CHECK(in.Varint() == 0);
  CHECK(in.Varint() == 127);
  CHECK(in.Varint() == 128);
  CHECK(in.Varint() == std::numeric_limits<uint64_t>::max());
  CHECK(in.Zigzag() == 0);
  CHECK(in.Zigzag() == -1);
  CHECK(in.Zigzag() == std::numeric_limits<int64_t>::min());
  CHECK(in.Zigzag() == std::numeric_limits<int64_t>::max());
  CHECK(in.Text() == std::string_view("a\0b", 3));
  CHECK(in.Hash() == Hash128{.high = 1, .low = 2});
  CHECK(in.Bool());
  CHECK(in.at_end());
  CHECK(in.ok());
}

TEST_CASE("Bytes: integers are little-endian and small ones one byte") {
  std::string bytes;
  ByteWriter out(&bytes);
  out.U32(1);
  out.Varint(300);
  out.Zigzag(-2);
  CHECK(bytes == std::string_view("\x01\0\0\0\xac\x02\x03", 7));
}

TEST_CASE("Bytes: every prefix fails and never reads past its end") {
  std::string bytes;
  ByteWriter out(&bytes);
  out.U64(7);
  out.Text("some text");
  out.Hash({.high = 3, .low = 4});
  out.F64(1);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);
    ByteReader in(cut);
    in.U64();
    in.Text();
    in.Hash();
    in.F64();
    INFO(size);
    CHECK_FALSE(in.ok());
    CHECK(in.U8() == 0);
    CHECK(in.Text().empty());
  }
}

TEST_CASE("Bytes: damaged varints and counts are refused") {
  ByteReader endless("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  CHECK(endless.Varint() == 0);
  CHECK_FALSE(endless.ok());
  ByteReader too_big("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  CHECK(too_big.Varint() == 0);
  CHECK_FALSE(too_big.ok());
  ByteReader count(
      "\x05"
      "abcd");
  CHECK(count.Count(1) == 0);
  CHECK_FALSE(count.ok());
  ByteReader fits(
      "\x02"
      "abcd");
  CHECK(fits.Count(2) == 2);
  CHECK(fits.ok());
}

}  // namespace
}  // namespace tocsin
