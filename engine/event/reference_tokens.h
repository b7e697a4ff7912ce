// SPDX-License-Identifier: Apache-2.0
//
// ReferenceTokens: bytes to repaired text to tokens, for ReferenceDecode.
//
// Threads: pure functions.
// Tested by: tests/engine/event/decode_differential_test.cc
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::reference {

struct Repaired {
  std::string text;
  std::vector<size_t> origin;  // by byte of text, and one for its end
};

// `json`: control bytes inside texts become escapes.
Repaired RepairBytes(std::string_view bytes, bool json);

struct Token {
  size_t begin;
  size_t end;
  char kind;  // its first byte
};

struct TokenList {
  std::vector<Token> tokens;
  bool unclosed = false;  // a text begins at `unclosed_at` and never ends
  size_t unclosed_at = 0;
};

TokenList Tokenize(std::string_view text);

// The text between the quotes of a text token.
std::string UnescapeText(std::string_view inner);

}  // namespace tocsin::reference
