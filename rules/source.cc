// SPDX-License-Identifier: Apache-2.0
//
// SourceFile, SourceSet: see source.h.
#include "rules/source.h"

#include <algorithm>
#include <utility>

#include "engine/base/utf8.h"

namespace tocsin::rules {

Span Cover(Span a, Span b) {
  return {a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

SourceFile::SourceFile(FileId id, std::string path, std::string text)
    : id_(id), path_(std::move(path)), text_(std::move(text)) {
  if (text_.size() > UINT32_MAX - 1) text_.resize(UINT32_MAX - 1);
  line_begins_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_begins_.push_back(static_cast<uint32_t>(i + 1));
  }
}

uint32_t SourceFile::LineOf(uint32_t offset) const {
  const auto after =
      std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  return static_cast<uint32_t>(after - line_begins_.begin());
}

Position SourceFile::PositionOf(uint32_t offset) const {
  offset = std::min(offset, static_cast<uint32_t>(text_.size()));
  Position position{LineOf(offset), 1};
  uint32_t at = LineBegin(position.line);
  while (at < offset) {
    const bool ascii = static_cast<unsigned char>(text_[at]) < 0x80;
    at += ascii ? 1 : NextUtf8(text_, at).size;
    ++position.column;
  }
  return position;
}

std::string_view SourceFile::LineText(uint32_t line) const {
  const uint32_t begin = LineBegin(line);
  const size_t end = line < line_count() ? LineBegin(line + 1) : text_.size();
  std::string_view content(text_);
  content = content.substr(begin, end - begin);
  if (content.ends_with('\n')) content.remove_suffix(1);
  if (content.ends_with('\r')) content.remove_suffix(1);
  return content;
}

std::string_view SourceFile::Text(Span span) const {
  const auto size = static_cast<uint32_t>(text_.size());
  const uint32_t begin = std::min(span.begin, size);
  const uint32_t end = std::clamp(span.end, begin, size);
  return std::string_view(text_).substr(begin, end - begin);
}

FileId SourceSet::Add(std::string path, std::string text) {
  const FileId id = size();
  files_.push_back(
      std::make_unique<const SourceFile>(id, std::move(path), std::move(text)));
  return id;
}

}  // namespace tocsin::rules
