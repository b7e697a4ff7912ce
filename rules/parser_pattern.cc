// SPDX-License-Identifier: Apache-2.0
//
// Patterns: what stands behind `when`; see parser_core.h. Sequences and steps
// are in parser_steps.cc.
#include <utility>

#include "engine/base/status.h"
#include "rules/parser_core.h"

namespace tocsin::rules {

// Does the soft word `word` begin a pattern here? A field of that name, which
// an operator shows, is reported.
bool ParserCore::AtPattern(std::string_view word) const {
  return AtWord(word) && !panic_;
}

ast::Pattern ParserCore::ParsePattern() {
  const Span begin = Here();
  ast::Pattern pattern;
  const bool soft = AtPattern("sequence") || AtPattern("silence") ||
                    AtPattern("first") || AtPattern("rare");
  const bool field = soft && !AheadIsWord("in") && OperatorFollows();
  if (field) {
    diagnostics_
        ->Add("E073", begin,
              StrCat("'", Current().text, "' begins a pattern here"))
        .Help(StrCat("a field of this name is written `", Current().text, "`"));
  }
  if (field) {
    pattern.node = ParseCondition();
  } else if (AtPattern("sequence")) {
    pattern.node = ParseSequence();
  } else if (AtPattern("silence")) {
    pattern.node = ParseSilence();
  } else if (AtPattern("first")) {
    pattern.node = ParseFirst();
  } else if (AtPattern("rare")) {
    pattern.node = ParseRare();
  } else if (AtWord("all") && (AheadIsWord("of") || AheadIsWord("by") ||
                               AheadIsWord("within"))) {
    pattern.node = ParseAllOf();
  } else if (AtWord("any") &&
             (AheadIs(TokenKind::kNumber) || AheadIsWord("of"))) {
    pattern.node = ParseAnyOf();
  } else {
    pattern.node = ParseCondition();
  }
  pattern.span = Since(begin);
  return pattern;
}

ast::Condition ParserCore::ParseCondition() {
  ast::Condition condition;
  condition.condition = ParseExpr();
  condition.by = ParseBy();
  if (panic_) return condition;
  if (TakeWord("within")) {
    condition.window = ast::Condition::Window::kWithin;
    condition.duration = ParseDuration();
  } else if (TakeWord("per")) {
    condition.window = ast::Condition::Window::kPer;
    condition.duration = ParseDuration();
    ParsePer(&condition);
  } else if (!condition.by.empty()) {
    if (Current().broken) panic_ = true;
    Fail("E070", Here(), "'by' needs a time bound")
        .Label(condition.by.span, "this groups events of all times")
        .Help("write within 5m or per 1h behind it");
  }
  return condition;
}

// season NAME [in ZONE], against others, learning D: in this order.
void ParserCore::ParsePer(ast::Condition* condition) {
  if (panic_) return;
  if (AtWord("season") && AheadIsName()) {
    Take();
    condition->season = ParseName("a season such as hour_of_week");
    if (!panic_ && TakeWord("in")) {
      condition->zone = ParseText("a time zone such as \"Europe/Madrid\"");
    }
  }
  if (!panic_ && AtWord("against") && AheadIsWord("others")) {
    Take();
    Take();
    condition->against_others = true;
  }
  condition->learning = ParseLearning();
}

ast::AllOf ParserCore::ParseAllOf() {
  ast::AllOf all;
  Take();
  if (TakeWord("of")) {
    all.refs = ParseRefs();
    all.by = ParseBy();
    all.within = ParseBound("within");
    return all;
  }
  all.braces = true;
  all.by = ParseBy();
  all.within = ParseBound("within");
  const Span open = Here();
  if (!Expect(TokenKind::kOpenBrace, "'{' and the tests")) return all;
  while (!At(TokenKind::kCloseBrace) && !AtBlockEnd(open, "all")) {
    ast::Step step = ParseStep();
    if (panic_) {
      SkipLine();
    } else {
      all.steps.push_back(std::move(step));
    }
  }
  CloseLines();
  return all;
}

ast::AnyOf ParserCore::ParseAnyOf() {
  ast::AnyOf any;
  Take();
  if (AtWord("of")) {
    Fail("E076", Here(), "how many of them?")
        .Help("write any 2 of a, b, c within 5m");
  }
  any.count = ParseInteger("how many: any 2 of a, b, c");
  if (!panic_) ExpectWord("of");
  any.refs = ParseRefs();
  any.by = ParseBy();
  any.within = ParseBound("within");
  return any;
}

ast::Silence ParserCore::ParseSilence() {
  ast::Silence silence;
  Take();
  if (TakeWord("of")) silence.of = ParseRef();
  silence.by = ParseBy();
  if (!panic_ && silence.by.empty()) Expected("'by' and a field");
  if (!panic_ && AtWord("in")) {
    Take();
    if (ExpectWord("list")) silence.list = ParseName("the name of a list");
  }
  silence.duration = ParseBound("for");
  return silence;
}

ast::First ParserCore::ParseFirst() {
  ast::First first;
  Take();
  if (TakeWord("of")) {
    first.of = ParseRef();
  } else {
    first.paths = ParsePaths("a field, or 'of' and a test");
  }
  first.by = ParseBy();
  first.in = ParseBound("in");
  first.learning = ParseLearning();
  return first;
}

ast::Rare ParserCore::ParseRare() {
  ast::Rare rare;
  Take();
  rare.paths = ParsePaths("a field");
  rare.by = ParseBy();
  if (!panic_) ExpectWord("below");
  if (!panic_ && At(TokenKind::kPercent)) {
    rare.share = ParseLiteral();
  } else {
    rare.below = ParseInteger("a share such as 0.1%, or 3 distinct FIELD");
    if (!panic_) ExpectWord("distinct");
    rare.distinct = ParsePath("a field");
  }
  rare.in = ParseBound("in");
  rare.learning = ParseLearning();
  return rare;
}

}  // namespace tocsin::rules
