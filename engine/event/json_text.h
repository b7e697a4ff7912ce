// SPDX-License-Identifier: Apache-2.0
//
// JsonText: scalar and text tokens to Values. Nothing here fails on text: a
// lone surrogate becomes U+FFFD, a backslash before a letter that is no escape
// stays as it is (so a carelessly written "C:\Windows" still reads).
//
// Threads: pure functions. Tested by: tests/engine/event/json_text_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/event/value.h"

namespace tocsin {

struct UnescapeCounts {
  uint64_t surrogates = 0;   // lone ones, replaced
  uint64_t bad_escapes = 0;  // kept as they are
};

// Unescapes what stands between the quotes of a text into `out`, which has
// room for raw.size() + 8 bytes. Returns the bytes written.
size_t Unescape(std::string_view raw, char* out, UnescapeCounts* counts);

// True for null, true, false and JSON numbers.
bool IsJsonScalar(std::string_view token);

// The value of such a token; nothing when it is none. Integers are exact up to
// 64 bits, what is too large for a double stops at the largest one.
std::optional<Value> ParseJsonScalar(std::string_view token);

}  // namespace tocsin
