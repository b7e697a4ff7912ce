// SPDX-License-Identifier: Apache-2.0
#include "rules/lowering.h"

#include "engine/base/status.h"

namespace tocsin::rules {

void Lowering::NotCompiled(Span span, std::string_view what,
                           std::string_view instead) {
  Diagnostic& told =
      Add("E190", span, StrCat(what, " is not compiled by this version"));
  if (!instead.empty()) told.Help(std::string(instead));
}

std::string Written(const ast::Path& path) {
  std::string text;
  for (const ast::Segment& segment : path.segments) {
    if (!text.empty()) text += '.';
    text += segment.quoted ? StrCat('`', segment.text, '`') : segment.text;
  }
  return text;
}

std::vector<std::string> Segments(const ast::Path& path) {
  std::vector<std::string> segments;
  for (const ast::Segment& segment : path.segments) {
    segments.push_back(segment.text);
  }
  return segments;
}

}  // namespace tocsin::rules
