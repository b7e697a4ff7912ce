// SPDX-License-Identifier: Apache-2.0
//
// Format: the layout, that it round-trips and settles at once, and that every
// comment is kept.
#include "rules/format.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <random>

#include "rules/lexer.h"
#include "tests/golden.h"
#include "tests/paths.h"
#include "tests/rules/parsed.h"

namespace tocsin::rules {
namespace {

using testing::CompareGolden;
using testing::ReadFile;
using testing::SourceDir;

std::string Formatted(const std::string& text) {
  const Parsed parsed(text);
  CAPTURE(text);
  CHECK(parsed.rendered() == "");
  return Format(parsed.source(), parsed.file);
}

// The words of all comments, sorted: one inside an item moves before it.
std::vector<std::string> Comments(const Parsed& parsed) {
  std::vector<std::string> out;
  for (const ast::Comment& comment : parsed.file.comments) {
    std::string text(parsed.source().Text(comment.span));
    while (text.ends_with(' ') || text.ends_with('\t')) text.pop_back();
    out.push_back(text);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void CheckRoundTrip(const Parsed& before) {
  const std::string text = Format(before.source(), before.file);
  const Parsed after(text);
  CAPTURE(before.source().text(), text);
  REQUIRE(after.rendered() == "");
  REQUIRE(after.dump() == before.dump());
  REQUIRE(Comments(after) == Comments(before));
  REQUIRE(Format(after.source(), after.file) == text);
}

std::vector<std::filesystem::path> RuleFiles() {
  std::vector<std::filesystem::path> folders = {
      SourceDir() / "examples", SourceDir() / "tests/golden/rules/ast",
      SourceDir() / "tests/golden/rules/format"};
  if (const auto corpus = testing::Corpus()) {
    folders.push_back(*corpus / ".." / "language");
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& folder : folders) {
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".rule") paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST_CASE("Format: golden layouts") {
  const auto folder = SourceDir() / "tests/golden/rules/format";
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".rule") continue;
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    CompareGolden("rules/format/" + name + ".formatted",
                  Formatted(ReadFile(entry.path().string())));
    ++files;
  }
  CHECK(files >= 2);
}

TEST_CASE("Format: every rule file round-trips and settles at once") {
  const auto paths = RuleFiles();
  REQUIRE(paths.size() >= 5);
  for (const auto& path : paths) {
    CAPTURE(path.string());
    CheckRoundTrip(Parsed(ReadFile(path.string())));
  }
}

TEST_CASE("Format: operands get the parentheses that they need") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a=(1+2)*3", "a = (1 + 2) * 3\n"},
      {"a = 1-(2-3)", "a = 1 - (2 - 3)\n"},
      {"a = not(b == 1 or c == 2)", "a = not (b == 1 or c == 2)\n"},
      {"a = x in ( 'one' )", "a = x in ('one')\n"},
      {"a = x contains ('one')", "a = x contains 'one'\n"},
      {"a = x like all('a','b')", "a = x like all ('a', 'b')\n"},
      {"a = x in (1+2)..9", "a = x in 1 + 2 .. 9\n"},
      {"a = x > 50MB", "a = x > 50 MB\n"},
      {"a = `count` > 1", "a = `count` > 1\n"},
      {"a = ((x == 1))", "a = (x == 1)\n"},
  };
  for (const auto& [text, formatted] : cases) {
    CHECK(Formatted(text) == formatted);
    CheckRoundTrip(Parsed(text));
  }
}

TEST_CASE(
    "Format: trees that no text has made are written so that they parse") {
  // not (a and b) without its parentheses, a field named like a measure.
  Parsed parsed("a = not (x == 1 and y == 2)\nb = `sum` == 1");
  auto& not_node = *std::get<ast::Define>(parsed.file.items[0].node).value;
  not_node.args[0]->parenthesized = false;
  auto& compare = *std::get<ast::Define>(parsed.file.items[1].node).value;
  compare.args[0]->paths[0].segments[0].quoted = false;
  const std::string text = Format(parsed.source(), parsed.file);
  CHECK(text == "a = not (x == 1 and y == 2)\nb = `sum` == 1\n");
}

TEST_CASE("Format: texts keep their quotes, and what they hold") {
  CHECK(FormatText("C:\\a 'b'", true) == "'C:\\a ''b'''");
  CHECK(FormatText("C:\\a \"b\"\n", false) == "\"C:\\\\a \\\"b\\\"\\n\"");
  // What a raw text cannot hold makes it an escaped one.
  CHECK(FormatText("a\nb\x1b", true) == "\"a\\nb\\u{1b}\"");
  CHECK(FormatText("\xE2\x80\xAE", true) == "\"\\u{202e}\"");
  CHECK(FormatText("\x01", false) == "\"\\u{1}\"");
}

// Texts of tokens, changed at random: where what comes out is a rule file, it
// must round-trip.
TEST_CASE("Format: what parses after a change of its tokens round-trips") {
  std::string text;
  for (const auto& path : RuleFiles()) text += ReadFile(path.string()) + "\n";
  SourceSet sources;
  const FileId id = sources.Add("all", text);
  const SourceFile& file = sources.file(id);
  Diagnostics diagnostics;
  Lexer lexer(file, {id, 0, static_cast<uint32_t>(text.size())}, &diagnostics);
  // Each token with the blanks and comments before it.
  std::vector<std::string> pieces;
  uint32_t end = 0;
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd;
       token = lexer.Next()) {
    pieces.push_back(text.substr(end, token.span.end - end));
    end = token.span.end;
  }
  REQUIRE(pieces.size() > 500);
  std::mt19937 random(3);  // NOLINT: the same texts every time
  int round_trips = 0;
  for (int round = 0; round < 4'000; ++round) {
    // A window that starts at the top of a file.
    size_t from = random() % pieces.size();
    while (from > 0 && pieces[from].find("\nrule") == std::string::npos &&
           pieces[from].find("\nsource") == std::string::npos) {
      --from;
    }
    std::vector<std::string> window(
        pieces.begin() + static_cast<ptrdiff_t>(from),
        pieces.begin() + static_cast<ptrdiff_t>(std::min(
                             from + 40 + random() % 200, pieces.size())));
    for (size_t changes = 1 + random() % 3; changes > 0; --changes) {
      const size_t at = random() % window.size();
      const std::string& other = pieces[random() % pieces.size()];
      switch (random() % 4) {
        case 0:
          window[at] += " # changed\n";
          break;
        case 1:
          window[at] = other;
          break;
        case 2:
          window.erase(window.begin() + static_cast<ptrdiff_t>(at));
          break;
        default:
          window[at] += "\n\n";
          break;
      }
      if (window.empty()) break;
    }
    std::string changed;
    for (const std::string& piece : window) changed += piece;
    // Whole blocks only: what the window cut off is closed.
    int open = 0;
    for (const std::string& piece : window) {
      if (piece.ends_with('{')) ++open;
      if (piece.ends_with('}')) --open;
    }
    for (; open > 0; --open) changed += "\n}";
    const Parsed parsed(changed);
    if (parsed.diagnostics.has_errors()) continue;
    CheckRoundTrip(parsed);
    ++round_trips;
  }
  CHECK(round_trips > 100);
}

}  // namespace
}  // namespace tocsin::rules
