// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/rule_tests.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "rules/compile.h"
#include "tests/engine/cmd/program.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::ProgramResult;
using testing::RunProgram;

// The failures of the tests of one rule with these test lines.
std::vector<std::string> Failures(const std::string& rule,
                                  const std::string& test) {
  rules::CompileOptions options;
  options.files = {
      {"t.rule", "rule r {\n" + rule + "\n  test \"t\" {\n" + test + "\n}\n}"}};
  options.shipped_sources = false;
  const StatusOr<rules::CompileResult> result = rules::Compile(options);
  REQUIRE(result.ok());
  INFO(rules::RenderDiagnostics(result->sources, result->diagnostics));
  REQUIRE(result->plan != nullptr);
  REQUIRE(result->tests.size() == 1);
  const StatusOr<std::vector<TestFailure>> failures =
      RunTestCase(result->plan, result->tests[0]);
  REQUIRE(failures.ok());
  std::vector<std::string> texts;
  for (const TestFailure& failure : *failures) texts.push_back(failure.text);
  return texts;
}

constexpr const char* kSingle = "when user == \"root\"";
constexpr const char* kCount =
    "failed = outcome == \"failure\"\n"
    "when count of failed >= 3 by user within 1m";
constexpr const char* kSilence =
    "beat = type == \"beat\"\nwhen silence of beat by host for 5m";

TEST_CASE("expectations that hold") {
  CHECK(Failures(kSingle, R"(
    at 0s { user: "root" }
    expect 1 finding at 0s
    expect 1 incident { severity: "SEV3" })")
            .empty());
  CHECK(Failures(kSingle, R"(
    at 0s { user: "ana" }
    expect nothing
    expect no finding
    expect no incident)")
            .empty());
  CHECK(Failures(kCount, R"(
    at 0s .. 20s every 10s { outcome: "failure", user: "u" }
    expect 1 finding at 20s { key.user: "u" })")
            .empty());
}

TEST_CASE("expectations that do not hold say what was found") {
  const std::vector<std::string> none = Failures(kSingle, R"(
    at 0s { user: "root" }
    expect nothing)");
  REQUIRE(none.size() == 1);
  CHECK(none[0].find("expected nothing, found 1") == 0);
  CHECK(none[0].find("\"rule\":\"r\"") != std::string::npos);

  const std::vector<std::string> nearest = Failures(kCount, R"(
    at 0s .. 20s every 10s { outcome: "failure", user: "u" }
    expect 1 finding at 30s { key.user: "v" })");
  REQUIRE(nearest.size() == 1);
  CHECK(nearest[0].find("key.user is \"u\", not \"v\"") != std::string::npos);
  CHECK(nearest[0].find("time is 20s, not 30s") != std::string::npos);

  CHECK(Failures(kSingle, R"(
    at 0s { user: "ana" }
    expect 1 finding
    expect 1 incident)")
            .size() == 2);
}

TEST_CASE("an expectation judges what has fired so far") {
  CHECK(Failures(kCount, R"(
    at 0s .. 10s every 10s { outcome: "failure", user: "u" }
    expect nothing
    at 20s { outcome: "failure", user: "u" }
    expect 1 finding
    at 3m .. 4m every 10s { outcome: "failure", user: "u" }
    expect 2 finding { key.user: "u" })")
            .empty());
}

TEST_CASE("until moves time on to the timers due by then") {
  CHECK(Failures(kSilence, R"(
    at 0s { type: "beat", host: "h" }
    until 4m59s
    expect nothing
    until 5m
    expect 1 finding at 5m { key.host: "h" })")
            .empty());
}

TEST_CASE("lines of events that follow one another are one stream") {
  CHECK(Failures(kCount, R"(
    at 0s .. 40s every 40s { outcome: "failure", user: "u" }
    at 20s { outcome: "failure", user: "u" }
    expect 1 finding at 40s)")
            .empty());
}

TEST_CASE("n counts repetitions") {
  CHECK(Failures(kSingle, R"(
    at 0s .. 2s every 1s { user: "root", n: "x{n}" }
    expect 3 finding
    expect 1 finding { evidence: [{ fields: { user: "root" } }] })")
            .size() == 1);
}

TEST_CASE("a shadow rule can be tested") {
  CHECK(Failures(std::string("mode shadow\n") + kSingle, R"(
    at 0s { user: "root" }
    expect 1 finding { held_back: "shadow" })")
            .empty());
}

TEST_CASE("what at most holds back is not counted") {
  CHECK(Failures("when user == \"root\" at most 2 by user per 1h", R"(
    at 0s .. 10s every 1s { user: "root" }
    expect 2 finding)")
            .empty());
}

TEST_CASE("the program names file, line and test, and counts") {
  const testing::TempDir folder("test");
  const std::string path = folder.path().string() + "/t.rule";
  testing::WriteFile(path, R"(rule r {
  when user == "root"
  test "fine" {
    at 0s { user: "root" }
    expect 1 finding
  }
  test "wrong" {
    at 0s { user: "root" }
    expect nothing
  }
}
)");
  const ProgramResult result = RunProgram({"test", path});
  CHECK(result.exit_code == 1);
  CHECK(result.out.find(path + ":9:5: error: test \"wrong\" of r: expected "
                               "nothing, found 1") == 0);
  CHECK(result.out.find("1 test passed, 1 failed\n") != std::string::npos);
  const ProgramResult only = RunProgram({"test", path, "--only", "fine"});
  CHECK(only.exit_code == 0);
  CHECK(only.out == "1 test passed, 0 failed\n");
  CHECK(RunProgram({"test", path, "--only", "none"}).exit_code == 2);
}

TEST_CASE("a test can have lists of its own") {
  const testing::TempDir folder("test");
  const std::string path = folder.path().string() + "/t.rule";
  testing::WriteFile(path, R"(list bad ("x")
rule r {
  when user in list bad
  test "declared" {
    at 0s { user: "x" }
    expect 1 finding
  }
  test "own" {
    list bad ("y")
    at 0s { user: "x" }
    at 1s { user: "y" }
    expect 1 finding at 1s
  }
}
)");
  const ProgramResult result = RunProgram({"test", path});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
}

}  // namespace
}  // namespace tocsin
