// SPDX-License-Identifier: Apache-2.0
//
// LiteralTransforms: the words that change a literal when a rule is compiled
// (LANGUAGE.md section 2), as Sigma's specification means its modifiers of the
// same names. Adding one: write its function, add its row.
//
//   wide, utf16le  the bytes of the text in UTF-16, little end first
//   utf16be        the same, big end first
//   base64         base64 of the bytes, with its padding
//   base64offset   the three forms that the bytes take inside a longer base64
//                  text, without the characters that depend on neighbours
//   windash        every - or / that begins a word as each of - / and the
//                  three long dashes
//
// base64 texts are compared byte for byte. `cased` and `expand` are no rows:
// the one only marks a literal, the other needs lists.
// Source: Sigma specification 2.1, appendix "modifiers"; the slices of
// base64offset are pySigma's, over bytes instead of characters.
// Threads: pure functions.
// Tested by: tests/engine/plan/literal_transforms_test.cc
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/plan/expr.h"

namespace tocsin {

// So many forms may be made of one text by windash (five for each dash).
inline constexpr size_t kMaxWindashForms = 3'125;

struct LiteralTransform {
  const char* name;
  // The result compares byte for byte.
  bool cased;
  Status (*apply)(std::string_view text, std::vector<std::string>* out);
  const char* doc;  // one line for the manual
};

std::span<const LiteralTransform> LiteralTransforms();
// Null when there is no such word.
const LiteralTransform* FindLiteralTransform(std::string_view name);

// What the word makes of a text, all alternatives. InvalidArgument: no such
// word, no text, or one too short or too long for it.
StatusOr<std::vector<Literal>> ApplyLiteralTransform(std::string_view name,
                                                     const Literal& literal);

}  // namespace tocsin
