// SPDX-License-Identifier: Apache-2.0
//
// The examples: every rule passes its own tests, and on the demo's events some
// of them fire.
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <simdjson.h>
#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;
using testing::ProgramResult;
using testing::RunProgram;

const fs::path kExamples = testing::SourceDir() / "examples";

TEST_CASE("every example passes its tests") {
  const ProgramResult result = RunProgram({"test", kExamples.string()});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out.find(" 0 failed") != std::string::npos);
}

TEST_CASE("every example has a test that fires and one that stays silent") {
  const ProgramResult result = RunProgram({"check", kExamples.string()});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out.find(", 0 warnings") != std::string::npos);
}

TEST_CASE("at least three examples fire on the demo's events") {
  const testing::TempDir folder("examples");
  const std::string config = folder.path().string() + "/tocsin.yaml";
  const std::string data = (kExamples / "demo/data").string();
  testing::WriteFile(config,
                     "inputs:\n"
                     "  - {name: windows, file: " +
                         data +
                         "/windows.ndjson.gz}\n"
                         "  - {name: auth, file: " +
                         data +
                         "/auth.log, format: text}\n"
                         "rules: [" +
                         kExamples.string() + "]\n");
  const ProgramResult result =
      RunProgram({"replay", "--config", config, "--incidents", "-"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  std::set<std::string> titles;
  simdjson::dom::parser parser;
  for (const std::string& line : testing::Lines(result.out)) {
    const simdjson::dom::element incident = parser.parse(line);
    titles.insert(std::string(incident["title"].get_string().value()));
  }
  CHECK(titles.size() >= 3);
  CHECK(titles.contains("Password guessed over SSH"));
}

}  // namespace
}  // namespace tocsin
