// SPDX-License-Identifier: Apache-2.0
//
// Parser: the whole grammar as dumps (tests/golden/rules/ast), recovery, and
// that no text makes it crash, hang or build a tree too high to walk.
#include "rules/parser.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string_view>

#include "tests/golden.h"
#include "tests/paths.h"
#include "tests/rules/parsed.h"

namespace tocsin::rules {
namespace {

using testing::CompareGolden;
using testing::ReadFile;
using testing::SourceDir;

std::string DumpExpr(const std::string& text) {
  const SourceFile file(0, "t", text);
  Diagnostics diagnostics;
  const ast::ExprPtr expr = ParseExpression(
      file, {0, 0, static_cast<uint32_t>(text.size())}, &diagnostics);
  CAPTURE(text);
  CHECK(diagnostics.errors() == 0);
  return ast::Dump(*expr);
}

TEST_CASE("Parser: golden dumps") {
  const auto folder = SourceDir() / "tests" / "golden" / "rules" / "ast";
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".rule") continue;
    CAPTURE(entry.path().stem().string());
    const Parsed parsed(ReadFile(entry.path().string()));
    CHECK(parsed.rendered() == "");
    CompareGolden("rules/ast/" + entry.path().stem().string() + ".ast",
                  parsed.dump());
    ++files;
  }
  CHECK(files >= 5);
}

TEST_CASE("Parser: examples and forms of the language have no mistakes") {
  std::vector<std::filesystem::path> folders = {SourceDir() / "examples"};
  if (const auto corpus = testing::Corpus()) {
    folders.push_back(*corpus / ".." / "language");
  }
  size_t files = 0;
  for (const auto& folder : folders) {
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".rule") continue;
      CAPTURE(entry.path().string());
      CHECK(Parsed(ReadFile(entry.path().string())).rendered() == "");
      ++files;
    }
  }
  CHECK(files > 0);
}

TEST_CASE("Parser: how operators bind") {
  CHECK(DumpExpr("1 + 2 * 3") ==
        "(arithmetic + (number 1) (arithmetic * (number 2) (number 3)))");
  CHECK(DumpExpr("1 - 2 - 3") ==
        "(arithmetic - (arithmetic - (number 1) (number 2)) (number 3))");
  CHECK(DumpExpr("not a == 1 and b exists") ==
        "(and (not (compare == (path a) (number 1))) (exists (path b)))");
  CHECK(DumpExpr("-a * -2") ==
        "(arithmetic * (negate (path a)) (negate (number 2)))");
  CHECK(DumpExpr("(a or b) and c") == "(and (or (path a) (path b)) (path c))");
}

TEST_CASE("Parser: in, with all that may follow it") {
  CHECK(DumpExpr("a in f.user") == "(in_value (path a) (path f.user))");
  CHECK(DumpExpr("a in (1)") == "(in_set (path a) (number 1))");
  CHECK(DumpExpr("a in 1..9") == "(in_range (path a) (number 1) (number 9))");
  CHECK(DumpExpr("a in (1 + 2) .. 9") ==
        "(in_range (path a) (arithmetic + (number 1) (number 2)) (number 9))");
  CHECK(DumpExpr("a in list l") == "(in_list l (path a))");
  CHECK(DumpExpr("a in list.b") == "(in_value (path a) (path list.b))");
  CHECK(DumpExpr("a in cidr '10.0.0.0/8'") ==
        "(in_cidr (path a) (text \"10.0.0.0/8\"))");
  CHECK(DumpExpr("a in cidr.b") == "(in_value (path a) (path cidr.b))");
}

TEST_CASE("Parser: soft words are fields where nothing else is meant") {
  CHECK(DumpExpr("type == 1") == "(compare == (path type) (number 1))");
  CHECK(DumpExpr("time > 1") == "(compare > (path time) (number 1))");
  CHECK(DumpExpr("time of a") == "(time_of a)");
  CHECK(DumpExpr("count.total > 1") ==
        "(compare > (path count.total) (number 1))");
  CHECK(DumpExpr("`count` > 1") == "(compare > (path count) (number 1))");
  CHECK(DumpExpr("finding.on.in == is") ==
        "(compare == (path finding.on.in) (path is))");
  CHECK(DumpExpr("unusually == high") ==
        "(compare == (path unusually) (path high))");
  const Parsed parsed("rule r { level = x == 1 when level and at exists }");
  CHECK(parsed.codes() == "");
}

