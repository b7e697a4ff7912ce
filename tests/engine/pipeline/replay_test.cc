// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/replay.h"

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "engine/pipeline/combined_source.h"
#include "engine/pipeline/dead_letter.h"
#include "engine/pipeline/memory_source.h"
#include "rules/compile.h"

namespace tocsin {
namespace {

constexpr const char* kRules = R"(
rule root_seen {
  when user == "root"
}
rule many {
  failed = outcome == "failure"
  when count of failed >= 3 by user within 1m
}
rule gone {
  beat = type == "beat"
  when silence of beat by host for 5m
}
)";

std::shared_ptr<const Plan> MakePlan() {
  rules::CompileOptions options;
  options.files = {{"t.rule", kRules}};
  options.shipped_sources = false;
  StatusOr<rules::CompileResult> result = rules::Compile(options);
  REQUIRE(result.ok());
  INFO(rules::RenderDiagnostics(result->sources, result->diagnostics));
  REQUIRE(result->plan != nullptr);
  return result->plan;
}

InputInfo Input(const std::string& name) {
  InputInfo input;
  input.name = input.topic = name;
  return input;
}

std::string Time(int64_t seconds) {
  return FormatTime(1'767'571'200 * kSecond + seconds * kSecond);
}

// Out of order by some seconds, some of it no JSON, some events twice.
std::vector<std::string> Lines(int seed) {
  std::vector<std::string> lines;
  for (int i = 0; i < 900; ++i) {
    const int64_t at = i * 2 + (i * 7 + seed) % 9;
    const std::string user =
        i % 50 == seed ? "root" : "u" + std::to_string(i % 7);
    const char* outcome = (i * 13 + seed) % 3 == 0 ? "failure" : "success";
    lines.push_back(StrCat(R"({"time":")", Time(at), R"(","user":")", user,
                           R"(","outcome":")", outcome, "\"}"));
    if (i % 40 == 0) {
      lines.push_back(StrCat(R"({"time":")", Time(at),
                             R"(","type":"beat","host":"h)", i % 3, "\"}"));
    }
    if (i % 100 == 50) lines.push_back("{\"broken\":");
    if (i % 100 == 70) lines.push_back("");
  }
  return lines;
}

struct Result {
  std::string findings;
  std::string incidents;
  std::string dead_letters;
  ReplaySummary summary;
};

// Two inputs, so that the order of reading is not the order of time.
Result Run(int workers, int64_t batch_events,
           std::optional<TimeNs> until = std::nullopt) {
  const std::shared_ptr<const Plan> plan = MakePlan();
  const Inputs inputs = {Input("a"), Input("b")};
  std::vector<std::vector<Batch>> chunks;
  std::vector<CombinedSource::Member> members;
  for (uint32_t i = 0; i < 2; ++i) {
    chunks.push_back(ChunksOf({InputId{i}, 0}, Lines(static_cast<int>(i) + 1)));
  }
  for (uint32_t i = 0; i < 2; ++i) {
    members.push_back(
        {{InputId{i}},
         std::make_unique<MemorySource>(Partition{InputId{i}, 0}, &chunks[i])});
  }
  CombinedSource source(std::move(members));
  Result result;
  ReplayOptions options;
  options.workers = workers;
  options.batch_events = batch_events;
  ReplayOutput output;
  output.finding = [&](const Finding& finding) {
    result.findings += FindingJson(finding, *plan, inputs) + "\n";
    return OkStatus();
  };
  output.incident = [&](const Incident& incident) {
    result.incidents += IncidentJson(incident, *plan, inputs) + "\n";
    return OkStatus();
  };
  output.dead_letter = [&](const DeadLetter& letter) {
    result.dead_letters += DeadLetterJson(letter, inputs) + "\n";
    return OkStatus();
  };
  Replay replay(plan, inputs, options, output);
  const Status read = replay.Read(&source);
  INFO(read.ToString());
  REQUIRE(read.ok());
  if (until) REQUIRE(replay.Until(*until).ok());
  const Status ended = replay.End();
  INFO(ended.ToString());
  REQUIRE(ended.ok());
  result.summary = replay.Summary();
  return result;
}

