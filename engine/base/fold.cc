// SPDX-License-Identifier: Apache-2.0
#include "engine/base/fold.h"

#include <unicode/uchar.h>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

// One code point or broken piece, folded, as bytes.
struct Piece {
  char bytes[4];
  size_t size = 0;
};

Piece NextFolded(std::string_view text, size_t* offset) {
  Piece piece;
  const Utf8Step step = NextUtf8(text, *offset);
  if (step.code < 0) {
    piece.size = text.copy(piece.bytes, step.size, *offset);
  } else {
    piece.size =
        PutUtf8(u_foldCase(step.code, U_FOLD_CASE_DEFAULT), piece.bytes);
  }
  *offset += step.size;
  return piece;
}

char FoldByte(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code >= 'A' && code <= 'Z' ? static_cast<char>(code + 32) : byte;
}

}  // namespace

bool FoldAscii(std::string_view text, char* __restrict out) {
  // Written so that compilers turn it into vector code: no early exit, no
  // aliasing (measured 3.4 times slower without `__restrict`).
  const char* __restrict in = text.data();
  unsigned char seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(in[i]);
    seen = static_cast<unsigned char>(seen | byte);
    const bool upper = static_cast<unsigned char>(byte - 'A') < 26;
    out[i] = static_cast<char>(byte | (upper ? 0x20 : 0));
  }
  return seen < 0x80;
}

void AppendFolded(std::string_view text, std::string* out) {
  const size_t before = out->size();
  out->resize(before + text.size());
  if (FoldAscii(text, out->data() + before)) return;
  out->resize(before);
  for (size_t offset = 0; offset < text.size();) {
    if (static_cast<unsigned char>(text[offset]) < 0x80) {
      *out += FoldByte(text[offset++]);
      continue;
    }
    const Piece piece = NextFolded(text, &offset);
    out->append(piece.bytes, piece.size);
  }
}

std::string Fold(std::string_view text) {
  std::string out;
  AppendFolded(text, &out);
  return out;
}

bool EqualFolded(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  // Folded pieces are whole code points or the same broken bytes, so two
  // texts are equal exactly when they are equal piece by piece.
  while (i < a.size() && j < b.size()) {
    if (static_cast<unsigned char>(a[i]) < 0x80 &&
        static_cast<unsigned char>(b[j]) < 0x80) {
      if (FoldByte(a[i++]) != FoldByte(b[j++])) return false;
      continue;
    }
    const Piece left = NextFolded(a, &i);
    const Piece right = NextFolded(b, &j);
    if (std::string_view(left.bytes, left.size) !=
        std::string_view(right.bytes, right.size)) {
      return false;
    }
  }
  return i == a.size() && j == b.size();
}

}  // namespace tocsin
