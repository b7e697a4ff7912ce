// SPDX-License-Identifier: Apache-2.0
#include "engine/event/value.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include <simdjson.h>

#include "engine/base/json_writer.h"
#include "engine/base/utf8.h"

namespace tocsin {
namespace {

template <typename Number>
std::string_view Digits(Number number, std::array<char, 24>* room) {
  const auto end =
      std::to_chars(room->data(), room->data() + room->size(), number);
  return {room->data(), static_cast<size_t>(end.ptr - room->data())};
}

// 2^64 and -2^63 are doubles; the ranges between are exact comparisons.
constexpr double kTwo64 = 18446744073709551616.0;
constexpr double kTwo63 = 9223372036854775808.0;

// An integer of either kind: sign and magnitude.
struct Integer {
  bool negative;
  uint64_t magnitude;
};

Integer AsInteger(const Value& value) {
  if (value.kind == Kind::kUint) return {false, value.unsigned_integer};
  if (value.integer >= 0) return {false, static_cast<uint64_t>(value.integer)};
  return {true, 0 - static_cast<uint64_t>(value.integer)};
}

std::strong_ordering CompareIntegers(Integer a, Integer b) {
  if (a.negative != b.negative) {
    return a.negative ? std::strong_ordering::less
                      : std::strong_ordering::greater;
  }
  return a.negative ? b.magnitude <=> a.magnitude : a.magnitude <=> b.magnitude;
}

std::strong_ordering CompareDoubles(double a, double b) {
  if (a < b) return std::strong_ordering::less;
  return a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

// Never through double(integer), which rounds above 2^53.
std::strong_ordering CompareToDouble(Integer a, double b) {
  if (b >= kTwo64) return std::strong_ordering::less;
  if (b < -kTwo63) return std::strong_ordering::greater;
  const double whole = std::trunc(b);
  const Integer rounded = {whole < 0, static_cast<uint64_t>(std::fabs(whole))};
  const std::strong_ordering order = CompareIntegers(a, rounded);
  return order != 0 ? order : CompareDoubles(whole, b);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

// A double that does not fit: as large as doubles go, or as small.
double OutOfRange(std::string_view text) {
  // The place of the first digit that is not 0, counted from the point, says
  // on which side of 1 the number lies: 308 places away, or it would fit.
  const size_t mark = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, mark);
  int64_t exponent = 0;
  if (mark != std::string_view::npos) {
    const bool plus = text[mark + 1] == '+';
    const char* first = text.data() + mark + 1 + (plus ? 1 : 0);
    const auto read =
        std::from_chars(first, text.data() + text.size(), exponent);
    if (read.ec != std::errc()) {
      exponent = std::numeric_limits<int64_t>::max() / 2;
      if (*first == '-') exponent = -exponent;
    }
  }
  const size_t significant = mantissa.find_first_of("123456789");
  if (significant == std::string_view::npos) return 0;
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const int64_t place =
      static_cast<int64_t>(point) - static_cast<int64_t>(significant);
  if (place + exponent < 0) return 0;
  const double most = std::numeric_limits<double>::max();
  return text[0] == '-' ? -most : most;
}

double ParseDouble(std::string_view text) {
  double value = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? value : OutOfRange(text);
}

// Only an address of 16 bytes: the longest run of two or more zero groups is
// "::", the first one of equal ones (RFC 5952, section 4.2).
std::string FormatIpv6(const std::array<unsigned char, 16>& bytes) {
  std::array<unsigned, 8> groups;
  for (size_t i = 0; i < 8; ++i) {
    groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  }
  size_t best = 8;
  size_t best_size = 1;
  for (size_t i = 0; i < 8; ++i) {
    size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > best_size) {
      best = i;
      best_size = end - i;
    }
  }
  std::string out;
  for (size_t i = 0; i < 8;) {
    if (i == best) {
      out += "::";
      i += best_size;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    std::array<char, 8> room;
    const auto end =
        std::to_chars(room.data(), room.data() + room.size(), groups[i], 16);
    out.append(room.data(), end.ptr);
    ++i;
  }
  return out;
}

// What an event calls an object may hold garbage inside; only real JSON goes
// out as JSON, on one line.
bool AppendCompact(std::string_view raw, std::string* out) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(raw.data(), raw.size()).get(element) != simdjson::SUCCESS) {
    return false;
  }
  *out += simdjson::minify(element);
  return true;
}

}  // namespace

Value Value::Bool(bool value) {
  Value result;
  result.kind = Kind::kBool;
  result.integer = 0;
  result.boolean = value;
  return result;
}

Value Value::Int(int64_t value) {
  Value result;
  result.kind = Kind::kInt;
  result.integer = value;
  return result;
}

Value Value::Uint(uint64_t value) {
  if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return Int(static_cast<int64_t>(value));
  }
  Value result;
  result.kind = Kind::kUint;
  result.unsigned_integer = value;
  return result;
}

Value Value::Double(double value) {
  if (std::isnan(value)) return Null();
  Value result;
  result.kind = Kind::kDouble;
  result.real = value;
  return result;
}

Value Value::Text(std::string_view value) {
  Value result;
  result.kind = Kind::kText;
  result.text = value;
  return result;
}

Value Value::Object(std::string_view raw_json) {
  Value result = Text(raw_json);
  result.kind = Kind::kObject;
  return result;
}

double Value::AsDouble() const {
  switch (kind) {
    case Kind::kInt:
      return static_cast<double>(integer);
    case Kind::kUint:
      return static_cast<double>(unsigned_integer);
    case Kind::kDouble:
      return real;
    default:
      return 0;
  }
}

