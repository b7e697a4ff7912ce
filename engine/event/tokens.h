// SPDX-License-Identifier: Apache-2.0
//
// Tokens: where the pieces of JSON-like bytes begin. simdjson's first stage
// finds them at several bytes per cycle; the walks below give them a meaning
// that is defined for *any* bytes, so that one fault never hides the rest of
// an event (engine/event/README.md has the definition):
//
//  - A quote toggles text, unless a backslash takes it; within text nothing
//    else counts. { } [ ] : , are tokens. Any other run of bytes up to one of
//    these or white space is a scalar token.
//  - A member is a text, a colon and a value; an element is a value. What
//    stands between that is neither is skipped and counted as a fault.
//  - A closing bracket closes the innermost open one, whatever its kind.
//
// Tokens borrow. Threads: a Tokenizer belongs to one thread; the functions
// are pure. Tested by: tests/engine/event/tokens_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/repair.h"

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace tocsin {

// A token is named by its number, 0 .. count - 1.
struct Tokens {
  const char* text = nullptr;
  uint32_t size = 0;             // bytes
  const uint32_t* at = nullptr;  // offsets; at[count] == size
  uint32_t count = 0;

  char kind(uint32_t token) const { return text[at[token]]; }
  // The bytes of a scalar or text token (with its quotes).
  std::string_view slice(uint32_t token) const {
    uint32_t end = at[token + 1];
    while (IsBlank(text[end - 1])) --end;
    return {text + at[token], end - at[token]};
  }
  // The bytes from one token to before another one.
  std::string_view range(uint32_t first, uint32_t end) const {
    uint32_t last = end >= count ? size : at[end];
    while (last > at[first] && IsBlank(text[last - 1])) --last;
    return {text + at[first], last - at[first]};
  }
  // The text between the quotes of a text token.
  std::string_view inner(uint32_t token) const {
    const uint32_t end = at[token + 1];
    if (text[end - 1] == '"' && end - at[token] > 1) {
      return {text + at[token] + 1, end - at[token] - 2};
    }
    const std::string_view whole = slice(token);
    return whole.substr(1, whole.size() - 2);
  }
  static bool IsBlank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }
};

inline bool Opens(char c) { return (c | 0x20) == '{'; }
inline bool Closes(char c) { return (c | 0x20) == '}'; }
inline bool Separates(char c) { return c == ',' || c == ':'; }
inline bool StartsValue(char c) { return !Closes(c) && !Separates(c); }

// What walks have in common.
struct WalkState {
  uint32_t max_depth = 0xffffffff;
  bool too_deep = false;
  uint64_t faults = 0;
};

// Every walk returns the token after what it walked, or Unended(tokens) when
// the tokens are over before it was closed.
inline uint32_t Unended(const Tokens& tokens) { return tokens.count + 1; }

// Passes over the value at `token`, which is at nesting `depth` if it opens.
inline uint32_t SkipValue(const Tokens& tokens, uint32_t token, uint32_t depth,
                          WalkState* state) {
  if (!Opens(tokens.kind(token))) return token + 1;
  uint32_t level = 1;
  uint32_t deepest = 1;
  for (++token; token < tokens.count; ++token) {
    const char c = tokens.kind(token);
    if (Opens(c)) {
      if (++level > deepest) deepest = level;
    } else if (Closes(c) && --level == 0) {
      break;
    }
  }
  if (depth + deepest - 1 > state->max_depth) state->too_deep = true;
  return token < tokens.count ? token + 1 : Unended(tokens);
}

// Passes over a token that has no place here: `depth` as of SkipValue.
inline uint32_t SkipStray(const Tokens& tokens, uint32_t token, uint32_t depth,
                          WalkState* state) {
  ++state->faults;
  return SkipValue(tokens, token, depth, state);
}

// After a value: the comma, or whatever stands in its place.
inline uint32_t AfterValue(const Tokens& tokens, uint32_t token,
                           WalkState* state) {
  if (token >= tokens.count) return token;
  const char c = tokens.kind(token);
  if (c == ',') return token + 1;
  if (!Closes(c)) ++state->faults;
  return token;
}

// Calls uint32_t f(key_token, value_token) for each member of the object at
// `open`, which is at nesting `depth`; f returns the token after the value.
template <typename F>
uint32_t ForEachMember(const Tokens& tokens, uint32_t open, uint32_t depth,
                       WalkState* state, F&& f) {
  uint32_t i = open + 1;
  while (i < tokens.count) {
    const char c = tokens.kind(i);
    if (c == '"' && i + 2 < tokens.count && tokens.kind(i + 1) == ':') {
      const char value = tokens.kind(i + 2);
      if (StartsValue(value)) {
        i = AfterValue(tokens, f(i, i + 2), state);
        continue;
      }
      ++state->faults;
      i += value == ',' ? 3 : 2;
      continue;
    }
    if (Closes(c)) {
      if (c != '}') ++state->faults;
      return i + 1;
    }
    i = SkipStray(tokens, i, depth + 1, state);
  }
  return Unended(tokens);
}

// Calls uint32_t f(index, value_token) for each element of the array at
// `open`.
template <typename F>
uint32_t ForEachElement(const Tokens& tokens, uint32_t open, WalkState* state,
                        F&& f) {
  uint32_t i = open + 1;
  for (uint32_t index = 0; i < tokens.count;) {
    const char c = tokens.kind(i);
    if (StartsValue(c)) {
      i = AfterValue(tokens, f(index++, i), state);
      continue;
    }
    if (Closes(c)) {
      if (c != ']') ++state->faults;
      return i + 1;
    }
    ++state->faults;  // a comma or colon too many
    ++i;
  }
  return Unended(tokens);
}

class Tokenizer {
 public:
  Tokenizer();
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // Finds the tokens of `text`. They live until the next Read() and borrow
  // from `text`, or from a repaired copy of it.
  void Read(std::string_view text);

  const Tokens& tokens() const { return tokens_; }
  bool repaired() const { return repaired_; }
  // Bytes from here on are the beginning of a text that never ends, and no
  // token; == text.size() when there is none.
  size_t unclosed() const { return tokens_.size; }
  // The bytes that were read: the argument of Read(), or the repaired copy.
  std::string_view bytes() const { return bytes_; }
  // Where a byte of bytes() stood in the argument of Read().
  size_t OriginalOffset(size_t offset) const;

 private:
  // False when the bytes are not clean: nothing is known then.
  bool FirstStage(std::string_view text);

  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  size_t capacity_ = 0;
  Tokens tokens_;
  std::string_view bytes_;
  bool repaired_ = false;
  Repair repair_;
};

}  // namespace tocsin
