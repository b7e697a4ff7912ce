// SPDX-License-Identifier: Apache-2.0
#include "connectors/line_reader.h"

#include <cstring>
#include <utility>

namespace tocsin::connectors {
namespace {

constexpr size_t kChunkBytes = 1 << 18;

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteStream> stream, size_t line_limit)
    : stream_(std::move(stream)), limit_(line_limit) {}

// Reads one chunk; false when nothing is there for now.
StatusOr<bool> LineReader::Fill() {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
  }
  // One line fills the buffer: keep its first limit + 1 bytes only.
  if (buffer_.size() > limit_ + 1) {
    dropped_ += buffer_.size() - (limit_ + 1);
    buffer_.resize(limit_ + 1);
    scanned_ = buffer_.size();
  }
  const size_t old_size = buffer_.size();
  buffer_.resize(old_size + kChunkBytes);
  StatusOr<size_t> got =
      stream_->Read({buffer_.data() + old_size, kChunkBytes});
  buffer_.resize(old_size + (got.ok() ? *got : 0));
  if (!got.ok()) return got.status();
  return *got > 0;
}

// The line that ends before buffer_[end], which holds its line end or is past
// the last byte.
std::string_view LineReader::Cut(size_t end) {
  std::string_view line(buffer_.data() + begin_, end - begin_);
  position_ += static_cast<int64_t>(line.size() + dropped_);
  if (line.ends_with('\r') && dropped_ == 0) line.remove_suffix(1);
  if (line.size() > limit_) line = line.substr(0, limit_ + 1);
  dropped_ = 0;
  return line;
}

StatusOr<std::optional<std::string_view>> LineReader::Next() {
  for (;;) {
    const void* found =
        std::memchr(buffer_.data() + scanned_, '\n', buffer_.size() - scanned_);
    if (found != nullptr) {
      const size_t end =
          static_cast<size_t>(static_cast<const char*>(found) - buffer_.data());
      const std::string_view line = Cut(end);
      ++position_;
      begin_ = end + 1;
      scanned_ = begin_;
      return line;
    }
    scanned_ = buffer_.size();
    ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) return std::nullopt;
  }
}

std::optional<std::string_view> LineReader::Rest() {
  if (begin_ == buffer_.size()) return std::nullopt;
  const std::string_view line = Cut(buffer_.size());
  begin_ = buffer_.size();
  scanned_ = begin_;
  return line;
}

}  // namespace tocsin::connectors
