// SPDX-License-Identifier: Apache-2.0
//
// Repair: a readable copy of bytes that are no clean UTF-8 or, for JSON, hold
// bare control bytes inside texts. One bad byte must not hide an event.
// Broken UTF-8 becomes U+FFFD, one for each maximal subpart; a control byte
// inside a text becomes its escape, so that the text keeps it.
//
// Threads: one object per thread. Tested by: tests/engine/event/repair_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

class Repair {
 public:
  // Repairs JSON-like bytes. unclosed() is then the offset, in text(), of the
  // quote that opens a text without end, or the size.
  void Json(std::string_view bytes);
  // Repairs the UTF-8 of a line of text.
  void Text(std::string_view bytes);

  std::string_view text() const { return text_; }
  bool changed() const { return !edits_.empty(); }
  size_t unclosed() const { return unclosed_; }
  // Where the byte at `offset` of text() stood in the original.
  size_t OriginalOffset(size_t offset) const;

 private:
  struct Edit {
    size_t from;    // offset in the original after the edit
    size_t result;  // offset in text_ after the edit
  };
  void Put(std::string_view replacement, size_t original_end);

  std::string text_;
  std::vector<Edit> edits_;
  size_t unclosed_ = 0;
};

}  // namespace tocsin
