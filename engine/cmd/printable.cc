// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/printable.h"

#include <cstdint>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

bool IsControl(int32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xfeff ||
         (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f);
}

}  // namespace

std::string Printable(std::string_view text, size_t width, size_t* shown) {
  std::string out;
  size_t fits = 0;  // bytes of `out` that leave room for the dots
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    if (count == width) {
      out.resize(fits);
      out += "...";
      break;
    }
    const Utf8Step step = NextUtf8(text, at);
    if (count + 3 == width) fits = out.size();
    // A broken piece has the code -1, so it is replaced too.
    out += IsControl(step.code) ? kReplacement : text.substr(at, step.size);
    ++count;
    at += step.size;
  }
  if (shown != nullptr) *shown = count;
  return out;
}

}  // namespace tocsin
