// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/inputs.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::Count;
using testing::Lines;
using testing::ProgramResult;
using testing::ReadFile;
using testing::RunProgram;
using testing::TempDir;
using testing::WriteFile;

constexpr const char* kRules = R"(rule root_seen {
  when user == "root"
}
rule gone {
  beat = type == "beat"
  when silence of beat by host for 5m
}
)";

constexpr const char* kEvents =
    R"({"time":"2026-01-05T00:00:02Z","user":"root"}
{"time":"2026-01-05T00:00:01Z","user":"root"}
{"time":"2026-01-05T00:00:03Z","type":"beat","host":"h"}

{"time":
)";

TEST_CASE("findings go to stdout in order, the ledger to stderr") {
  const TempDir folder("replay");
  const std::string rules = folder.path().string() + "/t.rule";
  WriteFile(rules, kRules);
  const ProgramResult result =
      RunProgram({"replay", "--rules", rules}, kEvents);
  CHECK(result.exit_code == 0);
  const std::vector<std::string> lines = Lines(result.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("2026-01-05T00:00:01Z") != std::string::npos);
  CHECK(lines[1].find("2026-01-05T00:00:02Z") != std::string::npos);
  CHECK(Lines(result.err).back() ==
        "consumed 5 = evaluated 3 + dead-lettered 1 + filtered 1");
}

TEST_CASE("until fires the timers that are due by then") {
  const TempDir folder("replay");
  const std::string rules = folder.path().string() + "/t.rule";
  WriteFile(rules, kRules);
  const auto replay = [&](const std::string& until) {
    return RunProgram({"replay", "--rules", rules, "--until", until}, kEvents);
  };
  CHECK(Count(replay("2026-01-05T00:05:02Z").out, "\"gone\"") == 0);
  CHECK(Count(replay("2026-01-05T00:05:03Z").out, "\"gone\"") > 0);
  CHECK(replay("soon").exit_code == 2);
}

TEST_CASE("each output goes where it is asked to") {
  const TempDir folder("replay");
  const std::string base = folder.path().string();
  WriteFile(base + "/t.rule", kRules);
  WriteFile(base + "/e.ndjson", kEvents);
  const ProgramResult result =
      RunProgram({"replay", "--rules", base + "/t.rule", "--events",
                  base + "/e.ndjson", "--findings", base + "/f", "--incidents",
                  base + "/i", "--dead-letters", base + "/d"});
  CHECK(result.exit_code == 0);
  CHECK(result.out.empty());
  CHECK(Lines(ReadFile(base + "/f")).size() == 2);
  CHECK(Lines(ReadFile(base + "/i")).size() == 1);
  CHECK(Lines(ReadFile(base + "/d")).size() == 1);
  CHECK(ReadFile(base + "/d").find(R"("offset":4)") != std::string::npos);
  CHECK(ReadFile(base + "/f").find(R"("input":"e.ndjson")") !=
        std::string::npos);
}

TEST_CASE("wrong values are wrong use") {
  const TempDir folder("replay");
  const std::string rules = folder.path().string() + "/t.rule";
  WriteFile(rules, kRules);
  const auto code = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"replay", "--rules", rules});
    return RunProgram(more).exit_code;
  };
  CHECK(code({"--disorder", "often"}) == 2);
  CHECK(code({"--workers", "0"}) == 2);
  CHECK(code({"--logsource", "maybe"}) == 2);
  CHECK(code({"--config", "x.yaml"}) == 2);
  CHECK(code({"--logsource", "ignore"}) == 0);
  CHECK(code({"--events", "/nonexistent"}) == 3);
  CHECK(code({"--findings", "/nonexistent/f"}) == 3);
}

// What replay --config and run name the same way.
std::string Demo(const std::string& folder, const std::string& more) {
  const std::string data =
      (testing::SourceDir() / "examples/demo/data").string();
  const std::string path = folder + "/tocsin.yaml";
  WriteFile(path,
            "inputs:\n"
            "  - {name: windows, file: " +
                data +
                "/windows.ndjson.gz}\n"
                "  - {name: auth, file: " +
                data +
                "/auth.log, format: text}\n"
                "rules: [" +
                (testing::SourceDir() / "examples").string() + "]\n" + more);
  return path;
}

TEST_CASE("the demo's replay is the same for any workers and batches") {
  const TempDir folder("replay");
  const std::string base = folder.path().string();
  std::string findings;
  std::string incidents;
  for (const char* workers : {"1", "2", "4"}) {
    for (const char* batch : {"1", "97", "4096"}) {
      INFO(workers << " workers, batches of " << batch);
      const std::string config =
          Demo(base, std::string("limits: {slab_events: ") + batch + "}\n");
      const ProgramResult result =
          RunProgram({"replay", "--config", config, "--workers", workers,
                      "--findings", base + "/f", "--incidents", base + "/i"});
      INFO(result.err);
      REQUIRE(result.exit_code == 0);
      if (findings.empty()) {
        findings = ReadFile(base + "/f");
        incidents = ReadFile(base + "/i");
        CHECK(Lines(findings).size() > 3);
        CHECK(Lines(incidents).size() > 2);
      }
      CHECK(ReadFile(base + "/f") == findings);
      CHECK(ReadFile(base + "/i") == incidents);
    }
  }
}

TEST_CASE("a configuration with mistakes is a diagnostic") {
  const TempDir folder("replay");
  const std::string config = Demo(folder.path().string(), "colour: red\n");
  const ProgramResult result = RunProgram({"replay", "--config", config});
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("unknown key 'colour'") != std::string::npos);
}

TEST_CASE("run --check validates without running") {
  const TempDir folder("replay");
  const std::string base = folder.path().string();
  const ProgramResult good =
      RunProgram({"run", "--check", "--config",
                  Demo(base, "state: " + base + "/state\n")});
  INFO(good.err);
  CHECK(good.exit_code == 0);
  CHECK(good.out.find("no mistakes") != std::string::npos);
  const ProgramResult without_state =
      RunProgram({"run", "--check", "--config", Demo(base, "")});
  CHECK(without_state.exit_code == 1);
  CHECK(without_state.err.find("`state` is needed") != std::string::npos);
}

TEST_CASE("files of one name in two folders stay apart") {
  const Config config = ConfigOfFiles({"a/x.ndjson", "b/x.ndjson", "c/y.gz"},
                                      Format::kNdjson, kSecond);
  REQUIRE(config.inputs.size() == 3);
  CHECK(config.inputs[0].info.name == "x.ndjson");
  CHECK(config.inputs[1].info.name == "b/x.ndjson");
  CHECK(config.inputs[2].info.name == "y.gz");
}

}  // namespace
}  // namespace tocsin