std::strong_ordering CompareNumbers(const Value& a, const Value& b) {
  const bool a_real = a.kind == Kind::kDouble;
  const bool b_real = b.kind == Kind::kDouble;
  if (a_real && b_real) return CompareDoubles(a.real, b.real);
  if (b_real) return CompareToDouble(AsInteger(a), b.real);
  if (a_real) return 0 <=> CompareToDouble(AsInteger(b), a.real);
  return CompareIntegers(AsInteger(a), AsInteger(b));
}

std::optional<Value> ParseDecimal(std::string_view text) {
  const size_t start = text.starts_with('-') ? 1 : 0;
  size_t at = SkipDigits(text, start);
  if (at == start) return std::nullopt;
  const char* first = text.data();
  const char* last = first + text.size();
  if (at == text.size()) {
    int64_t whole = 0;
    if (std::from_chars(first, last, whole).ec == std::errc()) {
      return Value::Int(whole);
    }
    uint64_t large = 0;
    if (start == 0 && std::from_chars(first, last, large).ec == std::errc()) {
      return Value::Uint(large);
    }
    return Value::Double(ParseDouble(text));
  }
  if (text[at] == '.') {
    const size_t end = SkipDigits(text, at + 1);
    if (end == at + 1) return std::nullopt;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t end = SkipDigits(text, at);
    if (end == at) return std::nullopt;
    at = end;
  }
  if (at != text.size()) return std::nullopt;
  return Value::Double(ParseDouble(text));
}

std::optional<Value> ToNumber(const Value& value) {
  if (value.is_number()) return value;
  if (value.is_text()) return ParseDecimal(value.text);
  return std::nullopt;
}

std::string CanonicalText(const Value& value) {
  std::string out;
  AppendCanonicalText(value, &out);
  return out;
}

void AppendCanonicalText(const Value& value, std::string* out) {
  std::array<char, 24> room;
  switch (value.kind) {
    case Kind::kNull:
      return;
    case Kind::kBool:
      *out += value.boolean ? "true" : "false";
      return;
    case Kind::kInt:
      out->append(Digits(value.integer, &room));
      return;
    case Kind::kUint:
      out->append(Digits(value.unsigned_integer, &room));
      return;
    case Kind::kDouble: {
      if (std::trunc(value.real) != value.real || std::isinf(value.real)) {
        out->append(Digits(value.real, &room));
        return;
      }
      std::array<char, 400> wide;  // the largest double has 309 digits
      const double whole = value.real == 0 ? 0 : value.real;  // no "-0"
      const auto end = std::to_chars(wide.data(), wide.data() + wide.size(),
                                     whole, std::chars_format::fixed, 0);
      out->append(wide.data(), end.ptr);
      return;
    }
    case Kind::kText:
    case Kind::kObject:
      out->append(value.text);
      return;
  }
}

std::optional<std::string> CanonicalIp(std::string_view text) {
  char copy[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() >= sizeof(copy)) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  copy[text.copy(copy, text.size())] = '\0';
  std::array<unsigned char, 16> bytes;
  if (text.find(':') == std::string_view::npos) {
    // The four numbers have one form only: inet_pton takes no leading zeros.
    if (inet_pton(AF_INET, copy, bytes.data()) != 1) return std::nullopt;
    return std::string(text);
  }
  if (inet_pton(AF_INET6, copy, bytes.data()) != 1) return std::nullopt;
  static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0,    0,
                                                0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes.data(), kMapped, sizeof(kMapped)) != 0) {
    return FormatIpv6(bytes);
  }
  std::string out;
  for (size_t i = 12; i < 16; ++i) {
    if (i > 12) out += '.';
    out += std::to_string(bytes[i]);
  }
  return out;
}

void AppendJson(const Value& value, size_t max_bytes, std::string* out) {
  static constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
  JsonWriter writer(out);
  switch (value.kind) {
    case Kind::kNull:
      return writer.Null();
    case Kind::kBool:
      return writer.Bool(value.boolean);
    case Kind::kInt:
      return writer.Int(value.integer);
    case Kind::kUint:
      return writer.Uint(value.unsigned_integer);
    case Kind::kDouble:
      return writer.Double(value.real);
    case Kind::kObject:
      if (value.text.size() <= max_bytes && AppendCompact(value.text, out)) {
        return;
      }
      break;
    case Kind::kText:
      break;
  }
  if (value.text.size() <= max_bytes) return writer.Text(value.text);
  std::string cut(CutUtf8(value.text, max_bytes));
  cut.append(kEllipsis);
  writer.Text(cut);
}

void Encode(const Value& value, ByteWriter* out) {
  out->U8(static_cast<uint8_t>(value.kind));
  switch (value.kind) {
    case Kind::kNull:
      return;
    case Kind::kBool:
      return out->Bool(value.boolean);
    case Kind::kInt:
      return out->Zigzag(value.integer);
    case Kind::kUint:
      return out->Varint(value.unsigned_integer);
    case Kind::kDouble:
      return out->F64(value.real);
    case Kind::kText:
    case Kind::kObject:
      return out->Text(value.text);
  }
}

Value DecodeValue(ByteReader* in) {
  switch (static_cast<Kind>(in->U8())) {
    case Kind::kNull:
      return Value::Null();
    case Kind::kBool:
      return Value::Bool(in->Bool());
    case Kind::kInt:
      return Value::Int(in->Zigzag());
    case Kind::kUint:
      return Value::Uint(in->Varint());
    case Kind::kDouble:
      return Value::Double(in->F64());
    case Kind::kText:
      return Value::Text(in->Text());
    case Kind::kObject:
      return Value::Object(in->Text());
  }
  in->Fail();
  return Value::Null();
}

}  // namespace tocsin
