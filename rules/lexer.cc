// SPDX-License-Identifier: Apache-2.0
//
// Lexer: blanks, names, texts and signs; see lexer.h. Numbers and their units
// are in lexer_number.cc.
#include "rules/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/status.h"
#include "engine/base/utf8.h"

namespace tocsin::rules {
namespace {

constexpr std::array<std::string_view, 24> kReserved = {
    "and",     "or",     "not",      "in",         "of",       "by",
    "as",      "where",  "true",     "false",      "null",     "exists",
    "any",     "all",    "contains", "startswith", "endswith", "like",
    "matches", "within", "without",  "per",        "for",      ""};

// Reserved words behind which no operand has ended.
constexpr std::array<std::string_view, 5> kOperandWords = {
    "true", "false", "null", "exists", ""};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '@' || c == '$';
}
bool IsHigh(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool IsBlank(int32_t code) {
  return code == 0xA0 || (code >= 0x2000 && code <= 0x200B) || code == 0x202F ||
         code == 0x3000 || code == 0xFEFF;
}

// C0, C1, and what turns the direction of text around.
bool IsControl(int32_t code) {
  return (code >= 0 && code < 0x20 && code != '\t') ||
         (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

bool IsTypographicQuote(int32_t code) {
  return (code >= 0x2018 && code <= 0x201F) || code == 0xAB || code == 0xBB;
}

template <typename Words>
bool Contains(const Words& words, std::string_view word) {
  return !word.empty() &&
         std::find(words.begin(), words.end(), word) != words.end();
}

bool IsNameTail(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsLetter(text[i]) || IsDigit(text[i])) continue;
    const bool dash = text[i] == '-' && i > 0 && i + 1 < text.size() &&
                      text[i - 1] != '-' && IsLetter(text[i + 1]);
    if (!dash) return false;
  }
  return true;
}

std::string RawForm(std::string_view written) {
  std::string out = "'";
  for (const char c : written) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

}  // namespace

bool IsReserved(std::string_view word) { return Contains(kReserved, word); }

bool IsPlainSegment(std::string_view text) {
  return !text.empty() && text[0] != '-' && IsNameTail(text);
}

bool IsPlainName(std::string_view text) {
  return !text.empty() && IsLetter(text[0]) && IsNameTail(text) &&
         !IsReserved(text);
}

Lexer::Lexer(const SourceFile& file, Span part, Diagnostics* diagnostics)
    : file_(file),
      text_(file.text()),
      end_(std::min<size_t>(part.end, file.text().size())),
      at_(std::min<size_t>(part.begin, end_)),
      diagnostics_(diagnostics) {
  if (text_.size() > kLargestFile) {
    diagnostics_->Add("E015", {file.id(), 0, 0},
                      StrCat("the file has ", text_.size(),
                             " bytes; at most 16 MiB are read"));
    at_ = end_ = 0;
  }
  // A byte order mark says nothing in UTF-8.
  if (at_ == 0 && text_.substr(0, end_).starts_with("\xEF\xBB\xBF")) at_ = 3;
}

Span Lexer::SpanFrom(size_t begin) const {
  return {file_.id(), static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
}

void Lexer::TakeCharacter() {
  const size_t begin = at_;
  if (!IsHigh(text_[at_]) && text_[at_] >= 0x20 && text_[at_] < 0x7F) {
    ++at_;
    return;
  }
  const Utf8Step step = NextUtf8(text_.substr(0, end_), at_);
  at_ += step.size;
  if (step.code < 0) {
    while (at_ < end_ && NextUtf8(text_.substr(0, end_), at_).code < 0) ++at_;
    diagnostics_->Add("E001", SpanFrom(begin), "these bytes are not UTF-8")
        .Help("save the file as UTF-8");
  } else if (IsControl(step.code)) {
    if (step.code == '\r' && At(at_) == '\n') return;
    diagnostics_
        ->Add("E002", SpanFrom(begin),
              "control characters have no place in a rule file")
        .Help("inside \"..\" write it as \\u{..}");
  }
}

void Lexer::SkipForeignComment() {
  const size_t begin = at_;
  if (text_[at_ + 1] == '/') {
    while (at_ < end_ && text_[at_] != '\n') ++at_;
  } else {
    const size_t close = text_.substr(0, end_).find("*/", at_ + 2);
    at_ = close == std::string_view::npos ? end_ : close + 2;
  }
  const size_t stop = at_;
  at_ = begin + 2;
  diagnostics_->Add("E083", SpanFrom(begin), "a comment starts with #")
      .Help("write # .. on each of its lines");
  at_ = stop;
}

void Lexer::SkipBlank(Token* token) {
  token->line_before = at_ == 0;
  while (at_ < end_) {
    const char c = text_[at_];
    const bool crlf = c == '\r' && At(at_ + 1) == '\n';
    if (c == ' ' || c == '\t' || c == '\n' || crlf) {
      if (c == '\n') token->line_before = true;
      ++at_;
    } else if (c == '#') {
      const size_t begin = at_;
      while (at_ < end_ && text_[at_] != '\n' &&
             !(text_[at_] == '\r' && At(at_ + 1) == '\n')) {
        TakeCharacter();
      }
      comments_.push_back({SpanFrom(begin)});
    } else if (c == '/' && (At(at_ + 1) == '/' || At(at_ + 1) == '*')) {
      SkipForeignComment();
    } else {
      return;
    }
    token->space_before = true;
  }
}

bool Lexer::ValueMayStart() const { return !after_operand_ || after_extract_; }

Token Lexer::Next() {
  Token token;
  for (;;) {
    SkipBlank(&token);
    const size_t begin = at_;
    if (at_ >= end_) {
      token.kind = TokenKind::kEnd;
      token.span = SpanFrom(begin);
      return token;
    }
    const char c = text_[at_];
    const char next = At(at_ + 1);
    const bool segment = in_path_ && !token.space_before;
    if (IsLetter(c) || (segment && IsDigit(c))) {
      LexName(&token);
    } else if (IsDigit(c) || (c == '.' && IsDigit(next) && !after_operand_)) {
      LexNumber(&token);
    } else if (c == '"') {
      LexEscapedText(&token);
    } else if (c == '\'') {
      LexRawText(&token);
    } else if (c == '`') {
      LexQuotedName(&token);
    } else if (c == '/' && ValueMayStart()) {
      LexRegex(&token);
    } else if (!LexPunctuation(&token)) {
      LexUnexpected(&token);
      if (token.kind == TokenKind::kEnd) {  // it gave no token
        token.space_before = true;
        continue;
      }
    }
    token.span = SpanFrom(begin);
    if (token.kind >= TokenKind::kDuration && token.kind <= TokenKind::kDate) {
      token.text = text_.substr(begin, at_ - begin);
    }
    break;
  }
  const TokenKind kind = token.kind;
  const bool was_operand = after_operand_;
  const bool name = kind == TokenKind::kName;
  in_path_ = kind == TokenKind::kDot && after_operand_ && !token.space_before;
  const bool segment = previous_ == TokenKind::kDot;
  after_operand_ =
      (kind >= TokenKind::kName && kind <= TokenKind::kRegex &&
       !(name && !segment && IsReserved(token.text) &&
         !Contains(kOperandWords, token.text))) ||
      kind == TokenKind::kCloseParen || kind == TokenKind::kCloseBracket ||
      kind == TokenKind::kCloseBrace || (kind == TokenKind::kDot && in_path_);
  // `extract /../` opens a regular expression only where an item may start.
  after_extract_ = name && token.text == "extract" && !segment &&
                   (was_operand || previous_ == TokenKind::kOpenBrace ||
                    previous_ == TokenKind::kEnd);
  previous_ = kind;
  return token;
}

void Lexer::TakeNameCharacters() {
  const auto word = [](char c) { return IsLetter(c) || IsDigit(c); };
  while (at_ < end_) {
    if (word(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '-' && IsLetter(At(at_ + 1))) {
      at_ += 2;
    } else {
      return;
    }
  }
}

void Lexer::LexName(Token* token) {
  const size_t begin = at_;
  token->kind = IsDigit(text_[at_]) ? TokenKind::kSegment : TokenKind::kName;
  TakeNameCharacters();
  token->text = text_.substr(begin, at_ - begin);
  // A letter of another alphabet in the middle: one mistake, one name.
  if (at_ < end_ && IsHigh(text_[at_]) && !IsBlank(NextUtf8(text_, at_).code) &&
      NextUtf8(text_, at_).code >= 0) {
    LexUnexpected(token);
    token->kind = TokenKind::kName;
    token->text = text_.substr(begin, at_ - begin);
  }
}

void Lexer::LexQuotedName(Token* token) {
  const size_t begin = at_++;
  token->kind = TokenKind::kQuotedName;
  while (at_ < end_ && text_[at_] != '`' && text_[at_] != '\n') {
    TakeCharacter();
  }
  token->text = text_.substr(begin + 1, at_ - begin - 1);
  if (At(at_) != '`' || at_ >= end_) {
    token->broken = true;
    diagnostics_->Add("E010", SpanFrom(begin), "the closing ` is missing");
    return;
  }
  ++at_;
  if (token->text.empty()) {
    token->broken = true;
    diagnostics_->Add("E011", SpanFrom(begin), "`` names nothing");
  }
}

void Lexer::LexRawText(Token* token) {
  const size_t begin = at_++;
  token->kind = TokenKind::kText;
  token->raw = true;
  while (at_ < end_ && text_[at_] != '\n') {
    if (text_[at_] != '\'') {
      const size_t from = at_;
      TakeCharacter();
      token->text += text_.substr(from, at_ - from);
    } else if (At(at_ + 1) == '\'') {
      token->text += '\'';
      at_ += 2;
    } else {
      ++at_;
      return;
    }
  }
  token->broken = true;
  diagnostics_->Add("E005", SpanFrom(begin), "the closing ' is missing")
      .Help("a text ends on its line; a quote inside '..' is written ''");
}

void Lexer::LexEscapedText(Token* token) {
  const size_t begin = at_++;
  token->kind = TokenKind::kText;
  while (at_ < end_ && text_[at_] != '\n') {
    if (text_[at_] == '"') {
      ++at_;
      return;
    }
    if (text_[at_] == '\\') {
      TakeEscape(begin, token);
      continue;
    }
    const size_t from = at_;
    TakeCharacter();
    token->text += text_.substr(from, at_ - from);
  }
  token->broken = true;
  diagnostics_->Add("E005", SpanFrom(begin), "the closing \" is missing")
      .Help("a text ends on its line; a quote inside \"..\" is written \\\"");
}

void Lexer::TakeEscape(size_t text_begin, Token* token) {
  const size_t begin = at_;
  const char c = At(at_ + 1);
  if (at_ + 1 >= end_ || c == '\n') {  // the text has no end either
    ++at_;
    return;
  }
  constexpr std::string_view kEscapes = "\\\"nrt";
  const size_t escape = kEscapes.find(c);
  if (escape != std::string_view::npos) {
    token->text += "\\\"\n\r\t"[escape];
    at_ += 2;
    return;
  }
  if (c == 'u') {
    at_ += 2;
    if (TakeUnicodeEscape(&token->text)) return;
    token->broken = true;
    diagnostics_->Add("E007", SpanFrom(begin), "this is no character")
        .Help("write \\u{1b}: one to six hexadecimal digits in braces");
    return;
  }
  ++at_;
  TakeCharacter();
  token->text += text_.substr(begin, at_ - begin);
  if (token->broken) return;  // one for each text is enough
  token->broken = true;
  Diagnostic& unknown = diagnostics_->Add(
      "E006", SpanFrom(begin),
      StrCat("'", text_.substr(begin, at_ - begin), "' is no escape"));
  // The raw form of the whole text, where it has an end.
  size_t close = at_;
  while (close < end_ && text_[close] != '"' && text_[close] != '\n') {
    close += text_[close] == '\\' && close + 1 < end_ ? 2 : 1;
  }
  if (close < end_ && text_[close] == '"') {
    const auto written = text_.substr(text_begin + 1, close - text_begin - 1);
    unknown.Help(StrCat("in single quotes nothing escapes: ",
                        RawForm(CutUtf8(written, 200))));
  } else {
    unknown.Help("in single quotes nothing escapes; a backslash is \\\\ here");
  }
}

bool Lexer::TakeUnicodeEscape(std::string* out) {
  if (At(at_) != '{') return false;
  size_t at = at_ + 1;
  int32_t code = 0;
  size_t digits = 0;
  for (; digits < 7; ++digits, ++at) {
    const char c = At(at);
    const char lower = static_cast<char>(c | 0x20);
    const bool hex = IsDigit(c) || (lower >= 'a' && lower <= 'f');
    if (!hex) break;
    code = code * 16 + (IsDigit(c) ? c - '0' : lower - 'a' + 10);
  }
  const bool scalar = code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
  if (digits == 0 || digits > 6 || At(at) != '}' || !scalar) return false;
  AppendUtf8(code, out);
  at_ = at + 1;
  return true;
}

// Text between curly quotes, as if they were straight.
bool Lexer::LexTypographicText(Token* token) {
  const size_t begin = at_;
  const Utf8Step open = NextUtf8(text_, at_);
  if (!IsTypographicQuote(open.code)) return false;
  at_ += open.size;
  const Span quote = SpanFrom(begin);
  while (at_ < end_ && text_[at_] != '\n' && text_[at_] != '"') {
    const Utf8Step step = NextUtf8(text_.substr(0, end_), at_);
    if (IsTypographicQuote(step.code)) break;
    TakeCharacter();
  }
  token->kind = TokenKind::kText;
  token->broken = true;
  token->text = text_.substr(begin + open.size, at_ - begin - open.size);
  if (at_ < end_ && text_[at_] != '\n') at_ += NextUtf8(text_, at_).size;
  diagnostics_->Add("E004", quote, "a typographic quote opens no text")
      .Help(StrCat("write ", RawForm(CutUtf8(token->text, 200))));
  return true;
}

void Lexer::LexRegex(Token* token) {
  const size_t begin = at_++;
  token->kind = TokenKind::kRegex;
  while (at_ < end_ && text_[at_] != '/' && text_[at_] != '\n') {
    if (text_[at_] == '\\' && (At(at_ + 1) == '/' || At(at_ + 1) == '\\')) {
      at_ += 2;
    } else {
      TakeCharacter();
    }
  }
  token->text = text_.substr(begin + 1, at_ - begin - 1);
  if (token->text.ends_with('\r')) token->text.pop_back();
  if (at_ >= end_ || text_[at_] != '/') {
    token->broken = true;
    diagnostics_
        ->Add("E008", SpanFrom(begin),
              "the closing / of the regular expression is missing")
        .Help("a slash inside it is written \\/");
    return;
  }
  const size_t flags = ++at_;
  while (at_ < end_ && (IsLetter(text_[at_]) || IsDigit(text_[at_]))) ++at_;
  for (const char flag : text_.substr(flags, at_ - flags)) {
    const bool known = flag == 'i' || flag == 'm' || flag == 's';
    if (known && token->flags.find(flag) == std::string::npos) {
      token->flags += flag;
      continue;
    }
    token->broken = true;
    diagnostics_->Add("E009", SpanFrom(flags),
                      StrCat("'", text_.substr(flags, at_ - flags),
                             "': the flags are i, m and s, each once"));
    return;
  }
}

namespace {

struct Sign {
  std::string_view text;
  TokenKind kind;
};

// Longer ones first.
constexpr Sign kSigns[] = {
    {"===", TokenKind::kForeignOp},   {"!==", TokenKind::kForeignOp},
    {"...", TokenKind::kForeignOp},   {"==", TokenKind::kRelation},
    {"!=", TokenKind::kRelation},     {"<=", TokenKind::kRelation},
    {">=", TokenKind::kRelation},     {"=~", TokenKind::kForeignOp},
    {"!~", TokenKind::kForeignOp},    {"<>", TokenKind::kForeignOp},
    {"=>", TokenKind::kForeignOp},    {"=<", TokenKind::kForeignOp},
    {":=", TokenKind::kForeignOp},    {"->", TokenKind::kForeignOp},
    {"..", TokenKind::kRange},        {"&&", TokenKind::kForeignLogic},
    {"||", TokenKind::kForeignLogic}, {"&", TokenKind::kForeignLogic},
    {"|", TokenKind::kForeignLogic},  {"!", TokenKind::kForeignLogic},
    {"<", TokenKind::kRelation},      {">", TokenKind::kRelation},
    {"=", TokenKind::kAssign},        {"+", TokenKind::kPlus},
    {"-", TokenKind::kMinus},         {"*", TokenKind::kStar},
    {"/", TokenKind::kSlash},         {"{", TokenKind::kOpenBrace},
    {"}", TokenKind::kCloseBrace},    {"(", TokenKind::kOpenParen},
    {")", TokenKind::kCloseParen},    {"[", TokenKind::kOpenBracket},
    {"]", TokenKind::kCloseBracket},  {",", TokenKind::kComma},
    {":", TokenKind::kColon},         {".", TokenKind::kDot},
};

}  // namespace

bool Lexer::LexPunctuation(Token* token) {
  const std::string_view rest = text_.substr(at_, end_ - at_);
  for (const Sign& sign : kSigns) {
    if (!rest.starts_with(sign.text)) continue;
    token->kind = sign.kind;
    token->text = sign.text;
    at_ += sign.text.size();
    return true;
  }
  return false;
}

// A character that begins nothing. Letters of other alphabets become a name and
// most signs an operator, so that it is one mistake and not many; blanks and
// ';' give no token (kEnd).
void Lexer::LexUnexpected(Token* token) {
  const size_t begin = at_;
  const Utf8Step step = NextUtf8(text_.substr(0, end_), at_);
  if (step.code < 0 || IsControl(step.code)) {
    TakeCharacter();
    return;
  }
  if (LexTypographicText(token)) return;
  at_ += step.size;
  if (IsBlank(step.code)) {
    diagnostics_->Add("E003", SpanFrom(begin), "this blank is no plain space")
        .Help("replace it by a space");
    return;
  }
  if (step.code >= 0x80) {
    while (at_ < end_) {
      if (IsLetter(text_[at_]) || IsDigit(text_[at_])) {
        ++at_;
        continue;
      }
      const Utf8Step more = NextUtf8(text_.substr(0, end_), at_);
      if (more.code < 0xA0 || IsBlank(more.code) || IsControl(more.code) ||
          IsTypographicQuote(more.code)) {
        break;
      }
      at_ += more.size;
    }
    token->kind = TokenKind::kName;
    token->broken = true;
    token->text = text_.substr(begin, at_ - begin);
  }
  const std::string_view written = text_.substr(begin, at_ - begin);
  Diagnostic& unexpected = diagnostics_->Add(
      "E003", SpanFrom(begin),
      StrCat("'", CutUtf8(written, 80), "' has no meaning here"));
  if (token->kind == TokenKind::kName) {
    unexpected.Help("a name with other letters is written in backticks: `..`");
    return;
  }
  if (step.code == ';') {
    unexpected.Help("delete it; nothing stands between items");
    return;
  }
  // Most likely an operator of another language.
  token->kind = TokenKind::kForeignOp;
  token->broken = true;
  token->text = written;
  if (step.code == '%') {
    unexpected.Help("a percentage is written in one piece: 90%");
  }
}

}  // namespace tocsin::rules
