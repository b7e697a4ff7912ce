// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/loaded_events.h"

#include <string>

#include <simdjson.h>
#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::ProgramResult;
using testing::RunProgram;

const std::string kExamples = (testing::SourceDir() / "examples").string();
const std::string kEvents =
    (testing::SourceDir() / "examples/demo/data/windows.ndjson.gz").string();

TEST_CASE("events are loaded line by line, inflated") {
  const StatusOr<LoadedEvents> events = LoadEvents(kEvents, Limits());
  REQUIRE(events.ok());
  CHECK(events->events > 500);
  CHECK(events->bytes > events->events * 100);
  REQUIRE(!events->chunks.empty());
  const Batch& chunk = events->chunks[0];
  CHECK(chunk.bytes(chunk.messages[0]).front() == '{');
  CHECK(!LoadEvents("/nonexistent", Limits()).ok());
}

TEST_CASE("bench reports figures that scripts can read") {
  const ProgramResult result = RunProgram(
      {"bench", "--rules", kExamples, "--events", kEvents, "--json"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  simdjson::dom::parser parser;
  const simdjson::dom::element report = parser.parse(result.out);
  CHECK(double(report["events_per_second"]) > 0);
  CHECK(double(report["ns_per_event"]) > 0);
  CHECK(uint64_t(report["peak_rss_bytes"]) > 1'000'000);
  CHECK(uint64_t(report["dead_lettered"]) == 0);
  CHECK(simdjson::dom::array(report["dearest_rules"]).size() > 3);
}

TEST_CASE("bench of a missing file ends with 3") {
  const ProgramResult result = RunProgram(
      {"bench", "--rules", kExamples, "--events", "/nonexistent.gz"});
  CHECK(result.exit_code == 3);
}

}  // namespace
}  // namespace tocsin