TEST_CASE("Parser: measures take what belongs to them") {
  CHECK(DumpExpr("count of a / count > 90%") ==
        "(compare > (arithmetic / (measure count of a) (measure count)) "
        "(percent 0.9))");
  CHECK(DumpExpr("distinct a, b.c of d >= 3") ==
        "(compare >= (measure distinct a, b.c of d) (number 3))");
  CHECK(DumpExpr("percentile 95 t > 1h30m") ==
        "(compare > (measure percentile 95 t) (duration 1h30m))");
}

TEST_CASE("Parser: spans are those of the text") {
  const Parsed parsed("# c\nrule r { when (a == 1) and b }\nk = 5 # d\n");
  REQUIRE(parsed.file.items.size() == 2);
  const SourceFile& file = parsed.source();
  const ast::FileItem& item = parsed.file.items[0];
  CHECK(file.Text(item.span) == "rule r { when (a == 1) and b }");
  CHECK(file.Text(item.keyword) == "rule");
  const auto* when = ast::Find<ast::When>(std::get<ast::Rule>(item.node).items);
  REQUIRE(when != nullptr);
  const ast::Expr& expr =
      *std::get<ast::Condition>(when->pattern.node).condition;
  CHECK(file.Text(expr.span) == "(a == 1) and b");
  CHECK(file.Text(expr.op_span) == "and");
  CHECK(file.Text(expr.arg(0).span) == "a == 1");
  CHECK(expr.arg(0).parenthesized);
  CHECK(file.Text(parsed.file.items[1].span) == "k = 5");
  REQUIRE(parsed.file.comments.size() == 2);
  CHECK(file.Text(parsed.file.comments[1].span) == "# d");
}

TEST_CASE("Parser: a copy of an expression is equal and its own") {
  const std::string text =
      "any m in a.b where (m.x contains all ('a', \"b\") or "
      "l[lower(q)].c in 1..2) and -3 < 5 MB and f matches /x/i";
  const SourceFile file(0, "t", text);
  Diagnostics diagnostics;
  ast::ExprPtr expr = ParseExpression(
      file, {0, 0, static_cast<uint32_t>(text.size())}, &diagnostics);
  REQUIRE(diagnostics.errors() == 0);
  const ast::ExprPtr copy = ast::Clone(*expr);
  const std::string dump = ast::Dump(*expr);
  expr.reset();
  CHECK(ast::Dump(*copy) == dump);
  CHECK(copy->height == 7);
}

TEST_CASE("Parser: a part of a file as one expression") {
  const SourceFile file(0, "t", "summary \"{count of f} x\"");
  Diagnostics diagnostics;
  const ast::ExprPtr expr = ParseExpression(file, {0, 10, 20}, &diagnostics);
  CHECK(ast::Dump(*expr) == "(measure count of f)");
  CHECK(file.Text(expr->span) == "count of f");
  ParseExpression(file, {0, 10, 22}, &diagnostics);
  CHECK(diagnostics.errors() == 1);
  ParseExpression(file, {0, 10, 10}, &diagnostics);
  CHECK(diagnostics.errors() == 2);
}

TEST_CASE("Parser: a mistake in one item leaves the others") {
  const Parsed parsed(
      "rule a {\n  title \"x\"\n  risk on user\n  failed = x == 1\n"
      "  when count >= within 5m\n  keep u\n}\nrule b { when x == 1 }\n");
  CHECK(parsed.codes() == "E050 E071");
  REQUIRE(parsed.file.items.size() == 2);
  const auto& items = std::get<ast::Rule>(parsed.file.items[0].node).items;
  CHECK(ast::Find<ast::Meta>(items) != nullptr);
  CHECK(ast::Find<ast::Define>(items) != nullptr);
  CHECK(ast::Find<ast::Keep>(items) != nullptr);
}

TEST_CASE("Parser: two hundred mistakes are two hundred diagnostics") {
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text +=
        "rule a {\n  titel \"x\"\n  risk on user\n  when x = 1\n"
        "  keep in\n}\n";
  }
  const Parsed parsed(text);
  CHECK(parsed.diagnostics.errors() == 200);
  CHECK(parsed.file.items.size() == 50);
}

