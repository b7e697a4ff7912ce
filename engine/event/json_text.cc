// SPDX-License-Identifier: Apache-2.0
#include "engine/event/json_text.h"

#include <bit>
#include <cstring>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

// The bytes of `word` that are a backslash have their high bit set.
uint64_t Backslashes(uint64_t word) {
  const uint64_t diff = word ^ 0x5c5c5c5c5c5c5c5c;
  return (diff - 0x0101010101010101) & ~diff & 0x8080808080808080;
}

// Copies up to the next backslash; returns the bytes copied. May write up to
// seven bytes more.
size_t CopyPlain(std::string_view raw, size_t from, char* out) {
  size_t at = from;
  while (raw.size() - at >= 8) {
    uint64_t word;
    std::memcpy(&word, raw.data() + at, 8);
    std::memcpy(out, &word, 8);
    if (const uint64_t found = Backslashes(word); found != 0) {
      return at - from + static_cast<size_t>(std::countr_zero(found)) / 8;
    }
    at += 8;
    out += 8;
  }
  while (at < raw.size() && raw[at] != '\\') *out++ = raw[at++];
  return at - from;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The number of "\uXXXX" at `at`; -1 when that is not there.
int32_t ReadUnicode(std::string_view raw, size_t at) {
  if (raw.size() - at < 6 || raw[at] != '\\' || raw[at + 1] != 'u') return -1;
  int32_t code = 0;
  for (size_t i = at + 2; i < at + 6; ++i) {
    const int digit = HexDigit(raw[i]);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

bool IsHigh(int32_t code) { return code >= 0xD800 && code < 0xDC00; }
bool IsLow(int32_t code) { return code >= 0xDC00 && code < 0xE000; }

char SimpleEscape(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsJsonNumber(std::string_view token) {
  size_t at = token.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const size_t from = at;
    while (at < token.size() && IsDigit(token[at])) ++at;
    return at - from;
  };
  const bool zero = at < token.size() && token[at] == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < token.size() && (token[at] | 0x20) == 'e') {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == token.size();
}

}  // namespace

size_t Unescape(std::string_view raw, char* out, UnescapeCounts* counts) {
  char* const begin = out;
  for (size_t at = 0; at < raw.size();) {
    const size_t plain = CopyPlain(raw, at, out);
    out += plain;
    at += plain;
    if (at >= raw.size()) break;
    const char letter = at + 1 < raw.size() ? raw[at + 1] : '\0';
    if (const char simple = SimpleEscape(letter); simple != 0) {
      *out++ = simple;
      at += 2;
      continue;
    }
    int32_t code = ReadUnicode(raw, at);
    if (code < 0) {
      ++counts->bad_escapes;
      *out++ = raw[at++];
      continue;
    }
    at += 6;
    const int32_t low = IsHigh(code) ? ReadUnicode(raw, at) : -1;
    if (IsLow(low)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    } else if (IsHigh(code) || IsLow(code)) {
      ++counts->surrogates;
      code = 0xFFFD;
    }
    out += PutUtf8(code, out);
  }
  return static_cast<size_t>(out - begin);
}

bool IsJsonScalar(std::string_view token) {
  switch (token[0]) {
    case 'n':
      return token == "null";
    case 't':
      return token == "true";
    case 'f':
      return token == "false";
    default:
      return IsJsonNumber(token);
  }
}

std::optional<Value> ParseJsonScalar(std::string_view token) {
  if (!IsJsonScalar(token)) return std::nullopt;
  switch (token[0]) {
    case 'n':
      return Value::Null();
    case 't':
      return Value::Bool(true);
    case 'f':
      return Value::Bool(false);
    default:
      return ParseDecimal(token);
  }
}

}  // namespace tocsin
