// SPDX-License-Identifier: Apache-2.0
#include "rules/lowering.h"

#include <algorithm>

#include "engine/base/status.h"

namespace tocsin::rules {

void Lowering::NotCompiled(Span span, std::string_view what,
                           std::string_view instead) {
  Diagnostic& told =
      Add("E190", span, StrCat(what, " is not compiled by this version"));
  if (!instead.empty()) told.Help(std::string(instead));
}

bool Lowering::HasErrorIn(Span span) const {
  const std::vector<const Diagnostic*> all = diagnostics.Sorted();
  return std::any_of(all.begin(), all.end(), [span](const Diagnostic* told) {
    return told->severity() == Severity::kError &&
           told->span.file == span.file && told->span.begin >= span.begin &&
           told->span.begin < span.end;
  });
}

ListDecl* Lowering::FindList(const ast::Name& name) {
  ListDecl* list = names.FindList(name.text);
  if (list != nullptr) return list;
  const std::string near = DidYouMean(name.text, names.ListNames());
  Add("E153", name.span, StrCat("no list named '", name.text, "'"))
      .Help(near.empty()
                ? StrCat("define it: list ", name.text, " (\"..\", \"..\")")
                : near);
  return nullptr;
}

bool OnlyOnce::Check(size_t kind, Span keyword) {
  const auto [entry, fresh] = seen_.emplace(kind, keyword);
  if (fresh) return true;
  const std::string word(lowering_.sources.file(keyword.file).Text(keyword));
  lowering_.Add("E202", keyword, StrCat("`", word, "` is given twice"))
      .Label(entry->second, "first given here")
      .Help("keep one of the two");
  return false;
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

std::string Described(Type type) {
  return type == Type::kAny ? TypeName(type) : StrCat("a ", TypeName(type));
}

}  // namespace tocsin::rules
