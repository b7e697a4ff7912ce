// SPDX-License-Identifier: Apache-2.0
//
// TextParsers: what `parse NAME` of a source makes of an event's `message`.
// A parser either recognises the whole text and gives named values, or leaves
// the event as it is.
//
//   json    an object: its members by dotted names, arrays as their elements
//   syslog  RFC 3164 and RFC 5424, with or without <PRI> (RFC 5424: with):
//           priority facility severity timestamp hostname program pid message,
//           of RFC 5424 also version msgid and sd.ID.PARAM
//   kv      key=value pairs anywhere in the text; values may be quoted
//
// Adding one: write its function, add its row.
// Source: RFC 3164, RFC 5424. Threads: pure functions; a ParsedText is for one
// thread. Tested by: tests/engine/event/text_parsers_test.cc
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/event/tokens.h"
#include "engine/event/value.h"

namespace tocsin {

// The named values that a parser found. What it hands out is valid until
// Clear().
class ParsedText {
 public:
  void Clear();
  // Copies the texts. `rank`: segments that the name was put together of; of
  // equal names the lowest rank counts, all values of that rank do.
  void Add(std::string_view name, const Value& value, uint32_t rank = 1);
  // The key is there, perhaps without any value (an empty array).
  void AddKey(std::string_view name, uint32_t rank = 1);

  // Like EventView::Get(): at most `most` values, without the nulls of arrays.
  Values Find(std::string_view name, size_t most);

  // For the json parser.
  Tokenizer* tokenizer() { return &tokenizer_; }
  // Bytes that live until Clear().
  Arena* arena() { return &arena_; }

 private:
  struct Entry {
    std::string_view name;
    Value value;
    uint32_t rank;
    bool has_value;
  };
  std::vector<Entry> entries_;
  Arena arena_;
  Tokenizer tokenizer_;
};

struct TextParser {
  const char* name;  // as written: "syslog"
  // False: not recognised; nothing of `out` counts then.
  bool (*parse)(std::string_view text, ParsedText* out);
  const char* doc;  // one line for the manual
};

std::span<const TextParser> TextParsers();
// Null when there is no such parser.
const TextParser* FindTextParser(std::string_view name);

}  // namespace tocsin
