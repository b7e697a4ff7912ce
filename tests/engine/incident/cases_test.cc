// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/cases.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "engine/incident/case_book.h"
#include "tests/engine/incident/made_up.h"

namespace tocsin {
namespace {

using testing::kStart;
using testing::MakeFinding;
using testing::MakeFrame;
using testing::MakeInputs;
using testing::MakePlan;
using testing::RuleSpec;

std::string Bytes(const Incident& incident) {
  std::string bytes;
  ByteWriter out(&bytes);
  Encode(incident, &out);
  return bytes;
}

// Applies all findings in one frame, then ends the input.
std::vector<Incident> RunAll(std::shared_ptr<const Plan> plan,
                             const std::vector<Finding>& findings,
                             CaseCounters* counters = nullptr) {
  Cases cases(std::move(plan), MakeInputs(1));
  std::vector<Incident> incidents;
  cases.Apply(MakeFrame(1, {{0, 1000 * kDay}}), findings, &incidents);
  if (counters != nullptr) *counters = cases.counters();
  CHECK(cases.waiting() == 0);
  return incidents;
}

TEST_CASE("Cases: a finding waits until W has passed it") {
  const auto plan = MakePlan({{.name = "guess"}});
  Cases cases(plan, MakeInputs(1));
  std::vector<Incident> out;
  cases.Apply(MakeFrame(1, {{0, kMinute}}),
              {MakeFinding(*plan, 0, "ana", kMinute)}, &out);
  CHECK(out.empty());
  CHECK(cases.waiting() == 1);
  cases.Apply(MakeFrame(2, {{0, kMinute + 1}}), {}, &out);
  REQUIRE(out.size() == 1);
  CHECK(cases.waiting() == 0);
  CHECK(cases.open() == 1);
  CHECK(out[0].count == 1);
  CHECK(out[0].revision == 1);
  CHECK(out[0].first_at == kStart + kMinute);
  CHECK(out[0].id == IncidentId("guess", CaseKeyHash("guess", out[0].key),
                                kStart + kMinute));
}

TEST_CASE("Cases: findings of one key and span are one incident") {
  const auto plan = MakePlan({{.name = "guess"}});
  const auto incidents = RunAll(plan, {MakeFinding(*plan, 0, "ana", 0),
                                       MakeFinding(*plan, 0, "ANA", 24 * kHour),
                                       MakeFinding(*plan, 0, "bob", kHour)});
  REQUIRE(incidents.size() == 2);
  CHECK(incidents[0].key[0].second == "ana");
  CHECK(incidents[0].count == 2);
  CHECK(incidents[0].revision == 2);
  CHECK(incidents[0].findings.size() == 2);
  CHECK(incidents[0].first_time == kStart);
  CHECK(incidents[0].last_time == kStart + 24 * kHour);
  CHECK(incidents[1].key[0].second == "bob");
  CHECK(incidents[1].count == 1);
}

TEST_CASE("Cases: after its span a case of the same key is another") {
  const auto plan = MakePlan({{.name = "guess", .span = kHour}});
  const auto incidents =
      RunAll(plan, {MakeFinding(*plan, 0, "ana", 0),
                    MakeFinding(*plan, 0, "ana", kHour),
                    MakeFinding(*plan, 0, "ana", kHour + 1),
                    MakeFinding(*plan, 0, "ana", 2 * kHour)});
  REQUIRE(incidents.size() == 2);
  CHECK(incidents[0].count == 2);
  CHECK(incidents[1].count == 2);
  CHECK(incidents[0].id != incidents[1].id);
  CHECK(incidents[1].first_at == kStart + kHour + 1);
}

TEST_CASE("Cases: rules that share name and named key share the case") {
  const auto plan = MakePlan({{.name = "guess", .case_name = "takeover"},
                              {.name = "token", .case_name = "takeover"},
                              {.name = "other"}});
  Finding named_otherwise = MakeFinding(*plan, 1, "ana", 3 * kMinute);
  named_otherwise.case_key = {{"account", "ana"}};
  const auto incidents = RunAll(
      plan, {MakeFinding(*plan, 1, "ana", kMinute, Level::kCritical),
             MakeFinding(*plan, 0, "ana", 0, Level::kMedium),
             MakeFinding(*plan, 2, "ana", 2 * kMinute), named_otherwise});
  REQUIRE(incidents.size() == 3);
  CHECK(incidents[0].case_name == "takeover");
  CHECK(incidents[0].count == 2);
  CHECK(incidents[0].level == Level::kCritical);
  CHECK(incidents[0].title_rule == RuleId{1});
  CHECK(incidents[0].summary == "token saw ana");
  CHECK(incidents[0].rules == std::vector<RuleId>{RuleId{0}, RuleId{1}});
  CHECK(incidents[1].case_name == "other");
  CHECK(incidents[2].key[0].first == "account");
}

TEST_CASE("Cases: the order in which a key names its parts is no matter") {
  CHECK(CaseKeyHash("c", {{"user", "ana"}, {"host", "h"}}) ==
        CaseKeyHash("c", {{"host", "H"}, {"user", "Ana"}}));
  CHECK(CaseKeyHash("c", {{"user", "ana"}, {"host", "h"}}) !=
        CaseKeyHash("c", {{"user", "h"}, {"host", "ana"}}));
  CHECK(CaseKeyHash("c", {{"a", "bc"}}) != CaseKeyHash("c", {{"ab", "c"}}));
  CHECK(CaseKeyHash("c", {}) != CaseKeyHash("d", {}));
}

TEST_CASE("Cases: held back findings and incident none open nothing") {
  const auto plan =
      MakePlan({{.name = "guess"}, {.name = "quiet", .none = true}});
  Finding held = MakeFinding(*plan, 0, "ana", 0);
  held.held_back = HeldBack::kAtMost;
  CaseCounters counters;
  CHECK(
      RunAll(plan, {held, MakeFinding(*plan, 1, "ana", 0)}, &counters).empty());
  CHECK(counters.findings == 2);
  CHECK(counters.held_back == 1);
  CHECK(counters.incidents == 0);
}

TEST_CASE("Cases: what resolves a finding joins its case, but opens none") {
  const auto plan = MakePlan({{.name = "silent"}});
  const Finding silence = MakeFinding(*plan, 0, "web-1", 0);
  Finding over = MakeFinding(*plan, 0, "web-1", kHour);
  over.resolves = silence.id;
  const auto incidents = RunAll(plan, {silence, over});
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].count == 2);
  CHECK(RunAll(plan, {over}).empty());
}

