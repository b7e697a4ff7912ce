// SPDX-License-Identifier: Apache-2.0
#include "engine/event/value.h"

#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

constexpr int64_t kMin64 = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax64 = std::numeric_limits<int64_t>::max();
constexpr uint64_t kMaxU64 = std::numeric_limits<uint64_t>::max();

TEST_CASE("Value: numbers compare exactly over kinds") {
  // In ascending order; no two are equal although many are one double.
  const std::vector<Value> ordered = {
      Value::Double(-std::numeric_limits<double>::infinity()),
      Value::Double(-1e300),
      Value::Int(kMin64),
      Value::Int(kMin64 + 1),
      Value::Double(-9223372036854774784.0),
      Value::Double(-1.5),
      Value::Int(-1),
      Value::Double(-0.5),
      Value::Int(0),
      Value::Double(5e-324),
      Value::Int(9007199254740992),
      Value::Int(9007199254740993),
      Value::Double(9007199254740994.0),
      Value::Int(kMax64),
      Value::Double(9223372036854775808.0),
      Value::Uint(9223372036854775809u),
      Value::Uint(kMaxU64 - 1),
      Value::Uint(kMaxU64),
      Value::Double(18446744073709551616.0),
      Value::Double(std::numeric_limits<double>::max())};
  for (size_t i = 0; i < ordered.size(); ++i) {
    for (size_t j = 0; j < ordered.size(); ++j) {
      INFO(i << " " << j);
      CHECK(CompareNumbers(ordered[i], ordered[j]) == (i <=> j));
    }
  }
  CHECK(CompareNumbers(Value::Int(kMin64), Value::Double(-0x1p63)) == 0);
  CHECK(CompareNumbers(Value::Uint(uint64_t{1} << 63), Value::Double(0x1p63)) ==
        0);
  CHECK(CompareNumbers(Value::Double(-0.0), Value::Int(0)) == 0);
  CHECK(CompareNumbers(Value::Double(3), Value::Int(3)) == 0);
}

TEST_CASE("Value: decimal texts become numbers") {
  CHECK(ParseDecimal("42")->integer == 42);
  CHECK(ParseDecimal("-0")->integer == 0);
  CHECK(ParseDecimal("0042")->integer == 42);
  CHECK(ParseDecimal("-9223372036854775808")->integer == kMin64);
  CHECK(ParseDecimal("9223372036854775808")->kind == Kind::kUint);
  CHECK(ParseDecimal("18446744073709551615")->unsigned_integer == kMaxU64);
  CHECK(ParseDecimal("18446744073709551616")->kind == Kind::kDouble);
  CHECK(ParseDecimal("18446744073709551616")->real == 0x1p64);
  CHECK(ParseDecimal("-9223372036854775809")->real == -0x1p63);
  CHECK(ParseDecimal("-1.5")->real == -1.5);
  CHECK(ParseDecimal("1e3")->real == 1000);
  CHECK(ParseDecimal("1E+3")->real == 1000);
  CHECK(ParseDecimal("1.0")->kind == Kind::kDouble);
  for (const char* text : {"", "-", "+1", " 1", "1 ", "0x10", "1.", ".5", "1e",
                           "1e+", "1.5.5", "inf", "nan", "1,5", "--1", "1_0"}) {
    INFO(text);
    CHECK_FALSE(ParseDecimal(text));
  }
}

TEST_CASE("Value: numbers beyond a double stop at its ends") {
  const double most = std::numeric_limits<double>::max();
  CHECK(ParseDecimal("1e999")->real == most);
  CHECK(ParseDecimal("-1e999")->real == -most);
  CHECK(ParseDecimal(std::string(400, '9'))->real == most);
  CHECK(ParseDecimal("-" + std::string(400, '9'))->real == -most);
  CHECK(ParseDecimal("1e99999999999999999999999")->real == most);
  CHECK(ParseDecimal("1e-999")->real == 0);
  CHECK(ParseDecimal("1e-99999999999999999999999")->real == 0);
  CHECK(ParseDecimal("0e999")->real == 0);
  CHECK(ParseDecimal("0." + std::string(400, '0') + "1")->real == 0);
  CHECK(ParseDecimal("0." + std::string(400, '0') + "1e400")->real > 0.05);
  CHECK(ParseDecimal("0." + std::string(400, '0') + "1e999")->real == most);
}

TEST_CASE("Value: a number comes from a number or a decimal text only") {
  CHECK(ToNumber(Value::Int(5))->integer == 5);
  CHECK(ToNumber(Value::Text("5"))->integer == 5);
  CHECK_FALSE(ToNumber(Value::Text("five")));
  CHECK_FALSE(ToNumber(Value::Bool(true)));
  CHECK_FALSE(ToNumber(Value::Null()));
  CHECK_FALSE(ToNumber(Value::Object("{}")));
}

