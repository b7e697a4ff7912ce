// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/pattern.h"

#include <variant>

#include "engine/base/status.h"

namespace tocsin::rules {
namespace {

template <typename Node>
bool Is(const ast::Pattern& pattern) {
  return std::holds_alternative<Node>(pattern.node);
}

bool IsWindow(const ast::Pattern& pattern) {
  const auto* condition = std::get_if<ast::Condition>(&pattern.node);
  return condition != nullptr &&
         condition->window != ast::Condition::Window::kNone;
}

// The first row that fits counts.
constexpr PatternRow kPatterns[] = {
    {"condition over time", IsWindow, LowerWindow, ""},
    {"event test", Is<ast::Condition>, LowerEventPattern, ""},
    {"sequence", Is<ast::Sequence>, LowerSequence, ""},
    {"silence", Is<ast::Silence>, LowerSilence, ""},
    {"`all of`", Is<ast::AllOf>, nullptr,
     "where the order is known, write a sequence"},
    {"`any N of`", Is<ast::AnyOf>, nullptr,
     "write one rule for each combination"},
    {"`first`", Is<ast::First>, nullptr,
     "compare with a list of what is known: not x in list NAME"},
    {"`rare`", Is<ast::Rare>, nullptr,
     "compare with a list of what is common: not x in list NAME"},
};

// What `within` keeps is kept event by event.
constexpr DurationNs kLongestWindow = 7 * kDay;

}  // namespace

std::span<const PatternRow> Patterns() { return kPatterns; }

const PatternRow& RowOf(const ast::Pattern& pattern) {
  for (const PatternRow& row : kPatterns) {
    if (row.is(pattern)) return row;
  }
  return kPatterns[0];  // the rows cover the whole variant
}

bool TooLong(RuleLowerer* rule, const ast::Duration& duration) {
  if (duration.value <= kLongestWindow) return false;
  rule->lowering()
      .Add("E224", duration.span,
           StrCat(duration.text, " is longer than 7 days"))
      .Help("shorten it, or judge longer times with per");
  return true;
}

}  // namespace tocsin::rules
