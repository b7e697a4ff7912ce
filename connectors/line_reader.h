// SPDX-License-Identifier: Apache-2.0
//
// LineReader: lines of a ByteStream. A line longer than the limit is cut to
// limit + 1 bytes, so that the decoder sees that it is too large without the
// whole line ever being in memory.
//
// Threads: one owner. Tested by: tests/connectors/line_reader_test.cc
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/byte_stream.h"

namespace tocsin::connectors {

class LineReader {
 public:
  LineReader(std::unique_ptr<ByteStream> stream, size_t line_limit);

  // The next whole line without its "\n" or "\r\n"; nothing when no whole line
  // is there yet. The view is valid until the next call.
  StatusOr<std::optional<std::string_view>> Next();
  // What follows the last line end, as a line of its own; nothing if empty.
  std::optional<std::string_view> Rest();
  // Bytes consumed by the lines returned so far.
  int64_t position() const { return position_; }
  ByteStream& stream() { return *stream_; }

 private:
  StatusOr<bool> Fill();
  std::string_view Cut(size_t end);

  std::unique_ptr<ByteStream> stream_;
  size_t limit_;
  std::string buffer_;
  size_t begin_ = 0;    // of the current line in buffer_
  size_t scanned_ = 0;  // no line end before this
  size_t dropped_ = 0;  // bytes of the current line beyond the limit
  int64_t position_ = 0;
};

}  // namespace tocsin::connectors
