// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/op/like.h"

#include <string.h>

#include "engine/base/fold.h"
#include "engine/base/utf8.h"
#include "engine/plan/op/functions.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// The offset behind `count` code points, or kNone past the end.
size_t StepForward(std::string_view text, size_t offset, size_t count) {
  for (; count > 0; --count) {
    if (offset >= text.size()) return kNone;
    offset += NextUtf8(text, offset).size;
  }
  return offset;
}

size_t StepBack(std::string_view text, size_t offset, size_t count) {
  for (; count > 0; --count) {
    if (offset == 0) return kNone;
    --offset;
    for (int i = 0; i < 3 && offset > 0 && IsContinuation(text[offset]); ++i) {
      --offset;
    }
  }
  return offset;
}

size_t Find(std::string_view text, size_t offset, std::string_view needle) {
  if (needle.empty()) return offset;
  const void* found = memmem(text.data() + offset, text.size() - offset,
                             needle.data(), needle.size());
  if (found == nullptr) return kNone;
  return static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

LikePattern::LikePattern(std::string_view pattern, bool cased)
    : cased_(cased), segments_(1) {
  std::string literal;
  size_t skip = 0;
  bool pending = false;  // a part is being collected
  const auto flush = [&] {
    if (pending) segments_.back().push_back({literal, skip});
    literal.clear();
    skip = 0;
    pending = false;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '*') {
      flush();
      segments_.emplace_back();
    } else if (c == '?') {
      if (!literal.empty()) flush();
      ++skip;
      pending = true;
    } else {
      const bool escapes = c == '\\' && i + 1 < pattern.size() &&
                           std::string_view("*?\\").find(pattern[i + 1]) !=
                               std::string_view::npos;
      literal += escapes ? pattern[++i] : c;
      pending = true;
    }
  }
  flush();
  if (cased_) return;
  for (Segment& segment : segments_) {
    for (Part& part : segment) part.text = Fold(part.text);
  }
}

size_t LikePattern::MatchAt(const Segment& segment, std::string_view text,
                            size_t offset) {
  for (const Part& part : segment) {
    offset = StepForward(text, offset, part.skip);
    if (offset == kNone) return kNone;
    if (!text.substr(offset).starts_with(part.text)) return kNone;
    offset += part.text.size();
  }
  return offset;
}

size_t LikePattern::MatchAtEnd(const Segment& segment, std::string_view text,
                               size_t not_before) {
  size_t offset = text.size();
  for (auto part = segment.rbegin(); part != segment.rend(); ++part) {
    if (!text.substr(0, offset).ends_with(part->text)) return kNone;
    offset = StepBack(text, offset - part->text.size(), part->skip);
    if (offset == kNone) return kNone;
  }
  return offset < not_before ? kNone : offset;
}

bool LikePattern::FindSegment(const Segment& segment, std::string_view text,
                              size_t* offset) {
  if (segment.empty()) return true;
  const Part& first = segment.front();
  for (size_t start = *offset; start <= text.size();) {
    if (first.skip == 0) {
      start = Find(text, start, first.text);
      if (start == kNone) return false;
    }
    const size_t end = MatchAt(segment, text, start);
    if (end != kNone) {
      *offset = end;
      return true;
    }
    if (start == text.size()) return false;
    start += NextUtf8(text, start).size;
  }
  return false;
}

bool LikePattern::Matches(std::string_view text) const {
  size_t offset = MatchAt(segments_.front(), text, 0);
  if (offset == kNone) return false;
  if (segments_.size() == 1) return offset == text.size();
  for (size_t i = 1; i + 1 < segments_.size(); ++i) {
    if (!FindSegment(segments_[i], text, &offset)) return false;
  }
  return MatchAtEnd(segments_.back(), text, offset) != kNone;
}

std::vector<LikePattern::Run> LikePattern::Runs() const {
  std::vector<Run> runs;
  for (size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    for (size_t j = 0; j < segment.size(); ++j) {
      if (segment[j].text.empty()) continue;
      runs.push_back({segment[j].text, i == 0 && j == 0 && segment[j].skip == 0,
                      i + 1 == segments_.size() && j + 1 == segment.size()});
    }
  }
  return runs;
}

Status PrepareLike(const LiteralSet& literals, const Limits&,
                   PreparedSet* set) {
  set->needs_text = true;
  for (const Literal& literal : literals.items) {
    LikePattern pattern(CanonicalText(literal.value.view()), literal.cased);
    set->needs_folded = set->needs_folded || !literal.cased;
    set->likes.push_back(std::move(pattern));
  }
  return OkStatus();
}

bool Like(const Operand& value, const PreparedSet& set) {
  if (value.text.data() == nullptr) return false;
  for (const LikePattern& pattern : set.likes) {
    if (pattern.Matches(pattern.cased() ? value.text : value.folded)) {
      return true;
    }
  }
  return false;
}

}  // namespace tocsin
