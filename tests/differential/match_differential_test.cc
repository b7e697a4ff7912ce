// SPDX-License-Identifier: Apache-2.0
//
// Matcher and NaiveMatcher say the same of every event.
#include <fstream>
#include <string>
#include <vector>

#include <zlib.h>

#include <catch2/catch_test_macros.hpp>

#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/compile.h"
#include "tests/differential/generated.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::Dice;

std::string Describe(const Plan& plan, const Match& match) {
  MatchBody body;
  if (!DecodeMatchBody(match.body, &body)) return "damaged";
  std::string text =
      StrCat(plan.rule(match.rule).name, " tests ", match.tests, " shard ",
             match.shard, " ", match.key.Hex(), " key");
  for (const std::string_view part : body.key) text += StrCat(" <", part, ">");
  text += " captures";
  for (const std::vector<Value>& values : body.captures) {
    text += " [";
    for (const Value& value : values) {
      AppendJson(value, 200, &text);
      text += ",";
    }
    text += "]";
  }
  return text;
}

std::string Describe(const EventResult& event) {
  return StrCat("time ", event.time, " record ", event.record_time, " order ",
                event.order, " identity ", event.identity.Hex(), " offset ",
                event.from.offset, ".", event.from.index);
}

// Everything that a result says of event `i`, a line each.
std::vector<std::string> Said(const Plan& plan, const BatchResult& result,
                              size_t i) {
  std::vector<std::string> lines = {Describe(result.events[i])};
  for (const Match& match : result.matches) {
    if (match.event == i) lines.push_back(Describe(plan, match));
  }
  return lines;
}

// Runs both over the batch and compares. Returns the number of matches.
size_t Compare(const Plan& plan, const Batch& batch, Matcher* matcher,
               NaiveMatcher* naive) {
  BatchResult fast;
  BatchResult slow;
  matcher->Run(batch, &fast);
  naive->Run(batch, &slow);
  REQUIRE(fast.events.size() == slow.events.size());
  REQUIRE(fast.dead_letters.size() == slow.dead_letters.size());
  REQUIRE(fast.partitions.size() == slow.partitions.size());
  for (size_t i = 0; i < fast.partitions.size(); ++i) {
    CHECK(fast.partitions[i].consumed == slow.partitions[i].consumed);
    CHECK(fast.partitions[i].evaluated == slow.partitions[i].evaluated);
    CHECK(fast.partitions[i].filtered == slow.partitions[i].filtered);
    CHECK(fast.partitions[i].consumed == fast.partitions[i].evaluated +
                                             fast.partitions[i].dead_lettered +
                                             fast.partitions[i].filtered);
  }
  bool equal = fast.matches.size() == slow.matches.size() &&
               fast.counters.missing_key == slow.counters.missing_key;
  for (size_t i = 0; i < fast.matches.size() && equal; ++i) {
    equal = fast.matches[i].body == slow.matches[i].body &&
            fast.matches[i].key == slow.matches[i].key &&
            fast.matches[i].rule == slow.matches[i].rule &&
            fast.matches[i].event == slow.matches[i].event &&
            fast.matches[i].tests == slow.matches[i].tests;
  }
  for (size_t i = 0; i < fast.events.size(); ++i) {
    if (equal && Describe(fast.events[i]) == Describe(slow.events[i])) {
      continue;
    }
    INFO("offset " << fast.events[i].from.offset << ": "
                   << batch.bytes(batch.messages[static_cast<size_t>(
                          fast.events[i].from.offset)]));
    REQUIRE(Said(plan, fast, i) == Said(plan, slow, i));
  }
  CHECK(fast.counters.missing_key == slow.counters.missing_key);
  return fast.matches.size();
}

Inputs OneInput(const std::string& topic) {
  Inputs inputs(1);
  inputs[0].name = "in";
  inputs[0].topic = topic;
  inputs[0].identity = {"user", "Event.host"};
  return inputs;
}

void AddTo(Batch* batch, std::string_view bytes, TimeNs record_time,
           uint32_t input = 0) {
  RawMessage message;
  message.partition.input = {input};
  message.offset = static_cast<int64_t>(batch->messages.size());
  message.record_time = record_time;
  batch->Add(message, bytes);
}

