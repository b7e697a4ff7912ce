// SPDX-License-Identifier: Apache-2.0
//
// Value: one scalar of an event as the language sees it (LANGUAGE.md section
// 2): null, a truth value, a 64-bit integer, a double or text. Objects are
// opaque. A Value borrows its text; StoredValue owns it.
//
// Comparison is two-valued and by kind: text compares folded, numbers exactly
// over the whole 64-bit range. Threads: pure functions on values.
// Tested by: tests/engine/event/value_test.cc
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"

namespace tocsin {

enum class Kind : uint8_t {
  kNull,
  kBool,
  kInt,     // fits int64
  kUint,    // above int64
  kDouble,  // everything else that JSON calls a number
  kText,
  kObject,  // `text` is its raw JSON
};

struct Value {
  Kind kind = Kind::kNull;
  union {
    bool boolean;
    int64_t integer = 0;
    uint64_t unsigned_integer;
    double real;
  };
  std::string_view text;  // kText: unescaped; kObject: raw JSON

  static Value Null() { return {}; }
  static Value Bool(bool value);
  static Value Int(int64_t value);
  static Value Uint(uint64_t value);  // becomes kInt where it fits
  static Value Double(double value);  // kept as kDouble, never NaN
  static Value Text(std::string_view value);
  static Value Object(std::string_view raw_json);

  bool is_number() const {
    return kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kDouble;
  }
  bool is_text() const { return kind == Kind::kText; }
  bool is_null() const { return kind == Kind::kNull; }
  // The value as a double; 0 for what is no number.
  double AsDouble() const;
};

// The values of one field of one event. `present`: the key was there (even
// null or an empty array). `values`: its elements, nulls of arrays dropped; a
// null scalar is one kNull value.
struct Values {
  std::span<const Value> values;
  bool present = false;

  // Missing or null: every comparison is false.
  bool missing() const {
    return values.empty() || (values.size() == 1 && values[0].is_null());
  }
};

// A value that owns its text.
struct StoredValue {
  Value value;  // its text is meaningless; use view()
  std::string text;

  StoredValue() = default;
  explicit StoredValue(const Value& from) : value(from), text(from.text) {
    value.text = {};
  }
  Value view() const {
    Value result = value;
    result.text = text;
    return result;
  }
};
using StoredValues = std::vector<StoredValue>;

// Exact order of two numbers of any kinds; unordered never occurs.
std::strong_ordering CompareNumbers(const Value& a, const Value& b);

// Reads a decimal text ("42", "-1.5", "1e3"; no blanks, no hex) as a number.
std::optional<Value> ParseDecimal(std::string_view text);

// A number from a number or a decimal text; nothing from anything else.
std::optional<Value> ToNumber(const Value& value);

// Canonical text (LANGUAGE.md "Settled" 16): integral numbers without
// fraction or exponent, others the shortest that reads back; true and false;
// text as it is; null gives "".
std::string CanonicalText(const Value& value);
void AppendCanonicalText(const Value& value, std::string* out);

// Canonical form of an IPv4 or IPv6 address (RFC 5952; IPv4-mapped becomes
// IPv4); nothing when the text is no address.
std::optional<std::string> CanonicalIp(std::string_view text);

// Compact JSON of a value; texts longer than `max_bytes` are cut at a code
// point and end in "…".
void AppendJson(const Value& value, size_t max_bytes, std::string* out);

void Encode(const Value& value, ByteWriter* out);
// Borrows text from the reader's bytes.
Value DecodeValue(ByteReader* in);

}  // namespace tocsin
