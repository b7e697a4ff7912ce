// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/safe_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

struct Range {
  int32_t first;
  int32_t last;
};
constexpr std::array kUnsafe = {
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0xAD, 0xAD},
    Range{0x61C, 0x61C},   Range{0x180E, 0x180E}, Range{0x200B, 0x200F},
    Range{0x2028, 0x202E}, Range{0x2060, 0x206F}, Range{0xFE00, 0xFE0F},
    Range{0xFEFF, 0xFEFF}, Range{0xFFF0, 0xFFFB}, Range{0xE0000, 0xE0FFF},
};

bool Unsafe(int32_t code) {
  return std::ranges::any_of(kUnsafe, [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

bool Blank(int32_t code) {
  return code == '\t' || code == '\n' || code == '\r' || code == ' ';
}

}  // namespace

std::string SafeText(std::string_view text, size_t max_bytes) {
  const std::string_view shown = CutUtf8(text, max_bytes);
  std::string safe;
  safe.reserve(shown.size());
  bool after_blank = false;
  for (size_t offset = 0; offset < shown.size();) {
    const Utf8Step step = NextUtf8(shown, offset);
    const bool blank = Blank(step.code);
    if (blank) {
      if (!after_blank || step.code == ' ') safe += ' ';
    } else if (step.code < 0 || Unsafe(step.code)) {
      safe += kReplacement;
    } else {
      safe += shown.substr(offset, step.size);
    }
    after_blank = blank;
    offset += step.size;
  }
  if (shown.size() < text.size()) safe += "…";
  return safe;
}

}  // namespace tocsin
