// SPDX-License-Identifier: Apache-2.0
#include "engine/base/utf8.h"

#include <unicode/utf8.h>

namespace tocsin {

Utf8Step NextUtf8(std::string_view text, size_t offset) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data()) + offset;
  // No code point is longer than four bytes, so a short window will do.
  const auto left =
      static_cast<int32_t>(text.size() - offset < 4 ? text.size() - offset : 4);
  int32_t next = 0;
  UChar32 code = 0;
  U8_NEXT(bytes, next, left, code);
  return {.code = code < 0 ? -1 : code, .size = static_cast<uint32_t>(next)};
}

size_t PutUtf8(int32_t code, char* out) {
  auto* bytes = reinterpret_cast<uint8_t*>(out);
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, code);
  return static_cast<size_t>(size);
}

void AppendUtf8(int32_t code, std::string* out) {
  char bytes[4];
  out->append(bytes, PutUtf8(code, bytes));
}

std::string_view CutUtf8(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  // A code point has at most three trail bytes; more are not UTF-8 anyway.
  for (int back = 0; back < 3 && end > 0 && U8_IS_TRAIL(text[end]); ++back) {
    --end;
  }
  if (U8_IS_TRAIL(text[end])) end = max_bytes;
  return text.substr(0, end);
}

}  // namespace tocsin
