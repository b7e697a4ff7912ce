// SPDX-License-Identifier: Apache-2.0
//
// Sequences: steps and guards, and the recovery between their lines; see
// parser_core.h.
#include <utility>

#include "engine/base/status.h"
#include "rules/parser_core.h"

namespace tocsin::rules {

// The closing brace of a block of steps is missing.
bool ParserCore::AtBlockEnd(Span open, const char* what) {
  bool outside = At(TokenKind::kEnd);
  // An item of the rule begins here: a word of it with something behind it
  // that is no part of a step.
  const bool word = At(TokenKind::kName) && Current().line_before;
  if (word && !outside) {
    const bool value = AheadIs(TokenKind::kText) ||
                       AheadIs(TokenKind::kAssign) ||
                       AheadIs(TokenKind::kOpenBrace) || AheadIsName();
    const bool step = AtWord("finding");
    for (const Block* block : blocks_) {
      outside =
          outside || (value && !step && !Ahead().line_before && AtItem(*block));
    }
  }
  if (!outside) return false;
  panic_ = false;
  if (!At(TokenKind::kEnd) || !reported_end_) {
    diagnostics_
        ->Add(
            "E059", Here(),
            StrCat("'}' of ", what, " is missing before ", Describe(Current())))
        .Label(open, "opened here");
  }
  reported_end_ = reported_end_ || At(TokenKind::kEnd);
  return true;
}

// To the next line of the block, or to its end.
void ParserCore::SkipLine() {
  bool first = true;
  while (!At(TokenKind::kEnd) && !At(TokenKind::kCloseBrace)) {
    const bool continues = AtWord("where") || AtWord("and") || AtWord("or") ||
                           AtWord("not") || AtWord("by");
    if (Current().line_before && !first && !continues) break;
    first = false;
    if (At(TokenKind::kOpenBrace)) {
      SkipBraces();
    } else {
      Take();
    }
  }
  panic_ = false;
}

// The brace is there unless its absence is reported.
void ParserCore::CloseLines() {
  if (!panic_) TakeIf(TokenKind::kCloseBrace);
}

ast::Sequence ParserCore::ParseSequence() {
  ast::Sequence sequence;
  Take();
  sequence.by = ParseBy();
  sequence.within = ParseBound("within");
  if (!panic_ && sequence.by.empty() && AtWord("by")) {
    Expected("'{'; by stands before within");
    return sequence;
  }
  const Span open = Here();
  if (!Expect(TokenKind::kOpenBrace, "'{' and the steps")) return sequence;
  while (!At(TokenKind::kCloseBrace) && !AtBlockEnd(open, "the sequence")) {
    if (TakeWord("without")) {
      ast::Guard guard = ParseGuard();
      if (!panic_) sequence.items.emplace_back(std::move(guard));
    } else {
      ast::Step step = ParseStep();
      if (!panic_) sequence.items.emplace_back(std::move(step));
    }
    if (panic_) SkipLine();
  }
  CloseLines();
  return sequence;
}

// Where a condition stands in place of a name.
void ParserCore::NoTestHere() {
  if (panic_) return;
  const bool condition =
      AtRelation() || At(TokenKind::kDot) || At(TokenKind::kOpenParen) ||
      At(TokenKind::kForeignOp) || AtWord("in") || AtWord("contains") ||
      AtWord("startswith") || AtWord("endswith") || AtWord("like") ||
      AtWord("matches") || AtWord("exists") || AtWord("not");
  if (!condition) return;
  Fail("E085", Here(), "a step is the name of a test")
      .Help("define it in the rule, NAME = .., and write NAME here");
}

ast::Step ParserCore::ParseStep() {
  const Span begin = Here();
  ast::Step step;
  if (At(TokenKind::kNumber)) {
    step.at_least = ParseInteger("a whole number");
    if (!panic_) Expect(TokenKind::kPlus, "'+', as in 10+ of NAME");
    if (!panic_ && AtWord("distinct")) {
      Take();
      step.distinct = ParsePath("a field");
    }
    if (!panic_) ExpectWord("of");
  } else {
    NoTestHere();
  }
  step.ref = ParseRef();
  NoTestHere();
  if (!panic_ && TakeWord("as")) step.alias = ParseName("a name");
  step.by = ParseBy();
  if (!panic_ && TakeWord("where")) step.where = ParseExpr();
  step.span = Since(begin);
  return step;
}

// Behind `without`.
ast::Guard ParserCore::ParseGuard() {
  const Span begin = last_;
  ast::Guard guard;
  guard.refs = ParseRefs();
  NoTestHere();
  guard.by = ParseBy();
  if (!panic_ && TakeWord("for")) guard.duration = ParseDuration();
  if (!panic_ && TakeWord("where")) guard.where = ParseExpr();
  guard.span = Since(begin);
  return guard;
}

}  // namespace tocsin::rules
