// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/finding.h"

#include <catch2/catch_test_macros.hpp>

#include "engine/detect/shard.h"
#include "engine/match/match.h"
#include "tests/engine/detect/harness.h"
#include "tests/golden.h"

namespace tocsin::testing {
namespace {

std::shared_ptr<const Plan> FullRule(bool window) {
  RuleKit kit({"failed"});
  Rule& rule = kit.rule();
  rule.name = "guessed";
  rule.title = "Password guessed";
  rule.sigma_id = "6f1d0f0e-1c1e-4a58-9d0a-0e5d2f6c7a11";
  rule.levels = {{Level::kHigh, kit.Compare(kit.Capture(RuleKit::kUser),
                                            "==", Value::Text("root"))},
                 {Level::kLow, {}}};
  rule.risks = {{60, "user", RuleKit::kUser}, {20, "other", RuleKit::kOther}};
  rule.keep = {RuleKit::kUser};
  rule.incident.case_name = "account takeover";
  rule.incident.group = {{"account", kit.Capture(RuleKit::kUser)}};
  kit.Summary({{"guessed by ", {}}, {"", kit.Capture(RuleKit::kUser)}});
  if (window) {
    kit.Within(kMinute, {{MeasureKind::kCount, 0, {}, 3}},
               kit.Compare(kit.Measure(0), ">=", Value::Int(2)));
  } else {
    rule.key_names.clear();
    rule.pattern = EventPattern{};
  }
  return kit.Finish();
}

MatchRecord RecordOf(const std::string& user, bool long_value = false) {
  MatchRecord record;
  record.kind = RecordKind::kFinding;
  record.rule = RuleId{0};
  record.tests = 1;
  record.place = {Sec(20), INT64_MIN, {{InputId{0}, 3}, 41, 2}};
  record.time = Sec(10);
  record.identity = StableHash("event");
  const std::string text(long_value ? 5000 : 3, 'x');
  MatchBody body;
  body.captures = {{Value::Text(user)},
                   {Value::Int(7), Value::Double(0.5)},
                   {Value::Text(text)}};
  EncodeMatchBody(body, &record.body);
  return record;
}

TEST_CASE("Finding: the JSON of a window's finding") {
  const auto plan = FullRule(true);
  const RunResult result =
      Run(plan, {{.second = 0, .key = "Host-1", .user = "ana", .number = 1.5},
                 {.second = 2, .key = "host-1", .user = "root", .other = "x"}});
  REQUIRE(result.findings.size() == 1);
  CompareGolden("finding/window.json",
                FindingJson(result.findings[0], *plan, OneInput()) + "\n");
}

TEST_CASE("Finding: the JSON of a single event") {
  const auto plan = FullRule(false);
  const Finding finding = FindingOfEvent(*plan, RecordOf("root\n\xFF"));
  CHECK(finding.level == Level::kLow);
  CHECK(finding.time == Sec(10));
  CHECK(finding.at == Sec(20));
  CompareGolden("finding/event.json",
                FindingJson(finding, *plan, OneInput()) + "\n");
}

TEST_CASE("Finding: the JSON of a silence and of its end") {
  RuleKit kit({"beat"});
  kit.rule().name = "host_silent";
  kit.rule().pattern = SilencePattern{0, kMinute, {}};
  const auto plan = kit.Finish();
  const RunResult result =
      Run(plan, {{.second = 0, .user = "ana"}, {.second = 70, .user = "ana"}});
  std::string text;
  for (const Finding& finding : result.findings) {
    text += FindingJson(finding, *plan, OneInput()) + "\n";
  }
  CompareGolden("finding/silence.json", text);
}

TEST_CASE("Finding: the JSON of sequences, one of them held back") {
  RuleKit kit({"failed", "worked"});
  kit.rule().name = "guessed";
  SequencePattern sequence;
  sequence.within = kMinute;
  sequence.steps.push_back({"f", 0, 2, true, {}, {}});
  sequence.steps.push_back({"w", 1, 1, false, {}, {}});
  kit.rule().pattern = sequence;
  kit.rule().keep = {RuleKit::kUser};
  kit.rule().at_most = AtMost{1, kHour, {RuleKit::kUser}, false};
  kit.Summary({{"", kit.Leaf(Node::kStepCount, 0)},
               {" failed as ", {}},
               {"", kit.StepCapture(0, RuleKit::kUser)},
               {" until ", {}},
               {"", kit.Leaf(Node::kStepTime, 1)}});
  const auto plan = kit.Finish();
  std::vector<Line> lines;
  for (const double second : {0.0, 10.0}) {
    lines.push_back({.second = second, .user = "ana"});
    lines.push_back({.second = second + 1, .user = "bob"});
    lines.push_back({.second = second + 2, .tests = {1}, .user = "bob"});
  }
  std::string text;
  for (const Finding& finding : Run(plan, lines).findings) {
    text += FindingJson(finding, *plan, OneInput()) + "\n";
  }
  CompareGolden("finding/sequence.json", text);
}

TEST_CASE("Finding: the id of a single event is that of the event") {
  const auto plan = FullRule(false);
  MatchRecord record = RecordOf("root");
  const Hash128 id = FindingOfEvent(*plan, record).id;
  record.place.from.offset += 1;
  CHECK(FindingOfEvent(*plan, record).id == id);
  record.identity = StableHash("another");
  CHECK(FindingOfEvent(*plan, record).id != id);
}

TEST_CASE("Finding: long values are cut, a damaged body shows nothing") {
  const auto plan = FullRule(false);
  const Finding finding = FindingOfEvent(*plan, RecordOf("root", true));
  const std::string& shown = finding.evidence[0].fields[2].second;
  CHECK(shown.size() < 300);
  CHECK(shown.ends_with("x\xE2\x80\xA6\""));
  MatchRecord record = RecordOf("root");
  record.body.resize(record.body.size() / 2);
  CHECK(FindingOfEvent(*plan, record).evidence[0].fields.empty());
}

TEST_CASE("Finding: is the same after Encode and Decode") {
  const auto plan = FullRule(true);
  RunResult result = Run(plan, {{.second = 0, .user = "ana", .number = 1},
                                {.second = 2, .user = "root", .other = "x"}});
  Finding& finding = result.findings.at(0);
  finding.resolves = Hash128{1, 2};
  finding.held_back = HeldBack::kShadow;
  std::string bytes;
  ByteWriter out(&bytes);
  Encode(finding, &out);
  ByteReader in(bytes);
  const Finding again = DecodeFinding(&in);
  CHECK(in.ok());
  CHECK(in.at_end());
  std::string bytes_again;
  ByteWriter out_again(&bytes_again);
  Encode(again, &out_again);
  CHECK(bytes == bytes_again);
  CHECK(FindingJson(again, *plan, OneInput()) ==
        FindingJson(finding, *plan, OneInput()));
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader torn(std::string_view(bytes).substr(0, size));
    DecodeFinding(&torn);
    CHECK_FALSE(torn.ok());
  }
}

}  // namespace
}  // namespace tocsin::testing
