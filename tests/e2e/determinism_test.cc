// SPDX-License-Identifier: Apache-2.0
//
// The demo's events give the same bytes for any number of workers and any size
// of batches.
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "engine/base/status.h"
#include "tests/e2e/records.h"
#include "tests/engine/cmd/program.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin::testing {
namespace {

std::string Examples() { return (SourceDir() / "examples").string(); }

// The demo's two inputs, as files.
std::string DemoConfig(const std::string& folder, int slab_events) {
  const std::string data = Examples() + "/demo/data/";
  const std::string path = folder + "/tocsin.yaml";
  WriteFile(path, StrCat("inputs:\n  - {name: windows, file: {path: ", data,
                         "windows.ndjson.gz}}\n  - {name: auth, file: {path: ",
                         data, "auth.log}, format: text}\nrules: [", Examples(),
                         "]\nlimits: {slab_events: ", slab_events, "}\n"));
  return path;
}

TEST_CASE(
    "Replay: workers and batches change nothing in the demo's incidents") {
  const TempDir folder("examples");
  const std::string base = folder.path().string();
  std::string findings;
  std::string incidents;
  for (const int workers : {1, 2, 4}) {
    for (const int batch : {1, 97, 4096}) {
      CAPTURE(workers, batch);
      const ProgramResult replay =
          RunProgram({"replay", "--config", DemoConfig(base, batch),
                      "--workers", StrCat(workers), "--findings", base + "/f",
                      "--incidents", base + "/i"});
      INFO(replay.err);
      REQUIRE(replay.exit_code == 0);
      if (findings.empty()) {
        findings = ReadFile(base + "/f");
        incidents = ReadFile(base + "/i");
      }
      CHECK(ReadFile(base + "/f") == findings);
      CHECK(ReadFile(base + "/i") == incidents);
    }
  }
  std::set<std::string> rules;
  for (const std::string& line : Lines(findings)) {
    rules.insert(FieldOf(line, "rule"));
  }
  CHECK(rules.size() >= 3);
  CHECK(rules.contains("ssh_password_guessed"));
  CHECK(Lines(incidents).size() >= 3);
}

}  // namespace
}  // namespace tocsin::testing
