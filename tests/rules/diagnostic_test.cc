// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics: each code has a golden that shows it, and what people, scripts
// and terminals get.
#include "rules/diagnostic.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "tests/golden.h"
#include "tests/paths.h"
#include "tests/rules/parsed.h"

namespace tocsin::rules {
namespace {

using testing::CompareGolden;
using testing::ReadFile;
using testing::SourceDir;

// The codes that lexer and parser report; from here on it is the compiler.
constexpr std::string_view kFirstOfCompiler = "E150";

std::vector<std::filesystem::path> GoldenRules() {
  const auto folder = SourceDir() / "tests" / "golden" / "rules" / "diag";
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".rule") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool OfParser(std::string_view code) {
  return code.starts_with('E') && code < kFirstOfCompiler;
}

TEST_CASE("Diagnostics: every code of lexer and parser has its golden") {
  std::set<std::string> shown;
  for (const auto& path : GoldenRules()) {
    shown.insert(path.stem().string().substr(0, 4));
  }
  for (const CodeRow& row : kDiagnosticCodes) {
    const std::string code = row.code;
    // A file that is too large is made in lexer_test.cc.
    if (!OfParser(code) || code == "E015") continue;
    CAPTURE(code, row.title);
    CHECK(shown.contains(code));
  }
}

TEST_CASE("Diagnostics: the goldens of lexer and parser") {
  for (const auto& path : GoldenRules()) {
    const std::string code = path.stem().string().substr(0, 4);
    if (!OfParser(code)) continue;
    CAPTURE(path.stem().string());
    const Parsed parsed(ReadFile(path.string()), path.filename().string());
    CHECK(parsed.codes().find(code) != std::string::npos);
    CompareGolden("rules/diag/" + path.stem().string() + ".diag",
                  parsed.rendered());
  }
}

TEST_CASE("Diagnostics: codes are unique, in order, and explained") {
  std::string_view last;
  bool warnings = false;
  for (const CodeRow& row : kDiagnosticCodes) {
    const std::string_view code = row.code;
    CAPTURE(code);
    CHECK(code.size() == 4);
    const bool warning = row.severity == Severity::kWarning;
    CHECK(code[0] == (warning ? 'W' : 'E'));
    if (warning == warnings) CHECK(code > last);
    warnings = warning;
    CHECK(std::string_view(row.title).size() > 5);
    CHECK(std::string_view(row.explanation).ends_with('.'));
    last = code;
  }
}

struct Sample {
  SourceSet sources;
  FileId file = sources.Add("dir/a.rule", "one two\nthree four\n");
  FileId other = sources.Add("b.rule", "five\n");
  Diagnostics diagnostics;
};

TEST_CASE("Diagnostics: place, line, caret, labels of two files, help") {
  Sample s;
  Diagnostic& d = s.diagnostics.Add("E050", {s.file, 14, 18}, "what is four?")
                      .Label({s.file, 0, 3}, "one is here")
                      .Label({s.other, 0, 4}, "five is there")
                      .Help("write five\nor six");
  CHECK(RenderDiagnostic(s.sources, d) ==
        "dir/a.rule:2:7: error[E050]: what is four?\n"
        " 2 | three four\n"
        "   |       ^^^^\n"
        " 1 | one two\n"
        "   | --- one is here\n"
        "   --> b.rule:1:1\n"
        " 1 | five\n"
        "   | ---- five is there\n"
        "   = help: write five\n"
        "           or six\n");
  const std::string colored =
      RenderDiagnostic(s.sources, d, {.limit = 200, .color = true});
  CHECK(colored.find("\x1b[1;31merror[E050]\x1b[0m") != std::string::npos);
}

TEST_CASE("Diagnostics: no text of a file reaches the terminal as control") {
  SourceSet sources;
  const FileId id =
      sources.Add("a\x1b[2J.rule", "x\x1b[31m\t\x7f\xE2\x80\xAE\xFFy\n");
  Diagnostics diagnostics;
  diagnostics.Add("E002", {id, 1, 2}, "bad \x1b[0m")
      .Label({id, 0, 1}, "label \x07")
      .Help("help \x08");
  const std::string out = RenderDiagnostics(sources, diagnostics);
  for (const char c : out) {
    const auto byte = static_cast<unsigned char>(c);
    CHECK((byte >= 0x20 || c == '\n'));
    CHECK(byte != 0x7F);
  }
  CHECK(out.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(out.find("\xFF") == std::string::npos);
  CHECK(out.find("x\xE2\x90\x9B[31m ") != std::string::npos);
}

TEST_CASE("Diagnostics: of a long line only the neighbourhood is shown") {
  std::string text(10'000, 'a');
  text[5'000] = '!';
  SourceSet sources;
  const FileId id = sources.Add("a.rule", text);
  Diagnostics diagnostics;
  diagnostics.Add("E003", {id, 5'000, 5'001}, "x");
  const std::string out = RenderDiagnostics(sources, diagnostics);
  CHECK(out.size() < 700);
  // The caret stands below the sign.
  const size_t line = out.find(" 1 | ");
  const size_t mark = out.find("   | ", line);
  CHECK(out.find('!') - line == out.find('^') - mark);
}

TEST_CASE("Diagnostics: in order of place, equal ones once") {
  Sample s;
  s.diagnostics.Add("E050", {s.other, 0, 1}, "third");
  s.diagnostics.Add("W300", {s.file, 3, 4}, "second");
  s.diagnostics.Add("E051", {s.file, 3, 4}, "first");
  s.diagnostics.Add("E050", {s.other, 0, 1}, "again");
  CHECK(s.diagnostics.errors() == 2);
  CHECK(s.diagnostics.warnings() == 1);
  std::string order;
  for (const Diagnostic* d : s.diagnostics.Sorted()) order += d->message + " ";
  CHECK(order == "first second third ");
}

TEST_CASE("Diagnostics: beyond the limit one line names the cap") {
  SourceSet sources;
  const FileId id = sources.Add("a.rule", std::string(300, 'x'));
  Diagnostics diagnostics;
  for (uint32_t i = 0; i < 250; ++i) {
    diagnostics.Add("E003", {id, i, i + 1}, "x");
  }
  const std::string out = RenderDiagnostics(sources, diagnostics);
  CHECK(out.ends_with("\n50 more not shown; the limit 'diagnostics' is 200\n"));
  CHECK(RenderDiagnostics(sources, Diagnostics()).empty());
}

TEST_CASE("Diagnostics: a flood is counted, not kept") {
  Diagnostics diagnostics;
  for (uint32_t i = 0; i < 20'000; ++i) {
    diagnostics.Add("E003", {0, i, i + 1}, "x").Help("y");
  }
  CHECK(diagnostics.errors() == 20'000);
  CHECK(diagnostics.Sorted().size() == Diagnostics::kStored);
}

TEST_CASE("Diagnostics: as JSON for scripts") {
  Sample s;
  s.diagnostics.Add("E050", {s.file, 8, 13}, "m\"").Label({s.other, 0, 4}, "l");
  s.diagnostics.Add("W300", {s.file, 14, 18}, "w");
  CHECK(DiagnosticsJson(s.sources, s.diagnostics, 1) ==
        R"({"errors":1,"warnings":1,"shown":1,"diagnostics":[)"
        R"({"file":"dir/a.rule","line":2,"column":1,"end_line":2,)"
        R"("end_column":6,"severity":"error","code":"E050",)"
        R"("title":"something else was expected","message":"m\"",)"
        R"("labels":[{"file":"b.rule","line":1,"column":1,"end_line":1,)"
        R"("end_column":5,"text":"l"}],"help":""}]})");
}

TEST_CASE("Nearest: slips are found, other words are not") {
  constexpr std::array<std::string_view, 5> kWords = {"fleet", "failed",
                                                      "within", "of", "Straße"};
  const auto nearest = [&](std::string_view word) {
    return std::string(Nearest(word, kWords));
  };
  CHECK(nearest("fleat") == "fleet");
  CHECK(nearest("felet") == "fleet");  // a swap is one edit
  CHECK(nearest("FLEET") == "fleet");
  CHECK(nearest("faild") == "failed");
  CHECK(nearest("withn") == "within");
  CHECK(nearest("ox").empty());  // two letters are no slip of others
  CHECK(nearest("OF") == "of");
  CHECK(nearest("unrelated").empty());
  CHECK(nearest("STRA\u1E9EE") == "Straße");
  CHECK(nearest(std::string(100'000, 'a')).empty());
  CHECK(nearest("").empty());
  CHECK(DidYouMean("fleat", kWords) == "did you mean 'fleet'?");
  CHECK(DidYouMean("nothing", kWords).empty());
  const std::vector<std::string> strings = {"abcd", "abce"};
  CHECK(Nearest("abcf", strings) == "abcd");  // of equals the first
}

}  // namespace
}  // namespace tocsin::rules