TEST_CASE("Cases: the same finding again is counted, not added") {
  const auto plan = MakePlan({{.name = "guess"}});
  const Finding finding = MakeFinding(*plan, 0, "ana", 0);
  CaseCounters counters;
  const auto incidents = RunAll(plan, {finding, finding}, &counters);
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].count == 1);
  CHECK(counters.duplicates == 1);
}

TEST_CASE("Cases: a frame that was applied before is ignored") {
  const auto plan = MakePlan({{.name = "guess"}});
  Cases cases(plan, MakeInputs(1));
  std::vector<Incident> out;
  const std::vector<Finding> findings = {MakeFinding(*plan, 0, "ana", 0)};
  cases.Apply(MakeFrame(5, {{0, kMinute}}), findings, &out);
  CHECK(out.size() == 1);
  cases.Apply(MakeFrame(5, {{0, kMinute}}), findings, &out);
  cases.Apply(MakeFrame(4, {{0, kMinute}}), findings, &out);
  CHECK(out.size() == 1);
  CHECK(cases.sequence() == 5);
  CHECK(cases.counters().findings == 1);
}

TEST_CASE("Cases: a case waits for all inputs that can feed it, no others") {
  const auto plan =
      MakePlan({{.name = "one", .case_name = "both", .topics = {"a"}},
                {.name = "two", .case_name = "both", .topics = {"b"}},
                {.name = "alone", .topics = {"a"}},
                {.name = "unfed", .case_name = "both", .topics = {"nope"}}});
  Cases cases(plan, MakeInputs(3));
  std::vector<Incident> out;
  cases.Apply(
      MakeFrame(1, {{0, kHour}, {1, -kHour}}),
      {MakeFinding(*plan, 0, "ana", 0), MakeFinding(*plan, 2, "ana", 0)}, &out);
  REQUIRE(out.size() == 1);
  CHECK(out[0].case_name == "alone");
  cases.Apply(MakeFrame(2, {{1, kHour}}),
              {MakeFinding(*plan, 1, "ana", -kMinute)}, &out);
  REQUIRE(out.size() == 2);
  CHECK(out[1].case_name == "both");
  CHECK(out[1].first_at == kStart - kMinute);
  CHECK(out[1].count == 2);
}

