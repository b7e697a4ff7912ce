// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/explanation.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::ProgramResult;
using testing::RunProgram;

constexpr const char* kRules = R"(source shell {
  where channel == "shell"
}
rule root_command {
  from shell
  when user == "root" and (command contains "curl" or command contains "wget")
       and not host == "build"
}
rule many {
  failed = outcome == "failure"
  when count of failed >= 3 by user within 1m
}
)";

class Rules {
 public:
  Rules() : path_(folder_.path().string() + "/t.rule") {
    testing::WriteFile(path_, kRules);
  }
  ProgramResult Explain(const std::string& rule, const std::string& events) {
    return RunProgram({"explain", "--rules", path_, "--rule", rule}, events);
  }

 private:
  testing::TempDir folder_{"explain"};
  std::string path_;
};

bool Shows(const ProgramResult& result, const std::string& text) {
  INFO(result.out << result.err);
  INFO(text);
  CHECK(result.out.find(text) != std::string::npos);
  return true;
}

TEST_CASE("an event that passes shows what held") {
  const ProgramResult result = Rules().Explain(
      "root_command",
      R"({"channel":"shell","user":"root","command":"curl evil"})");
  CHECK(result.exit_code == 0);
  Shows(result, "stdin:1");
  Shows(result, "\u2713 from shell");
  Shows(result, "user is \"root\"");
  Shows(result, "1 event, 1 finding");
  Shows(result, "its test held for 1");
}

TEST_CASE("an event that fails shows which test failed on which value") {
  const ProgramResult result = Rules().Explain(
      "root_command", R"({"channel":"web","user":"ana","command":"ls"})");
  CHECK(result.exit_code == 0);
  Shows(result, "\u2717 from shell");
  Shows(result, "channel is \"web\"");
  Shows(result, "user is \"ana\"");
  Shows(result, "\u2717 one of");
  Shows(result, "command is \"ls\"");
  Shows(result, "\u2713 not");
  Shows(result, "host is missing");
  Shows(result, "1 event, 0 findings");
}

TEST_CASE("of many events those that pass come first, then the nearest") {
  std::string events;
  for (int i = 0; i < 50; ++i)
    events += R"({"channel":"web"})"
              "\n";
  events += R"({"channel":"shell","user":"root","command":"ls"})"
            "\n";
  events += R"({"channel":"shell","user":"root","command":"wget x"})"
            "\n";
  const ProgramResult result = Rules().Explain("root_command", events);
  const size_t fired = result.out.find("stdin:52");
  const size_t near = result.out.find("stdin:51");
  REQUIRE(fired != std::string::npos);
  REQUIRE(near != std::string::npos);
  CHECK(fired < near);
  CHECK(result.out.find("stdin:6 ") == std::string::npos);
}

TEST_CASE("a rule over several events says how often each test held") {
  const ProgramResult result =
      Rules().Explain("many", R"({"outcome":"failure","user":"u"}
{"outcome":"failure"}
)");
  Shows(result, "failed held for 2, of which 1 lack a field of the key");
  Shows(result, "by user");
}

TEST_CASE("an unknown rule is wrong use and offers the nearest") {
  const ProgramResult result = Rules().Explain("root_comand", "{}");
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("did you mean 'root_command'?") != std::string::npos);
}

TEST_CASE("what cannot be read is counted") {
  const ProgramResult result = Rules().Explain("many", "{\"a\":\n[[[");
  CHECK(result.exit_code == 0);
  Shows(result, "2 could not be read");
}

}  // namespace
}  // namespace tocsin
