// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/veris.h"

#include <random>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "engine/base/status.h"
#include "engine/incident/veris_check.h"
#include "engine/plan/veris_words.h"
#include "tests/engine/incident/made_up.h"

namespace tocsin {
namespace {

using testing::kStart;
using testing::MakePlan;
using testing::RuleSpec;

Incident IncidentOf(const Plan& plan) {
  Incident incident;
  incident.title_rule = RuleId{0};
  incident.summary = "made up";
  incident.first_time = kStart;
  incident.first_at = kStart;
  incident.last_time = kStart;
  for (uint32_t i = 0; i < plan.rules.size(); ++i) {
    incident.rules.push_back(RuleId{i});
  }
  return incident;
}

std::string Json(const Incident& incident, const Plan& plan) {
  std::string text;
  JsonWriter json(&text);
  WriteVeris(incident, plan, Classify(incident, plan), &json);
  return text;
}

std::string RecordOf(const std::vector<RuleSpec>& rules) {
  const auto plan = MakePlan(rules);
  const std::string text = Json(IncidentOf(*plan), *plan);
  CHECK(CheckVeris(text).empty());
  return text;
}

// From the member `from` up to the member `to`.
std::string Part(const std::string& json, std::string_view from,
                 std::string_view to) {
  const size_t begin = json.find(StrCat("\"", from, "\":"));
  const size_t end = json.find(StrCat(",\"", to, "\":"), begin);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  return json.substr(begin, end - begin);
}

VerisEntry Entry(std::string axis, std::string name,
                 std::vector<std::string> values = {},
                 std::vector<std::string> via = {}) {
  VerisEntry entry{
      std::move(axis), std::move(name), std::move(values), std::move(via), {}};
  CHECK(ResolveVeris(&entry).empty());
  return entry;
}

TEST_CASE("Veris: of a rule that says nothing all is Unknown") {
  const std::string json = RecordOf({{.name = "a"}});
  CHECK(Part(json, "actor", "plus") ==
        R"("actor":{"unknown":{}},"action":{"unknown":{}},)"
        R"("asset":{"assets":[{"variety":"Unknown"}],"cloud":["Unknown"]},)"
        R"("attribute":{"unknown":{}},)"
        R"("discovery_method":{"internal":{"variety":["Log review"]}})");
  CHECK(json.find("\"confidence\"") == std::string::npos);
  CHECK(json.starts_with(R"({"schema_version":"1.4.1","incident_id":")"
                         R"(00000000000000000000000000000000",)"
                         R"("security_incident":"Suspected",)"));
}

TEST_CASE("Veris: what a rule states is in the record, tags are not") {
  const std::string json =
      RecordOf({{.name = "a",
                 .attack = {"T1486", "T1003.001"},
                 .veris = {Entry("action", "hacking", {"brute force"},
                                 {"Command shell"}),
                           Entry("asset", "", {"N - Remote access"}),
                           Entry("confidentiality", "potentially"),
                           Entry("actor", "external", {"Unaffiliated"})}}});
  CHECK(Part(json, "actor", "asset") ==
        R"("actor":{"external":{"variety":["Unaffiliated"],)"
        R"("motive":["Unknown"]}},)"
        R"("action":{"hacking":{"variety":["Brute force"],)"
        R"("vector":["Command shell"]}})");
  // The availability of T1486 is no axis that the rule states.
  CHECK(Part(json, "attribute", "discovery_method") ==
        R"("attribute":{"confidentiality":{"data_disclosure":"Potentially"},)"
        R"("availability":{"variety":["Interruption","Obscuration"]}})");
  CHECK(Part(json, "confidence", "summary") == R"("confidence":"Low")");
}

TEST_CASE("Veris: tags fill what is not stated, with low confidence") {
  const std::string json =
      RecordOf({{.name = "a", .attack = {"T1110.001", "initial-access"}}});
  CHECK(Part(json, "confidence", "summary") == R"("confidence":"Low")");
  CHECK(Part(json, "action", "asset") ==
        R"("action":{"hacking":{"variety":["Brute force"],)"
        R"("vector":["Unknown"],"result":["Infiltrate"]}})");
  CHECK(Part(json, "attack", "veris_candidates") ==
        R"("attack":["T1110.001","initial-access"])");
  CHECK(json.find(R"("veris_candidates":[{"technique":"T1110.001",)"
                  R"("row":"T1110.*","table":"reviewed","used":true,)"
                  R"("rules":["a"],"values":{"action.hacking.variety":)"
                  R"(["Brute force"]}}])") != std::string::npos);
}

TEST_CASE("Veris: a published row with a choice stays a candidate") {
  const std::string json = RecordOf({{.name = "a", .attack = {"T1001.001"}}});
  CHECK(Part(json, "action", "asset") == R"("action":{"unknown":{}})");
  CHECK(json.find(R"("used":false)") != std::string::npos);
  CHECK(json.find(R"("confidence")") == std::string::npos);
  const std::string tactic =
      RecordOf({{.name = "a", .attack = {"T1001.001", "exfiltration"}}});
  CHECK(Part(tactic, "action", "asset") ==
        R"("action":{"unknown":{"result":["Exfiltrate"]}})");
}