TEST_CASE("Cases: findings beyond the rule's minute are only counted") {
  Limits limits;
  limits.findings_per_rule_minute = 3;
  const auto plan = MakePlan({{.name = "flood"}, {.name = "fine"}}, limits);
  std::vector<Finding> findings;
  for (int i = 0; i < 5; ++i) {
    findings.push_back(MakeFinding(*plan, 0, "ana", i * kSecond));
    findings.push_back(MakeFinding(*plan, 0, std::string(1, char('m' + i)),
                                   30 * kSecond + i * kSecond));
  }
  findings.push_back(MakeFinding(*plan, 0, "ana", kMinute));
  findings.push_back(MakeFinding(*plan, 1, "bob", 40 * kSecond));
  CaseCounters counters;
  const auto incidents = RunAll(plan, findings, &counters);
  CHECK(counters.rule_minute_cut == 7);
  REQUIRE(incidents.size() == 3);
  CHECK(incidents[0].count == 6);
  CHECK(incidents[0].surplus == 2);
  CHECK(incidents[0].findings.size() == 4);
  CHECK(incidents[1].case_name == "flood (surplus)");
  CHECK(incidents[1].key.empty());
  CHECK(incidents[1].count == 5);
  CHECK(incidents[1].surplus == 5);
  CHECK(incidents[1].findings.empty());
  CHECK(incidents[1].summary.starts_with("more findings of flood than"));
  CHECK(incidents[2].case_name == "fine");
  CHECK(incidents[2].surplus == 0);
}

TEST_CASE("Cases: beyond the cap of open cases a new key joins the surplus") {
  Limits limits;
  limits.open_cases = 2;
  const auto plan = MakePlan({{.name = "flood", .span = kHour}}, limits);
  CaseCounters counters;
  const auto incidents = RunAll(
      plan,
      {MakeFinding(*plan, 0, "a", 0), MakeFinding(*plan, 0, "b", kMinute),
       MakeFinding(*plan, 0, "c", 2 * kMinute),
       MakeFinding(*plan, 0, "a", 3 * kMinute),
       MakeFinding(*plan, 0, "c", 5 * kHour)},
      &counters);
  CHECK(counters.open_cases_cut == 1);
  REQUIRE(incidents.size() == 4);
  CHECK(incidents[0].count == 2);
  CHECK(incidents[2].case_name == "flood (surplus)");
  CHECK(incidents[2].count == 1);
  CHECK(incidents[3].key[0].second == "c");
  CHECK(incidents[3].first_at == kStart + 5 * kHour);
}

TEST_CASE("Cases: lists of findings and evidence are capped, totals are not") {
  Limits limits;
  limits.case_findings = 5;
  limits.evidence_first = 2;
  limits.evidence_last = 3;
  const auto plan = MakePlan({{.name = "guess"}}, limits);
  std::vector<Finding> findings;
  for (int i = 0; i < 20; ++i) {
    findings.push_back(MakeFinding(*plan, 0, "ana", i * kSecond));
  }
  const auto incidents = RunAll(plan, findings);
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].count == 20);
  CHECK(incidents[0].findings.size() == 5);
  CHECK(incidents[0].evidence_total == 20);
  std::vector<int64_t> offsets;
  for (const Evidence& item : incidents[0].evidence) {
    offsets.push_back(item.from.offset);
  }
  CHECK(offsets == std::vector<int64_t>{0, 1, 17, 18, 19});
}

// A stream of findings as shards could give it: any order within what the
// watermark allows, cut into frames anywhere.
struct Step {
  Frame frame = {};
  std::vector<Finding> findings = {};
};

