// SPDX-License-Identifier: Apache-2.0
//
// ParserCore: what the parser's files share. One class, one file for each
// noun of the grammar:
//   parser_core.cc     tokens, mistakes, recovery, words
//   parser_expr.cc     conditions and comparisons
//   parser_operand.cc  values, measures, sets
//   parser_pattern.cc  what stands behind `when`
//   parser_steps.cc    sequences, steps, guards
//   parser_file.cc     the top of a file, sources, lists, exceptions
//   parser_rule.cc     the items of a rule
//   parser_incident.cc incident and veris blocks
//   parser_block.cc    test blocks and their objects
//
// Mistakes: Fail() reports one and sets `panic_`; until the next item nothing
// more is reported, and every function returns as soon as it can. Items()
// then skips to the next item of the block. Mistakes that do not hide what
// follows (a `=` for `==`) are reported without panic.
//
// Threads: one ParserCore per thread. Tested by: tests/rules/parser_test.cc
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/ast.h"
#include "rules/diagnostic.h"
#include "rules/lexer.h"
#include "rules/parser.h"
#include "rules/source.h"

namespace tocsin::rules {

using Words = std::span<const std::string_view>;

class ParserCore {
 public:
  ParserCore(const SourceFile& file, Span part, Diagnostics* diagnostics);

  ast::File ParseFile();
  ast::ExprPtr ParseOnlyExpr();

 private:
  // ---- parser_core.cc: tokens.
  const Token& Current() const { return tokens_[0]; }
  const Token& Ahead() const { return tokens_[1]; }
  Token Take();
  bool At(TokenKind kind) const { return Current().kind == kind; }
  bool AheadIs(TokenKind kind) const { return Ahead().kind == kind; }
  // A word without backticks.
  bool AtWord(std::string_view word) const;
  bool AheadIsWord(std::string_view word) const;
  bool AtName() const;  // a name that is not reserved, or in backticks
  bool AheadIsName() const;
  bool TakeIf(TokenKind kind);
  // Takes `word`; where it is a reserved word also in upper case, reported.
  bool TakeWord(std::string_view word);
  Span Here() const { return Current().span; }
  Span Since(Span begin) const { return Cover(begin, last_); }
  std::string Describe(const Token& token) const;

  // ---- Mistakes.
  Diagnostic& Fail(Code code, Span span, std::string message);
  Diagnostic& Expected(std::string_view what);  // E050 at this place
  bool Expect(TokenKind kind, std::string_view what);
  bool ExpectWord(std::string_view word);
  void Close(TokenKind kind, Span open, const char* sign);
  bool panic() const { return panic_; }

  class Nested {
   public:
    explicit Nested(ParserCore* parser);
    ~Nested() { --parser_->depth_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    bool too_deep() const { return too_deep_; }

   private:
    ParserCore* parser_;
    bool too_deep_;
  };

  // ---- Blocks. `what` and `words` are for the messages and the recovery.
  struct Block {
    const char* what;  // "a rule"
    Code unknown;      // E054
    Words words;
    bool defines;  // NAME = expr is an item
  };
  // { items }: calls item(keyword) at each one, before its keyword is taken;
  // "=" for a definition.
  template <typename Item>
  void Items(const Block& block, const Item& item);
  void UnknownItem(const Block& block);
  bool AtItem(const Block& block) const;
  bool ClosesElsewhere(const Block& block, Span open);
  bool AtTopBlock() const;
  bool AtMargin() const;
  bool LooksLikeItem() const;
  void SkipToItem(const Block& block);
  void SkipBraces();

  // ---- Words of many items.
  ast::Name ParseName(std::string_view what);
  ast::Name NameOf(const Token& token) const;
  ast::Path ParsePath(std::string_view what);
  std::vector<ast::Path> ParsePaths(std::string_view what);
  std::vector<ast::Name> ParseNames(std::string_view what);
  std::optional<ast::Text> ParseText(std::string_view what);
  std::vector<ast::Text> ParseTexts(std::string_view what);
  ast::Duration ParseDuration();
  ast::Duration ParseBound(std::string_view word);  // `within D`: E070
  ast::Integer ParseInteger(std::string_view what);
  ast::RuleRef ParseRuleRef();
  ast::Ref ParseRef();
  std::vector<ast::Ref> ParseRefs();
  ast::By ParseBy();  // where one stands here
  std::optional<ast::Duration> ParseLearning();
  ast::ExceptUntil TakeDate();

  // ---- parser_expr.cc
  ast::ExprPtr ParseExpr();
  ast::ExprPtr ParseTerm();
  ast::ExprPtr ParseNot();
  ast::ExprPtr ParseQuantified();
  ast::ExprPtr ParseUnusually();
  ast::ExprPtr ParseCompare();
  ast::ExprPtr ParseComparison(ast::ExprPtr left);
  ast::ExprPtr ParseRelation(ast::ExprPtr left, std::string op);
  ast::ExprPtr ParseMember(ast::ExprPtr left);
  ast::ExprPtr ParseTextOp(ast::ExprPtr left);
  ast::ExprPtr ParseIs(ast::ExprPtr left);
  ast::ExprPtr ParseForeign(ast::ExprPtr left);
  std::string_view JoinWordHere();  // "and", "or" or ""
  std::string_view TextOpMeant() const;
  bool AtRelation() const;
  ast::ExprPtr Make(ast::ExprKind kind, Span begin) const;
  ast::ExprPtr Error(Span begin) const;
  // Span and height of a node whose children are complete.
  ast::ExprPtr Finish(ast::ExprPtr expr, Span begin);