TEST_CASE("Veris: rules of one case add up, the worse scalar stands") {
  const std::string json = RecordOf(
      {{.name = "a",
        .veris = {Entry("action", "hacking", {"Brute force"}),
                  Entry("confidentiality", "no"), Entry("impact", "Painful"),
                  Entry("confidence", "Medium")}},
       {.name = "b",
        .veris = {Entry("action", "hacking", {"Use of stolen creds"}),
                  Entry("action", "error", {"Loss"}),
                  Entry("confidentiality", "potentially", {"API key"}),
                  Entry("impact", "Damaging"), Entry("confidence", "High"),
                  Entry("targeted", "Targeted"),
                  Entry("discovery", "Customer")}}});
  CHECK(Part(json, "confidence", "summary") ==
        R"("confidence":"High","targeted":"Targeted")");
  CHECK(Part(json, "action", "asset") ==
        R"("action":{"hacking":{"variety":["Brute force",)"
        R"("Use of stolen creds"],"vector":["Unknown"]},)"
        R"("error":{"variety":["Loss"],"vector":["Unknown"]}})");
  CHECK(Part(json, "attribute", "plus") ==
        R"("attribute":{"confidentiality":{"data_disclosure":"Potentially",)"
        R"("data":[{"variety":"API key"},{"variety":"Credentials"}]},)"
        R"("availability":{"variety":["Loss"]}},)"
        R"("discovery_method":{"external":{"variety":["Customer"]}},)"
        R"("impact":{"overall_rating":"Damaging"})");
}

TEST_CASE("Veris: phishing and malware bring all that VERIS implies") {
  const std::string json =
      RecordOf({{.name = "a",
                 .veris = {Entry("action", "social", {"Phishing"}, {"Email"}),
                           Entry("action", "malware", {"RAT", "Ransomware"},
                                 {"Email attachment", "C2"}),
                           Entry("asset", "", {"U - Laptop"})}}});
  CHECK(Part(json, "action", "discovery_method") ==
        R"("action":{"malware":{"variety":["Backdoor","Backdoor or C2",)"
        R"("Ransomware","RAT","Trojan"],)"
        R"("vector":["C2","Email","Email attachment"]},)"
        R"("social":{"variety":["Phishing"],"vector":["Email"],)"
        R"("target":["Unknown"]}},)"
        R"("asset":{"assets":[{"variety":"P - Unknown"},)"
        R"({"variety":"U - Desktop or laptop"},{"variety":"U - Laptop"}],)"
        R"("cloud":["Unknown"]},)"
        R"("attribute":{"integrity":{"variety":["Alter behavior",)"
        R"("Software installation"]}})");
  CHECK(Part(json, "value_chain", "plus") ==
        R"("value_chain":{"development":{"variety":["Email"]},)"
        R"("non-distribution services":{"variety":["C2"]},)"
        R"("targeting":{"variety":["Email addresses"]},)"
        R"("distribution":{"variety":["Email"]},)"
        R"("cash-out":{"variety":["Cryptocurrency"]}})");
}

TEST_CASE("Veris: misuse is by an insider, unless a partner is named") {
  CHECK(Part(RecordOf(
                 {{.name = "a",
                   .veris = {Entry("action", "misuse", {"Privilege abuse"})}}}),
             "actor", "action") ==
        R"("actor":{"internal":{"variety":["Unknown"],"motive":["Unknown"]}})");
  CHECK(Part(RecordOf({{.name = "a",
                        .veris = {Entry("action", "misuse"),
                                  Entry("actor", "partner")}}}),
             "actor", "action") ==
        R"("actor":{"partner":{"motive":["Unknown"],"country":["Unknown"]}})");
}

TEST_CASE("Veris: unknown beside a known word goes away") {
  CHECK(Part(RecordOf({{.name = "a", .veris = {Entry("action", "hacking")}},
                       {.name = "b",
                        .veris = {Entry("action", "hacking", {"XSS"},
                                        {"Web application", "Unknown"})}}}),
             "action", "attribute") ==
        R"("action":{"hacking":{"variety":["Exploit vuln","XSS"],)"
        R"("vector":["Web application"]}},)"
        R"("asset":{"assets":[{"variety":"S - Web application"}],)"
        R"("cloud":["Unknown"]})");
}

