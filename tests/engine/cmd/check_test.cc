// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/rule_files.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::Count;
using testing::ProgramResult;
using testing::RunProgram;
using testing::TempDir;
using testing::WriteFile;

TEST_CASE("rules without mistakes are summed up") {
  const TempDir folder("check");
  const std::string path = folder.path().string() + "/t.rule";
  WriteFile(path, R"(rule single { when user == "root" }
rule counting {
  failed = outcome == "failure"
  when count of failed >= 3 by user within 1m
}
)");
  const ProgramResult result = RunProgram({"check", path});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("2 rules") == 0);
  CHECK(result.out.find("1 rule without delay") != std::string::npos);
  CHECK(result.out.find("1 rule with a delay of 10s") != std::string::npos);
  CHECK(result.out.find(": counting\n") != std::string::npos);
}

TEST_CASE("every mistake of every file is reported at once") {
  const TempDir folder("check");
  const std::string base = folder.path().string();
  WriteFile(base + "/a.rule", "rule a { when usr in list nolist }\n");
  WriteFile(base + "/b.rule", "rule b { levl high\n when x == }\n");
  const ProgramResult result = RunProgram({"check", base});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK(result.err.find(base + "/a.rule:1:") != std::string::npos);
  CHECK(result.err.find(base + "/b.rule:1:") != std::string::npos);
  CHECK(result.err.find("error[E") != std::string::npos);
  CHECK(result.err.find('\x1b') == std::string::npos);
}

TEST_CASE("diagnostics as JSON go to stdout") {
  const TempDir folder("check");
  const std::string path = folder.path().string() + "/t.rule";
  WriteFile(path, "rule a { when user in list nolist }\n");
  const ProgramResult bad = RunProgram({"check", "--json", path});
  CHECK(bad.exit_code == 1);
  CHECK(bad.err.empty());
  CHECK(bad.out.find("{\"errors\":1,") == 0);
  WriteFile(path, "rule a { when user == \"x\" }\n");
  const ProgramResult good = RunProgram({"check", "--json", path});
  CHECK(good.exit_code == 0);
  CHECK(good.out.find("{\"errors\":0,") == 0);
}

TEST_CASE("a file with 300 mistakes shows 200 and says so") {
  const TempDir folder("check");
  const std::string path = folder.path().string() + "/t.rule";
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "rule r" + std::to_string(i) + " { when user in list nolist }\n";
  }
  WriteFile(path, text);
  const ProgramResult result = RunProgram({"check", path});
  CHECK(result.exit_code == 1);
  CHECK(Count(result.err, "error[E") == 200);
  CHECK(result.err.find("diagnostics") != std::string::npos);
}

TEST_CASE("the stages can be dumped") {
  const TempDir folder("check");
  const std::string path = folder.path().string() + "/t.rule";
  WriteFile(path, "rule a { when user == \"x\" }\n");
  for (const char* what : {"ast", "plan"}) {
    const ProgramResult result =
        RunProgram({"check", std::string("--dump=") + what, path});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.out.find("rule a") != std::string::npos);
  }
  CHECK(RunProgram({"check", "--dump=tokens", path}).exit_code == 2);
}

TEST_CASE("a folder without rules cannot be checked") {
  const TempDir folder("check");
  CHECK(RunProgram({"check", folder.path().string()}).exit_code == 3);
}

}  // namespace
}  // namespace tocsin