  // ---- parser_operand.cc
  ast::ExprPtr ParseSum();
  ast::ExprPtr ParseProduct();
  ast::ExprPtr ParsePrim();
  ast::ExprPtr ParseLiteral();
  ast::ExprPtr ParseParenthesis();
  ast::ExprPtr ParseMeasure();
  ast::ExprPtr ParseNamed();  // path, call or list row
  ast::ExprPtr MissingValue();
  ast::ExprPtr ParseValue(bool regex);
  void ParseSet(bool regex, std::vector<ast::ExprPtr>* values);
  void ParseValues(bool regex, std::vector<ast::ExprPtr>* values);
  bool AtMeasure() const;
  bool AtLiteral() const;
  bool ValueStarts(const Token& token) const;
  bool OperatorFollows() const;  // behind the current word

  // ---- parser_pattern.cc
  ast::Pattern ParsePattern();
  bool AtPattern(std::string_view word) const;
  ast::Condition ParseCondition();
  void ParsePer(ast::Condition* condition);
  ast::AllOf ParseAllOf();
  ast::AnyOf ParseAnyOf();
  ast::Silence ParseSilence();
  ast::First ParseFirst();
  ast::Rare ParseRare();
  // ---- parser_steps.cc
  ast::Sequence ParseSequence();
  ast::Step ParseStep();
  ast::Guard ParseGuard();
  void NoTestHere();
  bool AtBlockEnd(Span open, const char* what);
  void SkipLine();
  void CloseLines();

  // ---- parser_file.cc
  std::optional<ast::FileItem> ParseTopItem();
  bool AtTopItem() const;
  void SkipToTop();
  ast::Define ParseDefine();
  ast::Source ParseSource();
  void ParseSourceItem(std::string_view word, ast::SourceItem* item);
  ast::SourceSigma ParseSigma();
  ast::SourceExtract ParseExtract();
  ast::SourceTime ParseTime();
  ast::SourceField ParseField();
  ast::List ParseList();
  void ParseListItem(std::string_view word, ast::ListItem* item);
  ast::Except ParseExcept();
  void ParseExceptItem(std::string_view word, ast::ExceptItem* item);

  // ---- parser_rule.cc
  std::vector<ast::RuleItem> ParseBody();
  void ParseRuleItem(std::string_view word, ast::RuleItem* item);
  ast::Meta ParseMeta(std::string_view word);
  bool IsItemWord(std::string_view word) const;
  ast::Level ParseLevel();
  ast::Risk ParseRisk();
  ast::From ParseFrom();
  ast::When ParseWhen();
  bool AtAtMost() const;
  ast::AtMost ParseAtMost();
  // ---- parser_incident.cc
  ast::Incident ParseIncident();
  void ParseIncidentItem(std::string_view word, ast::IncidentItem* item);
  ast::IncidentGroup ParseGroup();
  ast::IncidentVeris ParseVeris();
  void ParseVerisEntry(std::string_view word, ast::VerisEntry* entry);
  // ---- parser_block.cc
  ast::Test ParseTest();
  void ParseTestItem(std::string_view word, ast::TestItem* item);
  ast::TestStart ParseStart();
  ast::TestList ParseTestList();
  ast::TestAt ParseTestAt();
  ast::TestExpect ParseExpect();
  ast::Json ParseObject();
  void SkipObject(Span open);
  ast::Json ParseArray();
  ast::JsonMember ParseMember();
  ast::Json ParseJson();
  ast::Json BadJson();
  ast::Json ParseJsonNumber();

  const SourceFile& file_;
  Diagnostics* diagnostics_;
  Lexer lexer_;
  Token tokens_[2];
  Span last_;  // of the token taken last
  bool panic_ = false;
  bool reported_end_ = false;  // that the file ends inside a block
  int depth_ = 0;
  std::vector<const Block*> blocks_;  // open ones, outermost first
};

template <typename Item>
void ParserCore::Items(const Block& block, const Item& item) {
  const Span open = Here();
  if (!Expect(TokenKind::kOpenBrace, "'{'")) return;
  blocks_.push_back(&block);
  for (;;) {
    if (At(TokenKind::kCloseBrace)) {
      Take();
      break;
    }
    if (ClosesElsewhere(block, open)) break;
    const uint32_t before = Here().begin;
    const bool word = At(TokenKind::kName);
    const std::string keyword = word ? Current().text : "";
    const bool define =
        block.defines && AheadIs(TokenKind::kAssign) && AtName();
    if (!define && !AtItem(block)) {
      UnknownItem(block);
    } else {
      item(define ? std::string_view("=") : std::string_view(keyword));
    }
    if (panic_) SkipToItem(block);
    if (Here().begin == before && !At(TokenKind::kEnd)) Take();
  }
  blocks_.pop_back();
}

}  // namespace tocsin::rules
