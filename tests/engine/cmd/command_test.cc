// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/command.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"

namespace tocsin {
namespace {

using testing::ProgramResult;
using testing::RunProgram;

TEST_CASE("every command explains itself with an example") {
  for (const Command& command : Commands()) {
    INFO(command.name);
    const ProgramResult result = RunProgram({command.name, "--help"});
    CHECK(result.exit_code == kExitOk);
    CHECK(result.err.empty());
    CHECK(result.out.find(std::string("tocsin ") + command.name) !=
          std::string::npos);
    CHECK(result.out.find("Examples:") != std::string::npos);
  }
}

TEST_CASE("help names every command") {
  const ProgramResult result = RunProgram({"--help"});
  CHECK(result.exit_code == kExitOk);
  for (const Command& command : Commands()) {
    CHECK(result.out.find(command.summary) != std::string::npos);
  }
}

TEST_CASE("wrong use ends with 2") {
  CHECK(RunProgram({}).exit_code == kExitUsage);
  CHECK(RunProgram({"frobnicate"}).exit_code == kExitUsage);
  for (const Command& command : Commands()) {
    INFO(command.name);
    const ProgramResult result = RunProgram({command.name, "--frobnicate"});
    CHECK(result.exit_code == kExitUsage);
    CHECK(result.out.empty());
    CHECK(!result.err.empty());
  }
  CHECK(RunProgram({"show", "--frobnicate"}).err.find("frobnicate") !=
        std::string::npos);
}

TEST_CASE("options that a command cannot do without are asked for") {
  for (const char* command :
       {"fmt", "check", "test", "replay", "run", "bench", "explain"}) {
    INFO(command);
    const ProgramResult result = RunProgram({command});
    CHECK(result.exit_code == kExitUsage);
    CHECK(!result.err.empty());
  }
}

TEST_CASE("what cannot be read ends with 3 and names the file") {
  const std::string missing = "/nonexistent/x.rule";
  const std::vector<std::vector<std::string>> uses = {
      {"fmt", missing},
      {"check", missing},
      {"check", "--json", missing},
      {"test", missing},
      {"replay", "--rules", missing},
      {"replay", "--config", missing},
      {"run", "--config", missing},
      {"bench", "--rules", missing, "--events", "x"},
      {"explain", "--rules", missing, "--rule", "x"},
      {"show", missing}};
  for (const std::vector<std::string>& use : uses) {
    INFO(use[0] << " " << use[1]);
    const ProgramResult result = RunProgram(use);
    CHECK(result.exit_code == kExitCannotRun);
    CHECK(result.err.find(missing) != std::string::npos);
  }
}

}  // namespace
}  // namespace tocsin