TEST_CASE("Value: canonical text") {
  CHECK(CanonicalText(Value::Null()).empty());
  CHECK(CanonicalText(Value::Bool(false)) == "false");
  CHECK(CanonicalText(Value::Int(kMin64)) == "-9223372036854775808");
  CHECK(CanonicalText(Value::Uint(kMaxU64)) == "18446744073709551615");
  CHECK(CanonicalText(Value::Double(22)) == "22");
  CHECK(CanonicalText(Value::Double(-0.0)) == "0");
  CHECK(CanonicalText(Value::Double(1e21)) == "1000000000000000000000");
  CHECK(CanonicalText(Value::Double(0.1)) == "0.1");
  CHECK(
      CanonicalText(Value::Double(std::numeric_limits<double>::max())).size() ==
      309);
  CHECK(CanonicalText(Value::Text("Ana")) == "Ana");
}

TEST_CASE("Value: addresses have one form") {
  CHECK(CanonicalIp("192.0.2.1") == "192.0.2.1");
  CHECK(CanonicalIp("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(CanonicalIp("::") == "::");
  CHECK(CanonicalIp("::1") == "::1");
  CHECK(CanonicalIp("1::") == "1::");
  CHECK(CanonicalIp("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(CanonicalIp("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
  CHECK(CanonicalIp("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
  CHECK(CanonicalIp("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(CanonicalIp("::FFFF:c000:201") == "192.0.2.1");
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.01",
                           "192.0.2.1 ", "fe80::1%eth0", "::1::", "host",
                           "1:2:3:4:5:6:7:8:9", "0x7f.1", "127.1"}) {
    INFO(text);
    CHECK_FALSE(CanonicalIp(text));
  }
  CHECK_FALSE(CanonicalIp(std::string_view("1.2.3.4\0", 8)));
}

std::string Json(const Value& value, size_t max_bytes = 256) {
  std::string out;
  AppendJson(value, max_bytes, &out);
  return out;
}

TEST_CASE("Value: JSON of a value, long texts cut at a code point") {
  CHECK(Json(Value::Null()) == "null");
  CHECK(Json(Value::Bool(true)) == "true");
  CHECK(Json(Value::Int(-1)) == "-1");
  CHECK(Json(Value::Double(0.5)) == "0.5");
  CHECK(Json(Value::Text("a\"b")) == R"("a\"b")");
  CHECK(Json(Value::Text("abcd"), 3) == "\"abc…\"");
  CHECK(Json(Value::Text("ab€d"), 4) == "\"ab…\"");
  CHECK(Json(Value::Object("{ \"a\" : [1,\n2] }")) == R"({"a":[1,2]})");
  // Never anything on the wire that is not JSON.
  CHECK(Json(Value::Object("{\"a\":oops}")) == R"("{\"a\":oops}")");
  CHECK(Json(Value::Object("{\"a\":1}"), 3) == R"("{\"a…")");
}

TEST_CASE("Value: encoded values read back, damage is noticed") {
  const std::vector<Value> values = {
      Value::Null(),        Value::Bool(true), Value::Bool(false),
      Value::Int(kMin64),   Value::Int(7),     Value::Uint(kMaxU64),
      Value::Double(-0.25), Value::Text("x"),  Value::Object("{}")};
  std::string bytes;
  ByteWriter out(&bytes);
  for (const Value& value : values) Encode(value, &out);
  ByteReader in(bytes);
  for (const Value& value : values) {
    const Value read = DecodeValue(&in);
    CHECK(read.kind == value.kind);
    CHECK(CanonicalText(read) == CanonicalText(value));
  }
  CHECK(in.ok());
  CHECK(in.at_end());
  ByteReader unknown("\x63");
  DecodeValue(&unknown);
  CHECK_FALSE(unknown.ok());
  ByteReader cut(
      "\x05\x09"
      "ab");
  DecodeValue(&cut);
  CHECK_FALSE(cut.ok());
}

TEST_CASE("Value: a stored value owns its text") {
  StoredValue stored;
  {
    const std::string text = "a text that is longer than a small string";
    stored = StoredValue(Value::Text(text));
  }
  CHECK(stored.view().text == "a text that is longer than a small string");
  CHECK(StoredValue(Value::Int(3)).view().integer == 3);
}

TEST_CASE("Value: missing is nothing or null") {
  const Value null = Value::Null();
  const Value empty = Value::Text("");
  CHECK(Values{}.missing());
  CHECK(Values{{&null, 1}, true}.missing());
  CHECK_FALSE(Values{{&empty, 1}, true}.missing());
}

}  // namespace
}  // namespace tocsin