TEST_CASE("Parser: mistakes that hide nothing are repaired") {
  const Parsed parsed("a = x = 1 && y == 2 AND NOT z == 3");
  CHECK(parsed.codes() == "E062 E063 E064 E064");
  CHECK(parsed.dump() == Parsed("a = x == 1 and y == 2 and not z == 3").dump());
}

TEST_CASE("Parser: no tree is higher than the limit") {
  const auto height = [](const std::string& text) {
    const SourceFile file(0, "t", text);
    Diagnostics diagnostics;
    const ast::ExprPtr expr = ParseExpression(
        file, {0, 0, static_cast<uint32_t>(text.size())}, &diagnostics);
    return diagnostics.errors() == 0 ? expr->height : -1;
  };
  const auto repeat = [](const std::string& piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
  };
  CHECK(height("1" + repeat(" + 1", 199)) == kDeepestNesting);
  CHECK(height("1" + repeat(" + 1", 200)) == -1);
  CHECK(height(repeat("not ", 198) + "a == 1") == kDeepestNesting);
  CHECK(height(repeat("not ", 100'000) + "a == 1") == -1);
  CHECK(height(repeat("(", 100'000)) == -1);
  CHECK(height(repeat("-", 100'000)) == -1);
  CHECK(height(repeat("f(", 100'000)) == -1);
  CHECK(height(repeat("l[", 100'000)) == -1);
  CHECK(height(repeat("any m in a where (", 100'000)) == -1);
  // Each factor of the row is a row itself: the sum counts, not the level.
  std::string rows = "1";
  for (int i = 0; i < 10; ++i) rows = "(" + rows + repeat(" * 1", 30) + ")";
  CHECK(height(rows) == -1);
  // Wide is not deep.
  CHECK(height("a == 1" + repeat(" and a == 1", 10'000)) == 3);
  const Parsed json("rule r { test \"t\" { at 0s { a: " + repeat("[", 50'000));
  CHECK(json.codes().find("E068") != std::string::npos);
  const Parsed objects("rule r { test \"t\" { at 0s " +
                       repeat("{ a: ", 50'000));
  CHECK(objects.codes().find("E068") != std::string::npos);
}

TEST_CASE("Parser: any order of tokens is survived, with every mistake named") {
  const std::vector<std::string_view> pieces = {
      "rule",  "source", "list",   "extend",  "except",     "test",
      "when",  "{",      "}",      "(",       ")",          "[",
      "]",     ",",      "a",      "b.c",     "`q`",        "=",
      "==",    "<",      "+",      "-",       "*",          "/",
      "..",    ".",      ":",      "and",     "or",         "not",
      "in",    "of",     "by",     "as",      "where",      "count",
      "sum",   "first",  "rare",   "silence", "sequence",   "any",
      "all",   "within", "per",    "for",     "5m",         "5",
      "90%",   "\"t\"",  "'r'",    "/x/i",    "2026-01-05", "null",
      "at",    "most",   "expect", "nothing", "finding",    "incident",
      "veris", "level",  "risk",   "from",    "\n",         "\n",
      "&&",    "=~",     "is",     "exists"};
  std::mt19937 random(11);  // NOLINT: the same texts every time
  for (int round = 0; round < 5'000; ++round) {
    std::string text = round % 2 == 0 ? "rule r {\n" : "";
    for (size_t i = random() % 40; i > 0; --i) {
      text += pieces[random() % pieces.size()];
      text += ' ';
    }
    const Parsed parsed(text);
    CAPTURE(text);
    const uint32_t size = static_cast<uint32_t>(text.size());
    for (const Diagnostic* d : parsed.diagnostics.Sorted()) {
      REQUIRE(d->span.begin <= d->span.end);
      REQUIRE(d->span.end <= size);
      REQUIRE_FALSE(d->message.empty());
    }
    // What is in the tree as a mistake has been reported.
    if (parsed.dump().find("(error)") != std::string::npos) {
      REQUIRE(parsed.diagnostics.has_errors());
    }
  }
}

}  // namespace
}  // namespace tocsin::rules
