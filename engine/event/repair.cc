// SPDX-License-Identifier: Apache-2.0
#include "engine/event/repair.h"

#include <algorithm>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

std::string_view Escape(char control, char (*room)[6]) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(control);
  (*room)[0] = '\\';
  (*room)[1] = 'u';
  (*room)[2] = '0';
  (*room)[3] = '0';
  (*room)[4] = kDigits[byte >> 4];
  (*room)[5] = kDigits[byte & 15];
  return {*room, 6};
}

}  // namespace

void Repair::Put(std::string_view replacement, size_t original_end) {
  text_.append(replacement);
  edits_.push_back({original_end, text_.size()});
}

void Repair::Json(std::string_view bytes) {
  text_.clear();
  edits_.clear();
  bool in_text = false;
  bool escaped = false;  // a backslash takes this byte
  size_t opened = 0;
  for (size_t i = 0; i < bytes.size();) {
    const char c = bytes[i];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const Utf8Step step = NextUtf8(bytes, i);
      i += step.size;
      if (step.code < 0) {
        Put(kReplacement, i);
      } else {
        text_.append(bytes.substr(i - step.size, step.size));
      }
      escaped = false;
      continue;
    }
    ++i;
    if (in_text && IsControl(c)) {
      // A backslash in front would take the backslash of the escape: it
      // becomes one of the text, as it is before any unknown letter.
      char room[6];
      if (escaped) text_ += '\\';
      Put(Escape(c, &room), i);
      escaped = false;
      continue;
    }
    if (c == '"' && !escaped) {
      if (!in_text) opened = text_.size();
      in_text = !in_text;
    }
    escaped = c == '\\' && !escaped;
    text_ += c;
  }
  unclosed_ = in_text ? opened : text_.size();
}

void Repair::Text(std::string_view bytes) {
  text_.clear();
  edits_.clear();
  for (size_t i = 0; i < bytes.size();) {
    const Utf8Step step = NextUtf8(bytes, i);
    i += step.size;
    if (step.code < 0) {
      Put(kReplacement, i);
    } else {
      text_.append(bytes.substr(i - step.size, step.size));
    }
  }
  unclosed_ = text_.size();
}

size_t Repair::OriginalOffset(size_t offset) const {
  const auto after = std::upper_bound(
      edits_.begin(), edits_.end(), offset,
      [](size_t value, const Edit& edit) { return value < edit.result; });
  if (after == edits_.begin()) return offset;
  const Edit& last = *std::prev(after);
  return last.from + (offset - last.result);
}

}  // namespace tocsin
