// SPDX-License-Identifier: Apache-2.0
//
// Lexer: the tokens of the lexical grammar, and that any bytes are safe.
#include "rules/lexer.h"

#include <catch2/catch_test_macros.hpp>

#include <random>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::rules {
namespace {

struct Lexed {
  explicit Lexed(std::string text) {
    const FileId id = sources.Add("t.rule", std::move(text));
    const SourceFile& file = sources.file(id);
    Lexer lexer(file, {id, 0, static_cast<uint32_t>(file.text().size())},
                &diagnostics);
    do {
      tokens.push_back(lexer.Next());
    } while (tokens.back().kind != TokenKind::kEnd);
    comments = lexer.TakeComments();
  }

  std::string codes() const {
    std::string out;
    for (const Diagnostic* d : diagnostics.Sorted()) {
      out += StrCat(out.empty() ? "" : " ", d->code());
    }
    return out;
  }

  SourceSet sources;
  Diagnostics diagnostics;
  std::vector<Token> tokens;
  std::vector<ast::Comment> comments;
};

// The first token of a text without mistakes.
Token One(const std::string& text) {
  const Lexed lexed(text);
  CAPTURE(text);
  CHECK(lexed.codes() == "");
  CHECK(lexed.tokens.size() == 2);
  return lexed.tokens[0];
}

// The texts of all tokens, with a blank between.
std::string Texts(const std::string& text) {
  const Lexed lexed(text);
  CAPTURE(text);
  CHECK(lexed.codes() == "");
  std::string out;
  for (const Token& token : lexed.tokens) {
    if (token.kind == TokenKind::kEnd) break;
    out +=
        StrCat(out.empty() ? "" : " ", lexed.sources.file(0).Text(token.span));
  }
  return out;
}

std::string Codes(const std::string& text) { return Lexed(text).codes(); }

TEST_CASE("Lexer: a dash before a letter belongs to a name") {
  CHECK(One("cs-method").text == "cs-method");
  CHECK(One("@timestamp").text == "@timestamp");
  CHECK(One("$a_1-b2").text == "$a_1-b2");
  CHECK(Texts("a - b") == "a - b");
  CHECK(Texts("a -b") == "a - b");
  CHECK(Texts("a-1") == "a - 1");
  CHECK(Texts("5-a") == "5 - a");
}

TEST_CASE("Lexer: names in backticks hold anything of their line") {
  const Token token = One("`odd name-# 1`");
  CHECK(token.kind == TokenKind::kQuotedName);
  CHECK(token.text == "odd name-# 1");
}

TEST_CASE("Lexer: behind a dot a segment may start with a digit") {
  CHECK(Texts("T1110.001") == "T1110 . 001");
  CHECK(Lexed("T1110.001").tokens[2].kind == TokenKind::kSegment);
  CHECK(Texts("a.0.b") == "a . 0 . b");
  CHECK(Texts("a.5m.`x y`.1e6") == "a . 5m . `x y` . 1e6");
  CHECK(Texts("8..18") == "8 .. 18");
  CHECK(Texts("a.b..c") == "a . b .. c");
  CHECK(Texts("0.5..1.5") == "0.5 .. 1.5");
}

TEST_CASE("Lexer: raw text escapes nothing but its quote") {
  const Token token = One(R"('C:\Win\"x" it''s')");
  CHECK(token.raw);
  CHECK(token.text == R"(C:\Win\"x" it's)");
  CHECK(One("''").text.empty());
}

TEST_CASE("Lexer: escaped text") {
  const Token token = One(R"("\\ \" \n \r \t \u{1b} \u{1F600} é")");
  CHECK_FALSE(token.raw);
  CHECK(token.text == "\\ \" \n \r \t \x1b \xF0\x9F\x98\x80 é");
  CHECK(Codes(R"("\w")") == "E006");
  CHECK(Codes(R"("\w\d")") == "E006");  // one for each text
  CHECK(Codes("\"a\nb") == "E005");
  CHECK(Codes("\"a\\") == "E005");
  CHECK(Codes("\"a\\\nb") == "E005");
}

TEST_CASE("Lexer: numbers are exact where they are whole") {
  Token token = One("9223372036854775807");
  CHECK(token.is_integer);
  CHECK(token.integer == INT64_MAX);
  CHECK_FALSE(One("9223372036854775808").is_integer);
  CHECK(One("0.25").number == 0.25);
  CHECK(One("1e6").number == 1e6);
  CHECK_FALSE(One("1e6").is_integer);
  CHECK(One("2.5E-3").number == 2.5e-3);
  CHECK(One("1e-999").number == 0);
  CHECK(Codes("1e999") == "E013");
  CHECK(Codes("10.0.0.1/8") == "E013");
  CHECK(Codes("5x") == "E013");
  CHECK(Codes(".5") == "E013");
}

TEST_CASE("Lexer: durations go from the larger unit to the smaller") {
  CHECK(One("5m").integer == 5 * kMinute);
  CHECK(One("1h30m").integer == 90 * kMinute);
  CHECK(One("1w2d3h4m5s6ms").kind == TokenKind::kDuration);
  CHECK(One("250ms").integer == 250 * kMillisecond);
  CHECK(One("0s").integer == 0);
  for (const char* bad : {"30m1h", "1h1h", "1h30", "1.5h", "5min", "5H",
                          "99999999999w", "3days", "5mm"}) {
    CAPTURE(bad);
    CHECK(Codes(bad) == "E012");
  }
}

TEST_CASE("Lexer: sizes are attached or one blank apart") {
  CHECK(One("50 MB").integer == 50'000'000);
  CHECK(One("50MB").integer == 50'000'000);
  CHECK(One("2 KiB").integer == 2'048);
  CHECK(One("1.5 GB").integer == 1'500'000'000);
  CHECK(One("1TiB").integer == int64_t{1} << 40);
  CHECK(One("90%").number == 0.9);
  CHECK(One("0.1%").kind == TokenKind::kPercent);
  CHECK(Texts("50 MBytes") == "50 MBytes");
  CHECK(Texts("50\nMB") == "50 MB");
  CHECK(Lexed("50\nMB").tokens.size() == 3);
  CHECK(Codes("50mb") == "E013");
}

TEST_CASE("Lexer: dates are days of the calendar") {
  CHECK(One("1970-01-02").integer == kDay);
  CHECK(One("2028-02-29").kind == TokenKind::kDate);
  CHECK(Codes("2026-02-29") == "E014");
  CHECK(Codes("2026-1-05") == "E014");
  CHECK(Codes("2026-01-05T00:00Z") == "E014");
  CHECK(Codes("9999-01-01") == "E014");
  CHECK(Texts("2026-1") == "2026 - 1");
}

TEST_CASE("Lexer: a regular expression only where a value may start") {
  const Lexed lexed(R"(x matches /a\/b+/i)");
  CHECK(lexed.tokens[2].kind == TokenKind::kRegex);
  CHECK(lexed.tokens[2].text == R"(a\/b+)");
  CHECK(lexed.tokens[2].flags == "i");
  CHECK(Lexed("a in (/x/, /y/)").tokens[3].kind == TokenKind::kRegex);
  CHECK(Texts("a / b / c") == "a / b / c");
  CHECK(Texts("1 / 2 / 3") == "1 / 2 / 3");
  CHECK(Texts("(a) / b / 1h") == "( a ) / b / 1h");
  CHECK(Texts("x.matches / 2 / 3") == "x . matches / 2 / 3");
  CHECK(Lexed("source s { extract /a b/ from m }").tokens[4].kind ==
        TokenKind::kRegex);
  CHECK(Lexed("source s { strict extract /a/ from m }").tokens[5].kind ==
        TokenKind::kRegex);
  CHECK(Texts("x == extract / 2 / 3") == "x == extract / 2 / 3");
}

TEST_CASE("Lexer: comments, blanks and line ends") {
  const Lexed lexed("\xEF\xBB\xBF# one\r\na # two\n#three");
  CHECK(lexed.codes() == "");
  REQUIRE(lexed.comments.size() == 3);
  CHECK(lexed.sources.file(0).Text(lexed.comments[0].span) == "# one");
  CHECK(lexed.sources.file(0).Text(lexed.comments[2].span) == "#three");
  CHECK(lexed.tokens[0].line_before);
  CHECK(Codes("a\rb") == "E002");
  CHECK(Codes("# \x01") == "E002");
  CHECK(Codes("\xC2\xA0") == "E003");
  CHECK(Codes("# \xFF\xFE") == "E001");
}

TEST_CASE("Lexer: a file above the limit is refused") {
  const Lexed lexed(std::string(kLargestFile + 1, ' '));
  CHECK(lexed.codes() == "E015");
  CHECK(lexed.tokens.size() == 1);
  CHECK(Codes(std::string(kLargestFile, ' ')) == "");
}

TEST_CASE("Lexer: spans of tokens are in order and in the file") {
  // Any bytes: nothing crashes, and each step goes on.
  std::mt19937 random(7);  // NOLINT: the same texts every time
  constexpr std::string_view kBytes =
      "ab01.-/'\"`#{}()[]=<>!&|\\ \n\r\tu%:,\xC3\xA9\xE2\x80\x9C\xFF\x01@$;~";
  for (int round = 0; round < 3'000; ++round) {
    std::string text;
    for (size_t i = random() % 60; i > 0; --i) {
      text += kBytes[random() % kBytes.size()];
    }
    const Lexed lexed(text);
    uint32_t end = 0;
    for (const Token& token : lexed.tokens) {
      CAPTURE(text);
      REQUIRE(token.span.begin >= end);
      REQUIRE(token.span.end >= token.span.begin);
      REQUIRE(token.span.end <= text.size());
      const bool last = token.kind == TokenKind::kEnd;
      REQUIRE((last || token.span.end > token.span.begin));
      end = token.span.end;
    }
  }
}

TEST_CASE("Lexer: which names need backticks") {
  CHECK(IsPlainName("cs-method"));
  CHECK_FALSE(IsPlainName("cs-"));
  CHECK_FALSE(IsPlainName("a--b"));
  CHECK_FALSE(IsPlainName("1a"));
  CHECK_FALSE(IsPlainName("in"));
  CHECK_FALSE(IsPlainName(""));
  CHECK_FALSE(IsPlainName("a b"));
  CHECK_FALSE(IsPlainName("\xC3\xA9"));
  CHECK(IsPlainSegment("001"));
  CHECK(IsPlainSegment("in"));
  CHECK_FALSE(IsPlainSegment("-a"));
  CHECK_FALSE(IsPlainSegment("#attributes"));
}

}  // namespace
}  // namespace tocsin::rules