TEST_CASE("generated rules say the same of generated events") {
  size_t matches = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    const auto plan = testing::GeneratedPlan(seed, 12);
    Inputs inputs = OneInput("xy");
    inputs.push_back(inputs[0]);
    inputs[1].topic = "ana";
    inputs.push_back(inputs[1]);
    inputs[2].format = Format::kText;
    Matcher matcher(plan, inputs);
    NaiveMatcher naive(plan, inputs);
    Dice dice(seed * 7919);
    Batch batch;
    for (int i = 0; i < 40; ++i) {
      const TimeNs record_time = dice.Chance(50) ? kMinTime : TimeNs{i} * kDay;
      const bool text = dice.Chance(15);
      AddTo(&batch,
            text ? testing::GeneratedLine(&dice)
                 : testing::GeneratedMessage(&dice),
            record_time, text ? 2 : static_cast<uint32_t>(dice.Below(2)));
    }
    batch.Seal();
    matches += Compare(*plan, batch, &matcher, &naive);
  }
  // Rules and events do meet.
  CHECK(matches > 10'000);
}

// The example rules and some that real events meet more often.
std::shared_ptr<const Plan> RealPlan() {
  rules::CompileOptions options;
  options.paths = {(testing::SourceDir() / "examples").string()};
  options.files = {{"more.rule", R"(
    rule any_exe {
      from sysmon
      when (Image endswith ('.exe', '.dll') and not CommandLine contains "-k")
           or TargetObject like '*\\CurrentVersion\\*'
    }
    rule numbers {
      from sysmon, win_security
      exec = EventID in (1, 4688) or ParentImage exists
      quiet = Level == null and RuleName != "-"
      when count of exec > 2 and count of quiet >= 0 by host, User within 5m
    }
    rule everywhere { when anywhere contains "mimikatz" or anywhere matches /lsass\.exe$/i }
    rule times { when hour(tocsin.time) in 0..12 and tags == "mordorDataset" }
    rule words {
      from win_security
      where_at = lower(host)
      when distinct TargetUserName > 3 by where_at per 1h
    }
  )"}};
  const auto compiled = rules::Compile(options);
  REQUIRE(compiled.ok());
  const auto& diagnostics = compiled->diagnostics;
  INFO(rules::RenderDiagnostics(compiled->sources, diagnostics));
  REQUIRE(compiled->plan != nullptr);
  return compiled->plan;
}

std::vector<std::string> FirstLines(const std::string& path, size_t most) {
  std::vector<std::string> lines;
  const gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::vector<char> buffer(1 << 20);
  while (lines.size() < most &&
         gzgets(file, buffer.data(), static_cast<int>(buffer.size()))) {
    lines.emplace_back(buffer.data());
  }
  gzclose(file);
  return lines;
}

size_t CompareLines(const std::vector<std::string>& lines, Format format) {
  const auto plan = RealPlan();
  Inputs inputs = OneInput("windows");
  inputs[0].format = format;
  inputs[0].identity.clear();
  Matcher matcher(plan, inputs);
  NaiveMatcher naive(plan, inputs);
  size_t matches = 0;
  for (size_t at = 0; at < lines.size();) {
    Batch batch;
    for (size_t end = std::min(at + 100, lines.size()); at < end; ++at) {
      AddTo(&batch, lines[at], static_cast<TimeNs>(at) * kHour);
    }
    batch.Seal();
    matches += Compare(*plan, batch, &matcher, &naive);
  }
  return matches;
}

TEST_CASE("example rules say the same of a Linux auth log") {
  const auto path = testing::SourceDir() / "examples/demo/data/auth.log";
  const auto lines = FirstLines(path.string(), 5'000);
  REQUIRE(!lines.empty());
  CHECK(CompareLines(lines, Format::kText) > 100);
}

TEST_CASE("example rules say the same of real Windows events") {
  const auto corpus = testing::Corpus();
  if (!corpus) SKIP("TOCSIN_CORPUS names no folder");
  const auto lines =
      FirstLines((*corpus / "windows/events.ndjson.gz").string(), 5'000);
  REQUIRE(lines.size() == 5'000);
  CHECK(CompareLines(lines, Format::kNdjson) > 5'000);
}

}  // namespace
}  // namespace tocsin
