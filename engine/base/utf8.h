// SPDX-License-Identifier: Apache-2.0
//
// Utf8: one step through text that may be invalid. Every reader of the engine
// uses this step, so all agree on what one broken piece is: the "maximal
// subpart" of Unicode 15, section 3.9, which becomes one U+FFFD where text is
// repaired.
//
// Source: ICU's U8_NEXT. Threads: pure functions.
// Tested by: tests/engine/base/fold_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Step {
  int32_t code = -1;  // the code point; -1: these bytes are no UTF-8
  uint32_t size = 0;  // bytes taken, at least 1
};

// The step at `offset` < text.size().
Utf8Step NextUtf8(std::string_view text, size_t offset);

// Appends `code`, a Unicode scalar value.
void AppendUtf8(int32_t code, std::string* out);
// The same into `out`, which has room for 4 bytes; returns the bytes written.
size_t PutUtf8(int32_t code, char* out);

// The longest prefix of at most `max_bytes` that does not split a code point.
std::string_view CutUtf8(std::string_view text, size_t max_bytes);

}  // namespace tocsin