TEST_CASE("Veris: log sources show assets, the vector of a known action too") {
  Plan plan = *MakePlan({{.name = "a", .attack = {"T1110"}}});
  plan.sources.resize(2);
  plan.sources[0].sigma = {{"apache", "webserver", ""}, {"", "webserver", ""}};
  plan.sources[1].sigma = {{"aws", "", "cloudtrail"}};
  plan.rules[0].from = {SourceId{0}};
  CHECK(Part(Json(IncidentOf(plan), plan), "action", "attribute") ==
        R"("action":{"hacking":{"variety":["Brute force"],)"
        R"("vector":["Web application"]}},)"
        R"("asset":{"assets":[{"variety":"S - Web application"}],)"
        R"("cloud":["Unknown"]})");
  plan.rules[0].from = {SourceId{1}};
  CHECK(Part(Json(IncidentOf(plan), plan), "asset", "attribute") ==
        R"("asset":{"assets":[{"variety":"Unknown"}],)"
        R"j("cloud":["External Cloud Asset(s)"]})j");
  // Two sources that do not agree show nothing.
  plan.rules[0].from = {SourceId{0}, SourceId{1}};
  CHECK(Part(Json(IncidentOf(plan), plan), "asset", "attribute") ==
        R"("asset":{"assets":[{"variety":"Unknown"}],"cloud":["Unknown"]})");
}

TEST_CASE("Veris: the timeline is event time on a 12-hour clock") {
  const auto plan = MakePlan({{.name = "a"}});
  Incident incident = IncidentOf(*plan);
  const auto timeline = [&](DurationNs first, DurationNs found) {
    incident.first_time = kStart + first;
    incident.first_at = kStart + found;
    return Part(Json(incident, *plan), "timeline", "actor");
  };
  CHECK(timeline(0, 0) ==
        R"("timeline":{"incident":{"year":2026,"month":1,"day":5,)"
        R"("time":"12:00:00 AM"},"discovery":{"unit":"Seconds","value":0}})");
  CHECK(timeline(12 * kHour + 5 * kMillisecond, 12 * kHour + 59 * kSecond) ==
        R"("timeline":{"incident":{"year":2026,"month":1,"day":5,)"
        R"("time":"12:00:00 PM"},"discovery":{"unit":"Seconds","value":58}})");
  CHECK(timeline(14 * kHour + 7 * kSecond, 15 * kHour) ==
        R"("timeline":{"incident":{"year":2026,"month":1,"day":5,)"
        R"("time":"02:00:07 PM"},"discovery":{"unit":"Minutes","value":59}})");
  CHECK(timeline(9 * kHour, 50 * kHour) ==
        R"("timeline":{"incident":{"year":2026,"month":1,"day":5,)"
        R"("time":"09:00:00 AM"},"discovery":{"unit":"Days","value":1}})");
  // A finding before its event can only be a clock that is wrong.
  CHECK(timeline(10 * kHour, 9 * kHour).find(R"("value":0)") !=
        std::string::npos);
}

TEST_CASE("Veris: a year outside of the schema is the nearest inside") {
  const auto plan = MakePlan({{.name = "a"}});
  Incident incident = IncidentOf(*plan);
  const auto [year, shown] =
      GENERATE(std::pair(1'900, 1'950), std::pair(2'200, 2'050));
  incident.first_time = DaysFromCivil(year, 3, 1) * kDay;
  incident.first_at = incident.first_time;
  const std::string json = Json(incident, *plan);
  CHECK(Part(json, "timeline", "discovery") ==
        StrCat(R"("timeline":{"incident":{"year":)", shown, "}"));
  CHECK(json.find(StrCat(R"("first_event":")", year, "-03-01T")) !=
        std::string::npos);
}

TEST_CASE("Veris: a hostile summary is harmless") {
  const auto plan = MakePlan({{.name = "a"}});
  Incident incident = IncidentOf(*plan);
  incident.summary = "x\u202E\"\n<script>\x1b[0m" + std::string(5'000, 'y');
  const std::string json = Json(incident, *plan);
  CHECK(json.find("x\uFFFD\\\" <script>\uFFFD[0myyy") != std::string::npos);
  CHECK(json.size() < 3'000);
}

TEST_CASE("Veris: any words of any rules give a consistent record") {
  const auto seed = GENERATE(range(1u, 101u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::vector<RuleSpec> rules;
  for (size_t rule = 0; rule < 1 + random() % 3; ++rule) {
    RuleSpec spec{.name = StrCat("r", rule)};
    for (size_t i = 0; i < random() % 4; ++i) {
      const auto rows = AttackRows();
      std::string tag(rows[random() % rows.size()].technique);
      spec.attack.push_back(tag.substr(0, tag.find(".*")));
    }
    for (size_t i = 0; i < random() % 5; ++i) {
      spec.veris.push_back(testing::RandomEntry(&random));
    }
    rules.push_back(std::move(spec));
  }
  const auto plan = MakePlan(rules);
  const std::string json = Json(IncidentOf(*plan), *plan);
  CAPTURE(json);
  std::string complaints;
  for (const VerisComplaint& complaint : CheckVeris(json)) {
    complaints += StrCat(complaint.check, ": ", complaint.message, "\n");
  }
  CHECK(complaints == "");
}

}  // namespace
}  // namespace tocsin
