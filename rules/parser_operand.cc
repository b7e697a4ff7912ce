// SPDX-License-Identifier: Apache-2.0
//
// Values: sums, literals, fields, measures, calls and sets; see parser_core.h.
#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/status.h"
#include "engine/base/utf8.h"
#include "rules/parser_core.h"

namespace tocsin::rules {

using ast::ExprKind;
using ast::ExprPtr;

namespace {

constexpr std::array<std::string_view, 9> kMeasures = {
    "count", "distinct", "sum",    "avg",       "min",
    "max",   "earliest", "latest", "percentile"};

bool IsMeasure(std::string_view word) {
  return std::find(kMeasures.begin(), kMeasures.end(), word) != kMeasures.end();
}

}  // namespace

ExprPtr ParserCore::ParseSum() {
  const Span begin = Here();
  ExprPtr left = ParseProduct();
  while (!panic_ && (At(TokenKind::kPlus) || At(TokenKind::kMinus))) {
    ExprPtr sum = Make(ExprKind::kArithmetic, Here());
    sum->text = Take().text;
    sum->args.push_back(std::move(left));
    sum->args.push_back(ParseProduct());
    left = Finish(std::move(sum), begin);
  }
  return left;
}

ExprPtr ParserCore::ParseProduct() {
  const Span begin = Here();
  ExprPtr left = ParsePrim();
  while (!panic_ && (At(TokenKind::kStar) || At(TokenKind::kSlash))) {
    ExprPtr product = Make(ExprKind::kArithmetic, Here());
    product->text = Take().text;
    product->args.push_back(std::move(left));
    product->args.push_back(ParsePrim());
    left = Finish(std::move(product), begin);
  }
  return left;
}

bool ParserCore::AtLiteral() const {
  const TokenKind kind = Current().kind;
  return (kind >= TokenKind::kText && kind <= TokenKind::kDate) ||
         AtWord("true") || AtWord("false") || AtWord("null");
}

bool ParserCore::ValueStarts(const Token& token) const {
  const TokenKind kind = token.kind;
  if (kind == TokenKind::kName) {
    return !IsReserved(token.text) || token.text == "true" ||
           token.text == "false" || token.text == "null";
  }
  return kind == TokenKind::kQuotedName ||
         (kind >= TokenKind::kText && kind <= TokenKind::kRegex) ||
         kind == TokenKind::kOpenParen || kind == TokenKind::kMinus;
}

// Does the word before the look-ahead token stand for a field?
bool ParserCore::OperatorFollows() const {
  const Token& next = Ahead();
  if (next.kind == TokenKind::kRelation || next.kind == TokenKind::kForeignOp ||
      next.kind == TokenKind::kAssign) {
    return true;
  }
  if (next.kind == TokenKind::kDot) return !next.space_before;
  static constexpr std::string_view kOps[] = {
      "in", "contains", "startswith", "endswith", "like", "matches", "exists"};
  return next.kind == TokenKind::kName &&
         std::find(std::begin(kOps), std::end(kOps), next.text) !=
             std::end(kOps);
}

// A measure, unless the word begins a longer field (`count.total`).
bool ParserCore::AtMeasure() const {
  return At(TokenKind::kName) && IsMeasure(Current().text) &&
         !(AheadIs(TokenKind::kDot) && !Ahead().space_before);
}

ExprPtr ParserCore::ParsePrim() {
  const Span begin = Here();
  if (panic_) return Error(begin);
  if (AtLiteral()) return ParseLiteral();
  if (At(TokenKind::kRegex)) {
    Fail("E077", begin, "a regular expression stands only behind matches")
        .Help("write x matches /../");
    return Error(begin);
  }
  if (At(TokenKind::kMinus)) {
    ExprPtr negated = Make(ExprKind::kNegate, begin);
    Take();
    const Nested nested(this);
    if (nested.too_deep()) return Error(begin);
    negated->args.push_back(ParsePrim());
    return Finish(std::move(negated), begin);
  }
  if (At(TokenKind::kOpenParen)) return ParseParenthesis();
  if (AtMeasure()) return ParseMeasure();
  if (AtWord("time") && AheadIsWord("of")) {
    ExprPtr time = Make(ExprKind::kTimeOf, begin);
    Take();
    Take();
    time->name = ParseName("the name of a step");
    return Finish(std::move(time), begin);
  }
  // A definition on the next line is no value of this one.
  const bool next_item = Current().line_before && AheadIs(TokenKind::kAssign);
  if (AtName() && !next_item) return ParseNamed();
  return MissingValue();
}

ExprPtr ParserCore::MissingValue() {
  const Span here = Here();
  if (Current().broken) panic_ = true;
  const bool line_ends = Current().line_before || At(TokenKind::kEnd);
  if (line_ends && last_.end > last_.begin) {
    const Span behind{here.file, last_.end, last_.end};
    const std::string_view before = CutUtf8(file_.Text(last_), 40);
    Fail("E071", behind, StrCat("a value is missing behind '", before, "'"));
  } else if (At(TokenKind::kName) && IsReserved(Current().text) &&
             OperatorFollows() && !AtWord("in")) {
    Fail("E067", here, StrCat("'", Current().text, "' is reserved"))
        .Help(StrCat("as a field it is written `", Current().text, "`"));
  } else if (At(TokenKind::kCloseParen) || At(TokenKind::kCloseBracket)) {
    Fail("E071", here,
         StrCat("a value is missing before ", Describe(Current())));
  } else {
    Fail("E071", here, StrCat("expected a value, not ", Describe(Current())));
  }
  return Error(here);
}

ExprPtr ParserCore::ParseLiteral() {
  Token token = Take();
  ExprPtr literal = Make(ExprKind::kNull, token.span);
  literal->text = token.text;
  literal->raw = token.raw;
  literal->number = token.number;
  literal->integer = token.integer;
  literal->is_integer = token.is_integer;
  switch (token.kind) {
    case TokenKind::kText:
      literal->kind = ExprKind::kText;
      break;
    case TokenKind::kNumber:
      literal->kind = ExprKind::kNumber;
      break;
    case TokenKind::kDuration:
      literal->kind = ExprKind::kDuration;
      break;
    case TokenKind::kSize:
      literal->kind = ExprKind::kSize;
      break;
    case TokenKind::kPercent:
      literal->kind = ExprKind::kPercent;
      break;
    case TokenKind::kDate:
      literal->kind = ExprKind::kDate;
      break;
    default:
      if (token.text != "null") literal->kind = ExprKind::kBool;
      literal->integer = token.text == "true" ? 1 : 0;
      break;
  }
  // `5 m` behind a comparison: a duration in two pieces.
  const bool unit = token.kind == TokenKind::kNumber && token.is_integer &&
                    At(TokenKind::kName) && !Current().line_before &&
                    (AtWord("ms") || AtWord("s") || AtWord("m") ||
                     AtWord("h") || AtWord("d") || AtWord("w")) &&
                    !AheadIs(TokenKind::kAssign);
  if (unit) {
    diagnostics_
        ->Add("E069", Cover(token.span, Here()),
              "a duration is written in one piece")
        .Help(StrCat("write ", token.text, Current().text));
    Take();
  }
  return literal;
}

ExprPtr ParserCore::ParseParenthesis() {
  const Span open = Here();
  Take();
  const Nested nested(this);
  if (nested.too_deep()) return Error(open);
  ExprPtr inner = ParseExpr();
  Close(TokenKind::kCloseParen, open, ")");
  inner->parenthesized = true;
  return inner;
}

ExprPtr ParserCore::ParseMeasure() {
  const Span begin = Here();
  ExprPtr measure = Make(ExprKind::kMeasure, begin);
  measure->text = Take().text;
  const bool count = measure->text == "count";
  if (measure->text == "percentile") {
    const ast::Integer rank = ParseInteger("a whole number such as 95");
    measure->integer = rank.value;
    measure->number = static_cast<double>(rank.value);
    measure->is_integer = true;
    if (panic_) return Error(begin);
  }
  if (!count || At(TokenKind::kOpenParen)) {
    if (!AtName()) {
      if (Current().broken) panic_ = true;
      Fail("E072", begin,
           count ? "count has no parentheses"
                 : StrCat("'", measure->text, "' is followed by a field"))
          .Help(count ? "write count, or count of NAME"
                      : StrCat("write ", measure->text,
                               " bytes_out; a field of this name is `",
                               measure->text, "`"));
      return Error(begin);
    }
    if (measure->text == "distinct") {
      measure->paths = ParsePaths("a field");
    } else {
      measure->paths.push_back(ParsePath("a field"));
    }
  }
  if (!panic_ && TakeWord("of")) {
    measure->name = ParseName("the name of a test or step");
  }
  return Finish(std::move(measure), begin);
}

// A field, NAME(..) or NAME[..].column.
ExprPtr ParserCore::ParseNamed() {
  const Span begin = Here();
  if (AheadIs(TokenKind::kOpenParen) && At(TokenKind::kName) &&
      !Ahead().line_before) {
    ExprPtr call = Make(ExprKind::kCall, begin);
    call->text = Take().text;
    const Span open = Here();
    const Nested nested(this);
    if (nested.too_deep()) return Error(begin);
    if (AheadIs(TokenKind::kCloseParen)) {
      Take();
      Take();
    } else {
      ParseValues(false, &call->args);
    }
    if (panic_) return Error(Cover(begin, open));
    return Finish(std::move(call), begin);
  }
  if (AheadIs(TokenKind::kOpenBracket)) {
    ExprPtr row = Make(ExprKind::kListRow, begin);
    const Token list = Take();
    row->text = list.text;
    const Span open = Here();
    Take();
    const Nested nested(this);
    if (nested.too_deep()) return Error(begin);
    row->args.push_back(ParseExpr());
    Close(TokenKind::kCloseBracket, open, "]");
    if (!panic_ && At(TokenKind::kDot) && !Current().space_before) {
      Take();
      // A column may have any name, as behind every dot.
      const bool any = At(TokenKind::kName) || At(TokenKind::kSegment);
      row->name = any ? NameOf(Take()) : ParseName("a column of the list");
    }
    return Finish(std::move(row), begin);
  }
  ExprPtr field = Make(ExprKind::kPath, begin);
  field->paths.push_back(ParsePath("a field"));
  if (panic_) return Error(begin);
  return Finish(std::move(field), begin);
}

ExprPtr ParserCore::ParseValue(bool regex) {
  if (regex && !panic_ && At(TokenKind::kRegex)) {
    Token token = Take();
    ExprPtr expr = Make(ExprKind::kRegex, token.span);
    expr->text = std::move(token.text);
    expr->name = {std::move(token.flags), token.span, false};
    return expr;
  }
  return ParseSum();
}

// value | ( value, .. )
void ParserCore::ParseSet(bool regex, std::vector<ExprPtr>* values) {
  if (!panic_ && At(TokenKind::kOpenParen)) {
    ParseValues(regex, values);
  } else {
    values->push_back(ParseValue(regex));
  }
}

// At the opening parenthesis.
void ParserCore::ParseValues(bool regex, std::vector<ExprPtr>* values) {
  const Span open = Here();
  Take();
  if (At(TokenKind::kCloseParen)) {
    Fail("E074", Cover(open, Here()), "there is no value between these");
    return;
  }
  for (;;) {
    values->push_back(ParseValue(regex));
    if (panic_) return;
    if (TakeIf(TokenKind::kComma)) continue;
    if (!ValueStarts(Current()) || Current().broken) break;
    // A line that begins something else: the parenthesis is missing.
    if (Current().line_before && At(TokenKind::kName)) break;
    diagnostics_->Add(
        "E075", Here(),
        StrCat("a comma is missing before ", Describe(Current())));
  }
  Close(TokenKind::kCloseParen, open, ")");
}

}  // namespace tocsin::rules
