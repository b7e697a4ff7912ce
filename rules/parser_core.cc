// SPDX-License-Identifier: Apache-2.0
//
// Tokens, mistakes and recovery of the parser; see parser_core.h.
#include "rules/parser_core.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/fold.h"
#include "engine/base/status.h"
#include "engine/base/utf8.h"

namespace tocsin::rules {
namespace {

bool IsIn(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsNameToken(const Token& token) {
  return token.kind == TokenKind::kQuotedName ||
         (token.kind == TokenKind::kName && !IsReserved(token.text));
}

constexpr std::array<std::string_view, 24> kUnitWords = {
    "ms",  "s",    "m",    "h",     "d",      "w",       "sec",    "secs",
    "min", "mins", "hour", "hours", "day",    "days",    "second", "seconds",
    "hr",  "hrs",  "week", "weeks", "minute", "minutes", "msec",   "millis"};

}  // namespace

ParserCore::ParserCore(const SourceFile& file, Span part,
                       Diagnostics* diagnostics)
    : file_(file),
      diagnostics_(diagnostics),
      lexer_(file, part, diagnostics),
      last_{file.id(), part.begin, part.begin} {
  tokens_[0] = lexer_.Next();
  tokens_[1] = lexer_.Next();
}

Token ParserCore::Take() {
  Token taken = std::move(tokens_[0]);
  tokens_[0] = std::move(tokens_[1]);
  tokens_[1] = lexer_.Next();
  last_ = taken.span;
  return taken;
}

bool ParserCore::AtWord(std::string_view word) const {
  return At(TokenKind::kName) && Current().text == word;
}

bool ParserCore::AheadIsWord(std::string_view word) const {
  return AheadIs(TokenKind::kName) && Ahead().text == word;
}

bool ParserCore::AtName() const { return IsNameToken(Current()); }
bool ParserCore::AheadIsName() const { return IsNameToken(Ahead()); }

bool ParserCore::TakeIf(TokenKind kind) {
  if (!At(kind)) return false;
  Take();
  return true;
}

bool ParserCore::TakeWord(std::string_view word) {
  if (AtWord(word)) {
    Take();
    return true;
  }
  const bool shouted = At(TokenKind::kName) && IsReserved(word) &&
                       !AheadIs(TokenKind::kAssign) && !panic_ &&
                       EqualFolded(Current().text, word);
  if (!shouted) return false;
  diagnostics_
      ->Add("E064", Here(), StrCat("'", Current().text, "' is no keyword"))
      .Help(StrCat("write ", word));
  Take();
  return true;
}

std::string ParserCore::Describe(const Token& token) const {
  if (token.kind == TokenKind::kEnd) return "the end";
  const std::string_view text = CutUtf8(file_.Text(token.span), 40);
  const std::string_view line = text.substr(0, text.find('\n'));
  return token.kind == TokenKind::kText || token.kind == TokenKind::kQuotedName
             ? std::string(line)
             : StrCat("'", line, "'");
}

Diagnostic& ParserCore::Fail(Code code, Span span, std::string message) {
  static thread_local Diagnostic ignored;
  if (panic_) {
    ignored = Diagnostic();
    return ignored;
  }
  panic_ = true;
  return diagnostics_->Add(code, span, std::move(message));
}

Diagnostic& ParserCore::Expected(std::string_view what) {
  // A token that the lexer has complained about is not mentioned twice.
  if (Current().broken) panic_ = true;
  return Fail("E050", Here(),
              StrCat("expected ", what, ", not ", Describe(Current())));
}

bool ParserCore::Expect(TokenKind kind, std::string_view what) {
  if (!panic_ && TakeIf(kind)) return true;
  Expected(what);
  return false;
}

bool ParserCore::ExpectWord(std::string_view word) {
  if (!panic_ && TakeWord(word)) return true;
  Expected(StrCat("'", word, "'"));
  return false;
}

void ParserCore::Close(TokenKind kind, Span open, const char* sign) {
  if (panic_ || TakeIf(kind)) return;
  // Two values side by side, or something else that does not belong here.
  const bool stops = At(TokenKind::kEnd) || At(TokenKind::kCloseBrace) ||
                     Current().line_before;
  Diagnostic& missing =
      stops
          ? Fail("E060", Here(),
                 StrCat("'", sign, "' is missing before ", Describe(Current())))
          : Fail("E060", Here(),
                 StrCat("expected '", sign, "', not ", Describe(Current())));
  missing.Label(open, "opened here");
}

ParserCore::Nested::Nested(ParserCore* parser)
    : parser_(parser), too_deep_(++parser->depth_ > kDeepestNesting) {
  if (too_deep_) {
    parser->Fail("E068", parser->Here(),
                 StrCat("this nests more than ", kDeepestNesting, " levels"));
  }
}

// ------------------------------------------------------------------ blocks

bool ParserCore::AtItem(const Block& block) const {
  if (!At(TokenKind::kName) && !At(TokenKind::kQuotedName)) return false;
  if (block.defines && AheadIs(TokenKind::kAssign)) return true;
  return At(TokenKind::kName) && IsIn(block.words, Current().text);
}

// A line that starts a block of the top of a file.
bool ParserCore::AtTopBlock() const {
  if (!Current().line_before) return false;
  if (!AheadIsName() && !AheadIs(TokenKind::kText)) return false;
  return AtWord("rule") || AtWord("source") || AtWord("extend") ||
         AtWord("list") || AtWord("except");
}

// At the left margin, where only the top of a file stands.
bool ParserCore::AtMargin() const {
  return Current().line_before &&
         Here().begin == file_.LineBegin(file_.LineOf(Here().begin));
}

// Is the closing brace missing: does something start here that belongs
// outside of this block? Reports it, and takes nothing.
bool ParserCore::ClosesElsewhere(const Block& block, Span open) {
  const bool end = At(TokenKind::kEnd);
  bool outside = end;
  if (!outside && At(TokenKind::kName) && !IsIn(block.words, Current().text)) {
    outside = AtTopBlock() &&
              (AtMargin() || Nearest(Current().text, block.words).empty());
    for (size_t i = 0; !outside && i + 1 < blocks_.size(); ++i) {
      outside = Current().line_before && AtItem(*blocks_[i]);
    }
  }
  if (!outside) return false;
  panic_ = false;
  // At the end of the file the innermost block is blamed, once.
  if (!end || !reported_end_) {
    diagnostics_
        ->Add("E059", Here(),
              StrCat("'}' of ", block.what, " is missing before ",
                     Describe(Current())))
        .Label(open, "opened here");
  }
  reported_end_ = reported_end_ || end;
  return true;
}

void ParserCore::UnknownItem(const Block& block) {
  if (!At(TokenKind::kName)) {
    Expected(StrCat("an item of ", block.what, " or '}'"));
    return;
  }
  const std::string word = Current().text;
  Diagnostic& unknown =
      Fail(block.unknown, Here(),
           StrCat("'", CutUtf8(word, 80), "' is no item of ", block.what));
  const std::string near = DidYouMean(word, block.words);
  if (!near.empty()) {
    unknown.Help(near);
  } else if (block.defines && AheadIs(TokenKind::kRelation)) {
    unknown.Help(StrCat("a definition is written ", word, " = .."));
  } else {
    std::string all;
    for (const std::string_view item : block.words) {
      all += StrCat(all.empty() ? "" : " ", item);
    }
    unknown.Help(StrCat("items of ", block.what, " are: ", all));
  }
  Take();
}

// A line that looks like an item, known or not: a word and what it says.
bool ParserCore::LooksLikeItem() const {
  if (!Current().line_before || !AtName()) return false;
  return AheadIsName() || AheadIs(TokenKind::kText) ||
         AheadIs(TokenKind::kNumber) || AheadIs(TokenKind::kDuration) ||
         AheadIs(TokenKind::kOpenBrace);
}

// To the next line that starts an item, to the closing brace of the block, or
// to what ends it.
void ParserCore::SkipToItem(const Block& block) {
  int open = 0;
  for (bool first = true; !At(TokenKind::kEnd); first = false) {
    if (At(TokenKind::kCloseBrace)) break;
    if (Current().line_before && AtItem(block)) break;
    if (Current().line_before && !first) {
      if (AtTopBlock() || (open <= 0 && LooksLikeItem())) break;
      bool outer = false;
      for (const Block* enclosing : blocks_) {
        outer = outer || AtItem(*enclosing);
      }
      if (outer) break;
    }
    if (At(TokenKind::kOpenParen)) ++open;
    if (At(TokenKind::kCloseParen)) --open;
    if (At(TokenKind::kOpenBrace)) {
      SkipBraces();
    } else {
      Take();
    }
  }
  panic_ = false;
}

// A whole { .. }, without looking into it.
void ParserCore::SkipBraces() {
  int depth = 0;
  do {
    if (At(TokenKind::kOpenBrace)) ++depth;
    if (At(TokenKind::kCloseBrace)) --depth;
    const bool top =
        Ahead().line_before &&
        (AheadIsWord("rule") || AheadIsWord("source") || AheadIsWord("extend"));
    Take();
    if (top) return;  // its end is missing
  } while (depth > 0 && !At(TokenKind::kEnd));
}

// ------------------------------------------------------------------- words

ast::Name ParserCore::NameOf(const Token& token) const {
  return {token.text, token.span, token.kind == TokenKind::kQuotedName};
}

ast::Name ParserCore::ParseName(std::string_view what) {
  if (panic_) return {};
  if (AtName()) return NameOf(Take());
  if (At(TokenKind::kName)) {
    Fail("E067", Here(),
         StrCat("'", Current().text, "' is reserved; expected ", what))
        .Help(StrCat("as a name it is written `", Current().text, "`"));
  } else {
    Expected(what);
  }
  return {};
}

ast::Path ParserCore::ParsePath(std::string_view what) {
  const ast::Name first = ParseName(what);
  ast::Path path;
  if (panic_) return path;
  path.segments.push_back({first.text, first.quoted});
  while (At(TokenKind::kDot) && !Current().space_before) {
    const Token& next = Ahead();
    const bool segment =
        !next.space_before &&
        (next.kind == TokenKind::kName || next.kind == TokenKind::kQuotedName ||
         next.kind == TokenKind::kSegment);
    Take();
    if (!segment) {
      Expected("the rest of the field behind the dot, without a blank");
      break;
    }
    const Token token = Take();
    path.segments.push_back({token.text, token.kind == TokenKind::kQuotedName});
  }
  path.span = Since(first.span);
  return path;
}

std::vector<ast::Path> ParserCore::ParsePaths(std::string_view what) {
  std::vector<ast::Path> paths;
  do {
    ast::Path path = ParsePath(what);
    if (panic_) break;
    paths.push_back(std::move(path));
  } while (TakeIf(TokenKind::kComma));
  return paths;
}

std::vector<ast::Name> ParserCore::ParseNames(std::string_view what) {
  std::vector<ast::Name> names;
  do {
    ast::Name name = ParseName(what);
    if (panic_) break;
    names.push_back(std::move(name));
  } while (TakeIf(TokenKind::kComma));
  return names;
}

std::optional<ast::Text> ParserCore::ParseText(std::string_view what) {
  if (panic_) return std::nullopt;
  if (At(TokenKind::kText)) {
    Token token = Take();
    return ast::Text{std::move(token.text), token.span, token.raw};
  }
  const bool bare =
      !Current().line_before &&
      (At(TokenKind::kName) || At(TokenKind::kNumber) || At(TokenKind::kDate));
  if (!bare) {
    Expected(what);
    return std::nullopt;
  }
  const Span begin = Here();
  Fail("E080", begin, StrCat("expected ", what, " in quotes"));
  // The rest of the line is meant.
  do {
    Take();
  } while (!At(TokenKind::kEnd) && !Current().line_before &&
           !At(TokenKind::kCloseBrace) && !At(TokenKind::kText));
  return std::nullopt;
}

std::vector<ast::Text> ParserCore::ParseTexts(std::string_view what) {
  std::vector<ast::Text> texts;
  do {
    std::optional<ast::Text> text = ParseText(what);
    if (!text) break;
    texts.push_back(*std::move(text));
  } while (TakeIf(TokenKind::kComma));
  return texts;
}

ast::Duration ParserCore::ParseDuration() {
  if (panic_) return {};
  if (At(TokenKind::kDuration)) {
    const Token token = Take();
    return {token.text, token.integer, token.span};
  }
  if (!At(TokenKind::kNumber)) {
    Expected("a duration such as 5m");
    return {};
  }
  const Token number = Take();
  if (number.broken) {  // reported; a duration was meant
    return {number.text, kSecond, number.span};
  }
  if (At(TokenKind::kName) && !Current().line_before &&
      IsIn(kUnitWords, Current().text)) {
    const Token unit = Take();
    diagnostics_
        ->Add("E069", Cover(number.span, unit.span),
              "a duration is written in one piece")
        .Help(StrCat(
            "write ", number.text,
            unit.text.starts_with("ms") ? "ms" : unit.text.substr(0, 1)));
  } else {
    diagnostics_
        ->Add("E069", number.span, StrCat(number.text, " of what unit?"))
        .Help(StrCat("write ", number.text, "s for seconds, ", number.text,
                     "m for minutes; units are ms s m h d w"));
  }
  return {number.text, kSecond, number.span};
}

ast::Duration ParserCore::ParseBound(std::string_view word) {
  if (panic_) return {};
  if (TakeWord(word)) return ParseDuration();
  if (Current().broken) panic_ = true;
  Fail("E070", Here(), StrCat("'", word, "' and a duration are missing"))
      .Help(StrCat("write ", word, " 5m, or what the time is"));
  return {};
}

ast::Integer ParserCore::ParseInteger(std::string_view what) {
  if (panic_) return {};
  if (At(TokenKind::kNumber) && Current().is_integer) {
    const Token token = Take();
    return {token.text, token.integer, token.span};
  }
  Expected(what);
  return {};
}

ast::RuleRef ParserCore::ParseRuleRef() {
  if (!panic_ && At(TokenKind::kText)) {
    Token token = Take();
    return {std::move(token.text), token.span, true, token.raw, false};
  }
  ast::Name name = ParseName("the name or id of a rule");
  return {std::move(name.text), name.span, false, false, name.quoted};
}

ast::Ref ParserCore::ParseRef() {
  const Span begin = Here();
  ast::Ref ref;
  if (AtWord("finding") && (AheadIsName() || AheadIs(TokenKind::kText))) {
    Take();
    ref.finding = true;
    ref.target = ParseRuleRef();
  } else {
    ast::Name name = ParseName("the name of a test");
    ref.target = {std::move(name.text), name.span, false, false, name.quoted};
  }
  ref.span = Since(begin);
  return ref;
}

std::vector<ast::Ref> ParserCore::ParseRefs() {
  std::vector<ast::Ref> refs;
  do {
    ast::Ref ref = ParseRef();
    if (panic_) break;
    refs.push_back(std::move(ref));
  } while (TakeIf(TokenKind::kComma));
  return refs;
}

ast::By ParserCore::ParseBy() {
  ast::By by;
  const Span begin = Here();
  if (panic_ || !TakeWord("by")) return by;
  by.paths = ParsePaths("a field");
  by.span = Since(begin);
  return by;
}

std::optional<ast::Duration> ParserCore::ParseLearning() {
  const bool here = AtWord("learning") && (AheadIs(TokenKind::kDuration) ||
                                           AheadIs(TokenKind::kNumber));
  if (panic_ || !here) return std::nullopt;
  Take();
  return ParseDuration();
}

ast::ExceptUntil ParserCore::TakeDate() {
  const Token token = Take();
  return {token.text, token.integer, token.span};
}

}  // namespace tocsin::rules
