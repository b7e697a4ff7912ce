// SPDX-License-Identifier: Apache-2.0
//
// One golden file per code of the checker, and one plan per construct.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/golden.h"
#include "tests/paths.h"
#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> RuleFiles(const char* folder) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(testing::SourceDir() / "tests/golden" / folder)) {
    if (entry.path().extension() == ".rule") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Codes of lexer and parser have their goldens too; the rest is the checker's.
bool IsCheckers(const std::string& code) {
  return code.starts_with("W") || code >= "E150";
}

// What is said about a file, its path being that in the golden folder.
std::string Said(const fs::path& path, const std::string& code,
                 std::set<std::string>* codes) {
  CompileOptions options;
  options.files = {
      {path.filename().string(), testing::ReadFile(path.string())}};
  options.shipped_sources = false;
  if (code == "E160") options.constants["most"] = "many";
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  std::string said;
  for (const Diagnostic* diagnostic : result->diagnostics.Sorted()) {
    codes->emplace(diagnostic->code());
    // The examples of other mistakes have no tests.
    if (diagnostic->code() == "W300" && code != "W300") continue;
    said += RenderDiagnostic(result->sources, *diagnostic);
  }
  return said;
}

TEST_CASE("each mistake that the checker finds is told as its golden says") {
  size_t files = 0;
  for (const fs::path& path : RuleFiles("rules/diag")) {
    const std::string code = path.filename().string().substr(0, 4);
    if (!IsCheckers(code)) continue;
    CAPTURE(path.filename());
    ++files;
    std::set<std::string> codes;
    const std::string said = Said(path, code, &codes);
    CHECK(codes.contains(code));
    testing::CompareGolden(
        (fs::path("rules/diag") / path.filename().replace_extension("diag"))
            .string(),
        said);
  }
  CHECK(files > 70);
}

TEST_CASE("each code of the checker has a golden") {
  std::set<std::string> seen;
  for (const fs::path& path : RuleFiles("rules/diag")) {
    seen.insert(path.filename().string().substr(0, 4));
  }
  // A Sigma file is no .rule; compile_test.cc reads one.
  seen.insert("E191");
  for (const CodeRow& row : kDiagnosticCodes) {
    if (!IsCheckers(row.code)) continue;
    CAPTURE(row.code);
    CHECK(seen.contains(row.code));
  }
}

TEST_CASE("each pattern and construct gives the plan that its golden shows") {
  size_t files = 0;
  for (const fs::path& path : RuleFiles("plan")) {
    CAPTURE(path.filename());
    ++files;
    const auto plan = PlanOf(testing::ReadFile(path.string()));
    testing::CompareGolden(
        (fs::path("plan") / path.filename().replace_extension("plan")).string(),
        Dump(*plan));
  }
  CHECK(files >= 10);
}

}  // namespace
}  // namespace tocsin::rules