TEST_CASE("output is the same for any workers and batch limits") {
  const Result expected = Run(1, 4096);
  REQUIRE(expected.summary.findings > 20);
  REQUIRE(expected.summary.incidents > 1);
  for (const int workers : {1, 2, 4}) {
    for (const int64_t batch : {1, 97, 4096}) {
      INFO(workers << " workers, " << batch << " events a batch");
      const Result result = Run(workers, batch);
      CHECK(result.findings == expected.findings);
      CHECK(result.incidents == expected.incidents);
      CHECK(result.summary.consumed == expected.summary.consumed);
    }
  }
}

TEST_CASE("the ledger accounts for every message") {
  const ReplaySummary summary = Run(2, 97).summary;
  CHECK(summary.consumed ==
        summary.evaluated + summary.dead_lettered + summary.filtered);
  CHECK(summary.dead_lettered == 18);  // nine in each input
  CHECK(summary.filtered == 18);       // empty lines
  CHECK(summary.evaluated == 2 * (900 + 23));
  CHECK(summary.partitions.size() == 2);
}

TEST_CASE("findings come in canonical order, each once") {
  const Result result = Run(2, 97);
  std::string last;
  uint64_t count = 0;
  for (size_t at = 0; at < result.findings.size(); ++count) {
    const size_t end = result.findings.find('\n', at);
    const std::string line = result.findings.substr(at, end - at);
    CHECK(result.findings.find(line, end) == std::string::npos);
    at = end + 1;
  }
  CHECK(count == result.summary.findings);
}

TEST_CASE("until moves event time on, so that timers fire") {
  const auto silences = [](const Result& result) {
    size_t count = 0;
    for (size_t at = result.findings.find("\"rule\":\"gone\"");
         at != std::string::npos;
         at = result.findings.find("\"rule\":\"gone\"", at + 1)) {
      ++count;
    }
    return count;
  };
  const size_t before = silences(Run(1, 4096));
  const TimeNs later = 1'767'571'200 * kSecond + 2 * kHour;
  CHECK(silences(Run(1, 4096, later)) == before + 3);
}

TEST_CASE("dead letters keep reason, place and bytes") {
  const Result result = Run(1, 97);
  CHECK(result.dead_letters.find(R"("payload":"{\"broken\":")") !=
        std::string::npos);
  CHECK(result.dead_letters.find(R"("reason":"unterminated")") !=
        std::string::npos);
  DeadLetter letter;
  letter.from.partition.input = InputId{0};
  letter.reason = "no_root_object";
  letter.payload = "\xff\xfe";
  CHECK(
      DeadLetterJson(letter, {Input("a")}).find(R"("payload_base64":"//4=")") !=
      std::string::npos);
}

TEST_CASE("an error of an output ends the replay") {
  const std::shared_ptr<const Plan> plan = MakePlan();
  const Inputs inputs = {Input("a")};
  const std::vector<Batch> chunks = ChunksOf({InputId{0}, 0}, Lines(1));
  MemorySource source({InputId{0}, 0}, &chunks);
  ReplayOutput output;
  output.finding = [](const Finding&) {
    return ResourceExhausted("disk full");
  };
  ReplayOptions options;
  options.workers = 2;
  Replay replay(plan, inputs, options, output);
  Status status = replay.Read(&source);
  if (status.ok()) status = replay.End();
  CHECK(Message(status) == "disk full");
}

TEST_CASE("no input at all is no error") {
  const std::shared_ptr<const Plan> plan = MakePlan();
  const std::vector<Batch> chunks;
  MemorySource source({InputId{0}, 0}, &chunks);
  Replay replay(plan, {Input("a")}, {}, {});
  REQUIRE(replay.Read(&source).ok());
  REQUIRE(replay.End().ok());
  CHECK(replay.Summary().consumed == 0);
}

}  // namespace
}  // namespace tocsin
