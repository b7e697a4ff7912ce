// SPDX-License-Identifier: Apache-2.0
//
// Fold: simple Unicode case folding (statuses C and S of CaseFolding.txt), so
// that folding never changes the number of code points. Text is compared by
// its folded form everywhere in the language (LANGUAGE.md section 2).
//
// Source: Unicode Standard, section 5.18 "Caseless Matching"; the table is
// ICU's u_foldCase. Invalid UTF-8 bytes are copied as they are.
// Threads: pure functions. Tested by: tests/engine/base/fold_test.cc
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

// Appends the folded form of `text` to `out`.
void AppendFolded(std::string_view text, std::string* out);
std::string Fold(std::string_view text);

// True when Fold(a) == Fold(b), without building either.
bool EqualFolded(std::string_view a, std::string_view b);

// Writes text.size() bytes to `out`, A-Z as a-z. False when `text` has bytes
// above 0x7F: what was written is then worth nothing, use AppendFolded().
bool FoldAscii(std::string_view text, char* out);

}  // namespace tocsin
