// SPDX-License-Identifier: Apache-2.0
#include "engine/event/reference_tokens.h"

#include <cstdint>

namespace tocsin::reference {
namespace {

bool Between(std::string_view text, size_t at, int low, int high) {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= low &&
         static_cast<unsigned char>(text[at]) <= high;
}

// Unicode 15, table 3-7: how many bytes at `at` are a well-formed sequence;
// 0 when none, and then `broken` is the length of the maximal subpart.
size_t WellFormed(std::string_view text, size_t at, size_t* broken) {
  *broken = 1;
  if (Between(text, at, 0x00, 0x7F)) return 1;
  size_t trail = 0;
  int low = 0x80;
  int high = 0xBF;
  if (Between(text, at, 0xC2, 0xDF)) trail = 1;
  if (Between(text, at, 0xE0, 0xEF)) trail = 2;
  if (Between(text, at, 0xF0, 0xF4)) trail = 3;
  if (trail == 0) return 0;
  if (text[at] == '\xE0') low = 0xA0;
  if (text[at] == '\xED') high = 0x9F;
  if (text[at] == '\xF0') low = 0x90;
  if (text[at] == '\xF4') high = 0x8F;
  for (size_t i = 1; i <= trail; ++i) {
    if (!Between(text, at + i, low, high)) {
      *broken = i;
      return 0;
    }
    low = 0x80;
    high = 0xBF;
  }
  return trail + 1;
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsMark(char c) {
  // 0x0C and 0x1A stand alone, too: simdjson takes them for marks.
  static constexpr std::string_view kMarks = "{}[]:,\x0C\x1A";
  return kMarks.find(c) != std::string_view::npos;
}

void AppendCode(uint32_t code, std::string* out) {
  const auto add = [&](uint32_t byte) { *out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

// The number of the escape \uXXXX at `at`, or -1.
int64_t UnicodeEscape(std::string_view text, size_t at) {
  if (text.substr(at, 2) != "\\u" || at + 6 > text.size()) return -1;
  int64_t code = 0;
  for (size_t i = at + 2; i < at + 6; ++i) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    const char c = text[i] >= 'A' && text[i] <= 'F'
                       ? static_cast<char>(text[i] + 32)
                       : text[i];
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return -1;
    code = code * 16 + static_cast<int64_t>(digit);
  }
  return code;
}

}  // namespace

Repaired RepairBytes(std::string_view bytes, bool json) {
  Repaired out;
  const auto add = [&](std::string_view piece, size_t origin) {
    out.text += piece;
    out.origin.resize(out.text.size(), origin);
  };
  bool in_text = false;
  bool escaped = false;
  for (size_t i = 0; i < bytes.size();) {
    size_t broken = 0;
    const size_t good = WellFormed(bytes, i, &broken);
    const char c = bytes[i];
    if (good == 0) {
      add("\xEF\xBF\xBD", i);
      i += broken;
      escaped = false;
      continue;
    }
    if (json && in_text && good == 1 && c >= 0 && c < 0x20) {
      static constexpr std::string_view kDigits = "0123456789abcdef";
      const auto code = static_cast<size_t>(c);
      // "\<control>": the backslash is one of the text.
      if (escaped) add("\\", i);
      add("\\u00", i);
      add(kDigits.substr(code / 16, 1), i);
      add(kDigits.substr(code % 16, 1), i);
      escaped = false;
    } else {
      if (c == '"' && !escaped) in_text = !in_text;
      escaped = c == '\\' && !escaped;
      for (size_t k = 0; k < good; ++k) add(bytes.substr(i + k, 1), i + k);
    }
    i += good;
  }
  out.origin.push_back(bytes.size());
  return out;
}

TokenList Tokenize(std::string_view text) {
  TokenList list;
  bool in_text = false;
  bool escaped = false;
  bool in_scalar = false;
  size_t opened = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool quote = c == '"' && !escaped;
    escaped = c == '\\' && !escaped;
    if (in_text) {
      if (quote) in_text = false;
      continue;
    }
    if (IsBlank(c)) {
      in_scalar = false;
    } else if (quote) {
      // A quote right behind a scalar belongs to it; the text still hides
      // what is inside.
      if (!in_scalar) list.tokens.push_back({i, 0, c});
      in_text = true;
      in_scalar = false;
      opened = i;
    } else if (IsMark(c)) {
      list.tokens.push_back({i, 0, c});
      in_scalar = false;
    } else {
      if (!in_scalar) list.tokens.push_back({i, 0, c});
      in_scalar = true;
    }
  }
  size_t end = text.size();
  if (in_text) {
    list.unclosed = true;
    list.unclosed_at = opened;
    end = opened;
    if (!list.tokens.empty() && list.tokens.back().begin == opened) {
      list.tokens.pop_back();
    }
  }
  for (size_t i = list.tokens.size(); i > 0; --i) {
    Token& token = list.tokens[i - 1];
    token.end = end;
    while (IsBlank(text[token.end - 1])) --token.end;
    end = token.begin;
  }
  return list;
}

std::string UnescapeText(std::string_view inner) {
  std::string out;
  for (size_t i = 0; i < inner.size();) {
    if (inner[i] != '\\') {
      out += inner[i++];
      continue;
    }
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char next = i + 1 < inner.size() ? inner[i + 1] : ' ';
    const size_t letter = kLetters.find(next);
    if (letter != std::string_view::npos) {
      out += kMeanings[letter];
      i += 2;
      continue;
    }
    const int64_t code = UnicodeEscape(inner, i);
    if (code < 0) {
      out += inner[i++];  // no escape: the backslash stays
      continue;
    }
    const bool high = code >= 0xD800 && code <= 0xDBFF;
    const bool low = code >= 0xDC00 && code <= 0xDFFF;
    const int64_t second = high ? UnicodeEscape(inner, i + 6) : -1;
    if (high && second >= 0xDC00 && second <= 0xDFFF) {
      AppendCode(static_cast<uint32_t>(0x10000 + (code - 0xD800) * 0x400 +
                                       (second - 0xDC00)),
                 &out);
      i += 12;
      continue;
    }
    AppendCode(high || low ? 0xFFFD : static_cast<uint32_t>(code), &out);
    i += 6;
  }
  return out;
}

}  // namespace tocsin::reference
