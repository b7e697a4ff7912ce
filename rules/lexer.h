// SPDX-License-Identifier: Apache-2.0
//
// Lexer: the text of a rule file as tokens (LANGUAGE.md sections 1 and 12),
// made one at a time. Mistakes are reported (E001-E049) and repaired, so that
// the parser always gets a usable token. Any bytes are safe; a file above
// kLargestFile is refused.
//
// Threads: one Lexer per thread.
// Tested by: tests/rules/lexer_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/ast.h"
#include "rules/diagnostic.h"
#include "rules/source.h"

namespace tocsin::rules {

inline constexpr size_t kLargestFile = size_t{16} << 20;  // bytes

enum class TokenKind : uint8_t {
  kEnd,
  kName,        // `text`; reserved words too
  kQuotedName,  // `text`: without the backticks
  kSegment,     // behind a dot of a path, begins with a digit; `text`
  kText,        // `text`: the value; `raw`
  kNumber,      // `number`; where `is_integer` also `integer`
  kDuration,    // `integer`: nanoseconds
  kSize,        // `number`: bytes; where `is_integer` also `integer`
  kPercent,     // `number`: the fraction
  kDate,        // `integer`: nanoseconds since 1970
  kRegex,       // `text`: between the slashes; `flags`
  kOpenBrace,
  kCloseBrace,
  kOpenParen,
  kCloseParen,
  kOpenBracket,
  kCloseBracket,
  kComma,
  kColon,
  kDot,
  kRange,     // ..
  kAssign,    // =
  kRelation,  // == != < <= > >=
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kForeignLogic,  // && || & | !
  kForeignOp,     // <> =~ === and the like
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  bool space_before = false;
  bool line_before = false;  // the first of its line
  bool raw = false;
  bool is_integer = false;
  bool broken = false;  // a mistake in it is reported
  Span span;
  std::string text;  // as written unless said otherwise
  std::string flags;
  int64_t integer = 0;
  double number = 0;
};

class Lexer {
 public:
  // The tokens of `part` of the file.
  Lexer(const SourceFile& file, Span part, Diagnostics* diagnostics);

  // kEnd at the end, as often as asked.
  Token Next();

  // Those passed so far.
  std::vector<ast::Comment> TakeComments() { return std::move(comments_); }

 private:
  char At(size_t offset) const { return offset < end_ ? text_[offset] : '\0'; }
  Span SpanFrom(size_t begin) const;
  // Takes one character and checks that it may stand in a rule file.
  void TakeCharacter();
  void SkipForeignComment();
  void SkipBlank(Token* token);
  bool ValueMayStart() const;
  void TakeNameCharacters();
  void LexName(Token* token);
  void LexQuotedName(Token* token);
  void LexRawText(Token* token);
  void LexEscapedText(Token* token);
  void TakeEscape(size_t text_begin, Token* token);
  bool TakeUnicodeEscape(std::string* out);
  bool LexTypographicText(Token* token);
  void LexRegex(Token* token);
  void LexNumber(Token* token);
  bool LexDate(Token* token);
  void TakeDigits();
  void FinishNumber(Token* token, bool integral);
  void LexUnit(Token* token, bool integral);
  bool LexDuration(std::string_view units, Token* token);
  bool LexSize(std::string_view unit, Token* token);
  void BadUnit(std::string_view unit, Token* token);
  bool LexPunctuation(Token* token);
  void LexUnexpected(Token* token);

  const SourceFile& file_;
  std::string_view text_;
  size_t end_;
  size_t at_;
  Diagnostics* diagnostics_;
  std::vector<ast::Comment> comments_;
  TokenKind previous_ = TokenKind::kEnd;
  // What the previous token lets follow.
  bool after_operand_ = false;      // a value has just ended
  bool before_was_operand_ = true;  // the same, one token earlier
  bool after_extract_ = false;      // the word of a source
  bool in_path_ = false;            // a dot that continues a path
};

// Reserved everywhere; as a name only in backticks.
bool IsReserved(std::string_view word);
// Can the text be written as a name without backticks?
bool IsPlainName(std::string_view text);
bool IsPlainSegment(std::string_view text);  // behind a dot

}  // namespace tocsin::rules
