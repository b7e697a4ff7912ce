// SPDX-License-Identifier: Apache-2.0
//
// Conditions and comparisons: expr, term and compare of the grammar; see
// parser_core.h.
#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/fold.h"
#include "engine/base/status.h"
#include "rules/parser_core.h"

namespace tocsin::rules {

using ast::ExprKind;
using ast::ExprPtr;

namespace {

constexpr std::array<std::string_view, 5> kTextOps = {
    "contains", "startswith", "endswith", "like", "matches"};
constexpr std::array<std::string_view, 6> kWordOps = {
    "contains", "startswith", "endswith", "like", "matches", "exists"};

bool IsIn(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What other languages write for an operator, and what it is here.
std::string_view NativeOperator(std::string_view foreign) {
  struct Row {
    std::string_view foreign;
    std::string_view native;
  };
  static constexpr Row kRows[] = {
      {"===", "=="},
      {":=", "=="},
      {"=>", ">="},
      {"=<", "<="},
      {"<>", "!="},
      {"!==", "!="},
      {"=~", "matches"},
      {"!~", "not .. matches"},
      {"equals", "=="},
      {"eq", "=="},
      {"ne", "!="},
      {"lt", "<"},
      {"gt", ">"},
      {"le", "<="},
      {"lte", "<="},
      {"ge", ">="},
      {"gte", ">="},
      {"regex", "matches"},
      {"re", "matches"},
      {"rlike", "matches"},
      {"has", "contains"},
      {"includes", "contains"},
      {"starts_with", "startswith"},
      {"begins", "startswith"},
      {"ends_with", "endswith"},
  };
  for (const Row& row : kRows) {
    if (EqualFolded(row.foreign, foreign)) return row.native;
  }
  return "";
}

}  // namespace

ExprPtr ParserCore::Make(ExprKind kind, Span begin) const {
  auto expr = std::make_unique<ast::Expr>();
  expr->kind = kind;
  expr->span = begin;
  expr->op_span = begin;
  return expr;
}

ExprPtr ParserCore::Error(Span begin) const {
  return Make(ExprKind::kError, begin);
}

ExprPtr ParserCore::Finish(ExprPtr expr, Span begin) {
  expr->span = Since(begin);
  int height = 0;
  for (const ExprPtr& arg : expr->args)
    height = std::max<int>(height, arg->height);
  if (height < kDeepestNesting) {
    expr->height = static_cast<uint16_t>(height + 1);
    return expr;
  }
  Fail("E068", expr->op_span,
       StrCat("this nests more than ", kDeepestNesting, " levels"));
  return Error(expr->span);
}

ExprPtr ParserCore::ParseOnlyExpr() {
  ExprPtr expr = ParseExpr();
  if (!panic_ && !At(TokenKind::kEnd)) Expected("the end of the expression");
  return panic_ ? Error(expr->span) : std::move(expr);
}

// "and", "or", or "" where the condition ends. A word in upper case or of
// another language is reported and taken for what it means.
std::string_view ParserCore::JoinWordHere() {
  if (panic_) return "";
  if (AtWord("and")) return "and";
  if (AtWord("or")) return "or";
  const bool sign = At(TokenKind::kForeignLogic) && Current().text != "!";
  const bool shout = At(TokenKind::kName) && !AheadIs(TokenKind::kAssign);
  std::string_view word;
  if (sign) {
    word = Current().text[0] == '&' ? "and" : "or";
    diagnostics_
        ->Add("E063", Here(),
              StrCat("'", Current().text, "' joins nothing here"))
        .Help(StrCat("write ", word));
  } else if (shout && EqualFolded(Current().text, "and")) {
    word = "and";
  } else if (shout && EqualFolded(Current().text, "or")) {
    word = "or";
  }
  if (shout && !word.empty()) {
    diagnostics_
        ->Add("E064", Here(), StrCat("'", Current().text, "' is no keyword"))
        .Help(StrCat("write ", word));
  }
  return word;
}

ExprPtr ParserCore::ParseExpr() {
  const Span begin = Here();
  ExprPtr first = ParseTerm();
  std::string_view word = JoinWordHere();
  if (word.empty()) return first;
  ExprPtr joined = Make(word == "and" ? ExprKind::kAnd : ExprKind::kOr, begin);
  joined->op_span = Here();
  joined->args.push_back(std::move(first));
  const std::string_view first_word = word;
  bool mixed = false;
  while (!word.empty()) {
    if (word != first_word && !mixed) {
      mixed = true;
      diagnostics_
          ->Add("E065", Here(),
                StrCat("'", word, "' behind '", first_word,
                       "' without parentheses"))
          .Label(joined->op_span, StrCat("'", first_word, "' is here"))
          .Help("write (a and b) or c, or a and (b or c)");
    }
    Take();
    joined->args.push_back(ParseTerm());
    word = JoinWordHere();
  }
  return Finish(std::move(joined), begin);
}

ExprPtr ParserCore::ParseTerm() {
  const Span begin = Here();
  if (panic_) return Error(begin);
  if (AtWord("not")) return ParseNot();
  const bool bang = At(TokenKind::kForeignLogic) && Current().text == "!";
  const bool shout = At(TokenKind::kName) && !AtWord("not") &&
                     EqualFolded(Current().text, "not") && !OperatorFollows();
  if (bang) {
    diagnostics_->Add("E063", begin, "'!' negates nothing here")
        .Help("write not");
    return ParseNot();
  }
  if (shout) {
    diagnostics_
        ->Add("E064", begin, StrCat("'", Current().text, "' is no keyword"))
        .Help("write not");
    return ParseNot();
  }
  if (AtWord("any") || AtWord("all")) return ParseQuantified();
  const bool unusually =
      AtWord("unusually") && (AheadIsWord("high") || AheadIsWord("low"));
  if (unusually) return ParseUnusually();
  return ParseCompare();
}

ExprPtr ParserCore::ParseNot() {
  const Span begin = Here();
  ExprPtr negated = Make(ExprKind::kNot, begin);
  Take();
  const Nested nested(this);
  if (nested.too_deep()) return Error(begin);
  negated->args.push_back(ParseTerm());
  return Finish(std::move(negated), begin);
}

ExprPtr ParserCore::ParseQuantified() {
  const Span begin = Here();
  ExprPtr expr = Make(ExprKind::kQuantified, begin);
  expr->all = Take().text == "all";
  const std::string form =
      StrCat(expr->all ? "all" : "any", " m in PATH where (..)");
  const auto bad = [&](std::string_view what) {
    if (Current().broken) panic_ = true;
    Fail("E076", Here(),
         StrCat("expected ", what, ", not ", Describe(Current())))
        .Help(StrCat("write ", form));
    return Error(begin);
  };
  if (!AtName()) return bad("a name for the element");
  expr->name = NameOf(Take());
  if (!TakeWord("in")) return bad("'in' and an array");
  if (!AtName()) return bad("the array's field");
  expr->paths.push_back(ParsePath("the array's field"));
  if (panic_) return Error(begin);
  if (!TakeWord("where")) return bad("'where' and the condition");
  const Span open = Here();
  if (!TakeIf(TokenKind::kOpenParen)) return bad("'(' and the condition");
  const Nested nested(this);
  if (nested.too_deep()) return Error(begin);
  expr->args.push_back(ParseExpr());
  Close(TokenKind::kCloseParen, open, ")");
  return Finish(std::move(expr), begin);
}

ExprPtr ParserCore::ParseUnusually() {
  const Span begin = Here();
  ExprPtr expr = Make(ExprKind::kUnusually, begin);
  Take();
  expr->text = Take().text;
  expr->args.push_back(ParseSum());
  return Finish(std::move(expr), begin);
}

bool ParserCore::AtRelation() const {
  return At(TokenKind::kRelation) || At(TokenKind::kAssign);
}

ExprPtr ParserCore::ParseCompare() {
  const Span begin = Here();
  ExprPtr left = ParseSum();
  if (panic_) return left;
  bool negated = false;
  const bool misplaced =
      AtWord("not") &&
      (AheadIsWord("in") || AheadIsWord("exists") ||
       (AheadIs(TokenKind::kName) && IsIn(kTextOps, Ahead().text)));
  if (misplaced) {
    diagnostics_
        ->Add("E081", Here(), "not stands in front of the whole comparison")
        .Help(StrCat("write not ", file_.Text(left->span), " ", Ahead().text,
                     " .."));
    Take();
    negated = true;
  }
  ExprPtr expr = ParseComparison(std::move(left));
  while (!panic_ && AtRelation()) {
    diagnostics_->Add("E066", Here(), "a comparison has two sides")
        .Help("join two comparisons with and; a range is x in 1..9");
    Take();
    ParseSum();
  }
  if (!negated || panic_) return expr;
  ExprPtr outer = Make(ExprKind::kNot, begin);
  outer->args.push_back(std::move(expr));
  return Finish(std::move(outer), begin);
}

ExprPtr ParserCore::ParseComparison(ExprPtr left) {
  if (At(TokenKind::kRelation)) {
    return ParseRelation(std::move(left), Current().text);
  }
  if (At(TokenKind::kAssign)) {
    diagnostics_->Add("E062", Here(), "= defines a name; == compares")
        .Help("write ==");
    return ParseRelation(std::move(left), "==");
  }
  if (AtWord("in")) return ParseMember(std::move(left));
  if (At(TokenKind::kName) && IsIn(kTextOps, Current().text)) {
    return ParseTextOp(std::move(left));
  }
  if (AtWord("exists")) {
    ExprPtr expr = Make(ExprKind::kExists, Here());
    const Span begin = left->span;
    Take();
    expr->args.push_back(std::move(left));
    return Finish(std::move(expr), begin);
  }
  const bool is =
      AtWord("is") &&
      (AheadIsWord("null") || AheadIsWord("not") || AheadIs(TokenKind::kText) ||
       AheadIs(TokenKind::kNumber) || AheadIsWord("true") ||
       AheadIsWord("false") || AheadIsWord("missing"));
  if (is) return ParseIs(std::move(left));
  return ParseForeign(std::move(left));
}

ExprPtr ParserCore::ParseRelation(ExprPtr left, std::string op) {
  const Span begin = left->span;
  ExprPtr expr = Make(ExprKind::kCompare, Here());
  expr->text = std::move(op);
  Take();
  expr->args.push_back(std::move(left));
  expr->args.push_back(ParseSum());
  return Finish(std::move(expr), begin);
}

// left in list NAME | cidr (..) | (..) | a..b | value
ExprPtr ParserCore::ParseMember(ExprPtr left) {
  const Span begin = left->span;
  ExprPtr expr = Make(ExprKind::kInValue, Here());
  Take();
  expr->args.push_back(std::move(left));
  if (AtWord("list") && AheadIsName()) {
    Take();
    expr->kind = ExprKind::kInList;
    expr->name = NameOf(Take());
    return Finish(std::move(expr), begin);
  }
  const bool cidr = AtWord("cidr") && (AheadIs(TokenKind::kText) ||
                                       AheadIs(TokenKind::kOpenParen));
  if (cidr) {
    Take();
    expr->kind = ExprKind::kInCidr;
    ParseSet(false, &expr->args);
    return Finish(std::move(expr), begin);
  }
  ExprPtr low;
  if (At(TokenKind::kOpenParen)) {
    ParseValues(false, &expr->args);
    const bool range = expr->args.size() == 2 && At(TokenKind::kRange);
    if (!range) {
      expr->kind = ExprKind::kInSet;
      return Finish(std::move(expr), begin);
    }
    low = std::move(expr->args.back());
    expr->args.pop_back();
  } else {
    low = ParseSum();
  }
  expr->args.push_back(std::move(low));
  if (!panic_ && TakeIf(TokenKind::kRange)) {
    expr->kind = ExprKind::kInRange;
    expr->args.push_back(ParseSum());
  }
  return Finish(std::move(expr), begin);
}

ExprPtr ParserCore::ParseTextOp(ExprPtr left) {
  const Span begin = left->span;
  ExprPtr expr = Make(ExprKind::kTextOp, Here());
  expr->text = Take().text;
  expr->args.push_back(std::move(left));
  expr->all = TakeWord("all");
  ParseSet(expr->text == "matches", &expr->args);
  return Finish(std::move(expr), begin);
}

// `x is null`, `x is not "a"`: read as == and reported.
ExprPtr ParserCore::ParseIs(ExprPtr left) {
  const Span begin = left->span;
  const Span is = Here();
  Take();
  const bool negated = AtWord("not");
  if (negated) Take();
  ExprPtr expr = Make(ExprKind::kCompare, is);
  expr->text = negated ? "!=" : "==";
  diagnostics_->Add("E082", Since(is), "is compares nothing")
      .Help(StrCat("write ", expr->text));
  expr->args.push_back(std::move(left));
  expr->args.push_back(ParseSum());
  return Finish(std::move(expr), begin);
}

// The operator that the current word was meant to be, or "".
std::string_view ParserCore::TextOpMeant() const {
  if (!At(TokenKind::kName) || Current().line_before) return "";
  const bool value = AheadIs(TokenKind::kText) || AheadIs(TokenKind::kRegex) ||
                     AheadIs(TokenKind::kOpenParen) ||
                     AheadIs(TokenKind::kNumber);
  if (!value) return "";
  // Words that begin an item are never an operator.
  for (const Block* block : blocks_) {
    if (IsIn(block->words, Current().text)) return "";
  }
  const std::string_view native = NativeOperator(Current().text);
  return native.empty() ? Nearest(Current().text, kWordOps) : native;
}

ExprPtr ParserCore::ParseForeign(ExprPtr left) {
  const std::string_view meant = TextOpMeant();
  if (!At(TokenKind::kForeignOp) && meant.empty()) return left;
  const Span begin = left->span;
  ExprPtr expr = Make(ExprKind::kError, Here());
  if (!Current().broken) {
    Diagnostic& unknown = diagnostics_->Add(
        "E084", Here(), StrCat("'", Current().text, "' is no operator"));
    const std::string_view native =
        meant.empty() ? NativeOperator(Current().text) : meant;
    if (!native.empty()) unknown.Help(StrCat("write ", native));
  }
  Take();
  expr->args.push_back(std::move(left));
  ParseSet(true, &expr->args);
  expr->args.clear();
  return Finish(std::move(expr), begin);
}

}  // namespace tocsin::rules