std::vector<Step> Schedule(std::vector<Finding> findings,
                           std::mt19937* random) {
  // Each arrives up to half an hour after its time.
  std::vector<std::pair<TimeNs, Finding>> arrivals;
  for (Finding& finding : findings) {
    const auto late = static_cast<DurationNs>((*random)() % 1'800) * kSecond;
    arrivals.emplace_back(finding.at + late, std::move(finding));
  }
  std::ranges::sort(arrivals, {}, [](const auto& item) {
    return std::pair(item.first, item.second.id);
  });
  findings.clear();
  for (auto& [at, finding] : arrivals) findings.push_back(std::move(finding));
  // W before each finding: the least `at` that still follows.
  std::vector<TimeNs> least(findings.size() + 1, kMaxTime);
  for (size_t i = findings.size(); i > 0; --i) {
    least[i - 1] = std::min(least[i], findings[i - 1].at);
  }
  std::vector<Step> steps;
  size_t next = 0;
  while (next < findings.size()) {
    const size_t size = (*random)() % 7;
    Step step;
    for (size_t i = 0; i < size && next < findings.size(); ++i) {
      step.findings.push_back(findings[next++]);
    }
    const TimeNs w = std::min(least[next], kStart + 1000 * kDay);
    const DurationNs behind =
        (*random)() % 2 == 0 ? 0 : static_cast<DurationNs>((*random)() % 99);
    step.frame =
        MakeFrame(steps.size() + 1, {{0, w - kStart - behind * kSecond}});
    steps.push_back(std::move(step));
  }
  steps.push_back({MakeFrame(steps.size() + 1, {{0, 1000 * kDay}}), {}});
  return steps;
}

std::vector<Finding> ManyFindings(const Plan& plan, std::mt19937* random) {
  std::vector<Finding> findings;
  for (int64_t i = 0; i < 300; ++i) {
    const std::string user(1, static_cast<char>('a' + (*random)() % 4));
    const auto rule = static_cast<uint32_t>((*random)() % 3);
    const auto level = static_cast<Level>((*random)() % 5);
    // Whole minutes, so that many findings have the same time.
    const auto at = static_cast<DurationNs>((*random)() % 600) * kMinute;
    findings.push_back(MakeFinding(plan, rule, user, at, level, i));
  }
  return findings;
}

using LastRevisions = std::map<Hash128, std::string>;

TEST_CASE("Cases: order of arrival, frames and restarts change nothing") {
  const auto seed = GENERATE(range(1u, 26u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Limits limits;
  limits.findings_per_rule_minute = 2;
  limits.open_cases = 5;
  limits.evidence_first = 3;
  limits.evidence_last = 3;
  const auto plan =
      MakePlan({{.name = "guess", .case_name = "both", .span = kHour},
                {.name = "token", .case_name = "both", .span = 2 * kHour},
                {.name = "other", .span = 20 * kMinute}},
               limits);
  const std::vector<Finding> findings = ManyFindings(*plan, &random);
  LastRevisions expected;
  CaseCounters expected_counters;
  for (const Incident& incident : RunAll(plan, findings, &expected_counters)) {
    CHECK(expected.emplace(incident.id, Bytes(incident)).second);
  }
  CHECK(expected.size() > 10);

  Cases cases(plan, MakeInputs(1));
  LastRevisions last;
  std::map<Hash128, uint64_t> revision;
  for (const Step& step : Schedule(findings, &random)) {
    std::vector<Incident> out;
    cases.Apply(step.frame, step.findings, &out);
    for (const Incident& incident : out) {
      CHECK(incident.revision == incident.count);
      CHECK(incident.revision > revision[incident.id]);
      revision[incident.id] = incident.revision;
      last[incident.id] = Bytes(incident);
    }
    if (random() % 4 != 0) continue;
    const std::string saved = cases.Save();
    StatusOr<Cases> loaded = Cases::Load(plan, MakeInputs(1), saved);
    REQUIRE(loaded.ok());
    CHECK(loaded->Save() == saved);
    CHECK(loaded->counters() == cases.counters());
    cases = std::move(*loaded);
  }
  CHECK(last == expected);
  CHECK(cases.counters() == expected_counters);
  CHECK(cases.waiting() == 0);
  CHECK(cases.open() == 0);
}

TEST_CASE("Cases: damaged state is refused, whatever the damage") {
  const auto plan = MakePlan({{.name = "guess"}});
  Cases cases(plan, MakeInputs(1));
  std::vector<Incident> out;
  cases.Apply(
      MakeFrame(1, {{0, kMinute}}),
      {MakeFinding(*plan, 0, "ana", 0), MakeFinding(*plan, 0, "bob", kHour)},
      &out);
  const std::string saved = cases.Save();
  for (size_t size = 0; size < saved.size(); ++size) {
    CHECK_FALSE(Cases::Load(plan, MakeInputs(1), saved.substr(0, size)).ok());
  }
  CHECK_FALSE(Cases::Load(plan, MakeInputs(1), saved + "x").ok());
  // A flipped bit is refused or gives another state, and never crashes.
  for (size_t i = 0; i < saved.size(); ++i) {
    std::string flipped = saved;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x40);
    StatusOr<Cases> loaded = Cases::Load(plan, MakeInputs(1), flipped);
    if (!loaded.ok()) continue;
    std::vector<Incident> after;
    loaded->Apply(MakeFrame(1'000'000, {{0, 2 * kHour}}), {}, &after);
  }
  CHECK_FALSE(Cases::Load(MakePlan({}), MakeInputs(1), saved).ok());
}

}  // namespace
}  // namespace tocsin
