// SPDX-License-Identifier: Apache-2.0
//
// base64_decode and entropy.
#include <array>
#include <cmath>

#include "absl/strings/escaping.h"
#include "engine/base/utf8.h"
#include "engine/plan/op/functions.h"

namespace tocsin {
namespace {

// Windows encodes commands as UTF-16LE: it is told from other bytes by a byte
// order mark, or by a NUL in every second byte.
bool LooksLikeUtf16(std::string_view bytes) {
  if (bytes.size() < 2 || bytes.size() % 2 != 0) return false;
  if (bytes.starts_with("\xFF\xFE")) return true;
  for (size_t i = 1; i < bytes.size(); i += 2) {
    if (bytes[i] != '\0') return false;
  }
  return true;
}

void AppendUtf16(std::string_view bytes, std::string* out) {
  const auto unit = [&](size_t i) {
    return static_cast<unsigned char>(bytes[i]) |
           static_cast<unsigned char>(bytes[i + 1]) << 8;
  };
  for (size_t i = bytes.starts_with("\xFF\xFE") ? 2 : 0; i < bytes.size();
       i += 2) {
    int32_t code = unit(i);
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && i + 3 < bytes.size() && unit(i + 2) >= 0xDC00 &&
        unit(i + 2) < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    } else if (code >= 0xD800 && code < 0xE000) {
      code = 0xFFFD;
    }
    AppendUtf8(code, out);
  }
}

void AppendRepaired(std::string_view bytes, std::string* out) {
  for (size_t offset = 0; offset < bytes.size();) {
    const Utf8Step step = NextUtf8(bytes, offset);
    if (step.code < 0) {
      out->append(kReplacement);
    } else {
      out->append(bytes.substr(offset, step.size));
    }
    offset += step.size;
  }
}

}  // namespace

// Both alphabets, with or without padding; missing when the text is no
// Base64. The bytes are read as UTF-8 (broken ones become U+FFFD), or as
// UTF-16LE where they are that.
std::optional<Value> Base64Decode(CallArgs args, TextPool* pool) {
  if (!args[0].is_text()) return std::nullopt;
  std::string* standard = pool->New();
  for (const char c : args[0].text) {
    *standard += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  std::string decoded;
  if (!absl::Base64Unescape(*standard, &decoded)) return std::nullopt;
  std::string* out = pool->New();
  if (LooksLikeUtf16(decoded)) {
    AppendUtf16(decoded, out);
  } else {
    AppendRepaired(decoded, out);
  }
  return Value::Text(*out);
}

// Shannon entropy of the bytes, in bits per byte (0 to 8), rounded to a
// millionth so that the last bit of a library's logarithm cannot matter.
std::optional<Value> Entropy(CallArgs args, TextPool* pool) {
  const std::optional<std::string_view> text = TextOf(args[0], pool);
  if (!text) return std::nullopt;
  std::array<uint32_t, 256> counts{};
  for (const char c : *text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto total = static_cast<double>(text->size());
  for (const uint32_t count : counts) {
    if (count == 0) continue;
    const double share = count / total;
    bits -= share * std::log2(share);
  }
  return Value::Double(std::round(std::fabs(bits) * 1e6) / 1e6);
}

}  // namespace tocsin
