// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/incident.h"

#include <cstdlib>
#include <fstream>
#include <random>

#include <catch2/catch_test_macros.hpp>

#include "engine/base/status.h"
#include "engine/incident/cases.h"
#include "engine/plan/attack_table.h"
#include "engine/plan/veris_words.h"
#include "tests/engine/incident/made_up.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::kStart;
using testing::MakeFinding;
using testing::MakeFrame;
using testing::MakeInputs;
using testing::MakePlan;
using testing::RuleSpec;

std::vector<Incident> Run(std::shared_ptr<const Plan> plan,
                          const std::vector<Finding>& findings) {
  Cases cases(std::move(plan), MakeInputs(1));
  std::vector<Incident> incidents;
  cases.Apply(MakeFrame(1, {{0, 1000 * kDay}}), findings, &incidents);
  return incidents;
}

// One member a line, so that a difference is a line.
std::string Lines(const std::string& json) {
  std::string lines;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"' && (i == 0 || json[i - 1] != '\\')) quoted = !quoted;
    lines += c;
    if (!quoted && (c == ',' || c == '{' || c == '[')) lines += '\n';
  }
  return lines + "\n";
}

TEST_CASE("Incident: its JSON has what responders need, in a stable order") {
  const auto plan = MakePlan(
      {{.name = "ssh_guessed",
        .case_name = "account takeover",
        .attack = {"T1110.001", "credential-access"},
        .veris = {{"action", "hacking", {"Brute force"}, {"Command shell"}, {}},
                  {"confidentiality", "Potentially", {}, {}, {}}},
        .playbook = "Compromised account"},
       {.name = "log_cleared",
        .case_name = "account takeover",
        .attack = {"T1070.001"}}});
  Finding guessed = MakeFinding(*plan, 0, "ana", 90 * kSecond);
  guessed.summary = "12 failed logins from 203.0.113.9,\nthen one as ana";
  Evidence first = guessed.evidence[0];
  first.time = kStart + 250 * kMillisecond;
  first.from.index = 2;
  first.step = "f";
  first.fields.emplace_back("port", "22");
  guessed.evidence.insert(guessed.evidence.begin(), first);
  guessed.evidence_total = 13;
  const auto incidents = Run(
      plan, {guessed, MakeFinding(*plan, 1, "ana", kHour, Level::kCritical)});
  REQUIRE(incidents.size() == 1);
  testing::CompareGolden(
      "incident/two_rules.json",
      Lines(IncidentJson(incidents[0], *plan, MakeInputs(1))));
}

TEST_CASE("Incident: playbook and owner come from any rule that has them") {
  const auto plan =
      MakePlan({{.name = "a", .case_name = "c"},
                {.name = "b", .case_name = "c", .playbook = "Do this"}});
  const auto incidents =
      Run(plan, {MakeFinding(*plan, 0, "ana", 0, Level::kCritical),
                 MakeFinding(*plan, 1, "ana", kMinute, Level::kLow)});
  REQUIRE(incidents.size() == 1);
  const std::string json = IncidentJson(incidents[0], *plan, MakeInputs(1));
  CHECK(json.find(R"("playbook":"Do this")") != std::string::npos);
  CHECK(json.find(R"("owner")") == std::string::npos);
  CHECK(json.find(R"("title":"Title of a")") != std::string::npos);
  CHECK(json.find(R"("severity":"SEV1")") != std::string::npos);
}

TEST_CASE("Incident: a surplus is shown where there is one") {
  Limits limits;
  limits.findings_per_rule_minute = 1;
  const auto plan = MakePlan({{.name = "a"}}, limits);
  const auto incidents = Run(plan, {MakeFinding(*plan, 0, "ana", 0),
                                    MakeFinding(*plan, 0, "ana", kSecond)});
  REQUIRE(incidents.size() == 1);
  CHECK(IncidentJson(incidents[0], *plan, MakeInputs(1))
            .find(R"("count":2,"surplus":1,)") != std::string::npos);
}

TEST_CASE("Incident: bytes give the same incident back") {
  const auto plan = MakePlan({{.name = "a"}, {.name = "b", .case_name = "a"}});
  const auto incidents =
      Run(plan, {MakeFinding(*plan, 0, "ana", 0, Level::kLow),
                 MakeFinding(*plan, 1, "ana", kHour, Level::kCritical)});
  REQUIRE(incidents.size() == 1);
  std::string bytes;
  ByteWriter out(&bytes);
  Encode(incidents[0], &out);
  ByteReader in(bytes);
  const Incident back = DecodeIncident(&in);
  CHECK(in.ok());
  CHECK(in.at_end());
  CHECK(back.revision == 2);
  CHECK(IncidentJson(back, *plan, MakeInputs(1)) ==
        IncidentJson(incidents[0], *plan, MakeInputs(1)));
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(std::string_view(bytes).substr(0, size));
    DecodeIncident(&cut);
    CHECK_FALSE(cut.ok());
  }
}

// Rules with random tags and blocks, findings of random keys, times, levels.
std::string ManyIncidents() {
  std::mt19937 random(20260105);
  std::vector<RuleSpec> rules;
  const auto rows = AttackRows();
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string tag(rows[i].technique);
    RuleSpec spec{.name = StrCat("rule", i),
                  .case_name = StrCat("case", i / 2),
                  .attack = {tag.substr(0, tag.find(".*"))}};
    for (size_t n = random() % 4; n > 0; --n) {
      spec.veris.push_back(testing::RandomEntry(&random));
    }
    if (random() % 3 == 0) spec.attack.push_back("lateral-movement");
    rules.push_back(std::move(spec));
  }
  const auto plan = MakePlan(rules);
  std::vector<Finding> findings;
  for (int64_t i = 0; i < 3'000; ++i) {
    Finding finding = MakeFinding(
        *plan, static_cast<uint32_t>(random() % rules.size()), "ana",
        static_cast<DurationNs>(random() % 100'000) * kSecond,
        static_cast<Level>(random() % 5), i);
    finding.summary = StrCat("n\u2028", i, "\x01\xff \u202E");
    finding.evidence[0].time -=
        static_cast<DurationNs>(random() % 4'000) * kMinute;
    findings.push_back(std::move(finding));
  }
  std::string lines;
  for (const Incident& incident : Run(plan, findings)) {
    lines += IncidentJson(incident, *plan, MakeInputs(1)) + "\n";
  }
  return lines;
}

TEST_CASE("Incident: an independent validator finds nothing wrong") {
  const testing::TempDir dir;
  const auto file = dir.path() / "incidents.ndjson";
  std::ofstream(file) << ManyIncidents();
  const std::string script =
      (testing::SourceDir() / "tests/veris/validate.py").string();
  const auto validate = [&](const std::string& path) {
    const auto errors = (dir.path() / "errors").string();
    const int code = std::system(
        StrCat("python3 '", script, "' '", path, "' > '", errors, "' 2>&1")
            .c_str());
    return std::pair(code == -1 ? 127 : WEXITSTATUS(code),
                     testing::ReadFile(errors));
  };
  const auto [code, errors] = validate(file.string());
  if (code == 77 || code == 127) SKIP("no python3 with jsonschema here");
  INFO(errors.substr(0, 4000));
  CHECK(code == 0);
  CHECK(errors.find(" incidents, 0 with errors") != std::string::npos);
  // The validator itself refuses a word that is none.
  std::string wrong = testing::ReadFile(file.string());
  const size_t word = wrong.find("\"Suspected\"");
  REQUIRE(word != std::string::npos);
  wrong.replace(word, 11, "\"Suspicious\"");
  const auto broken = dir.path() / "broken.ndjson";
  std::ofstream(broken) << wrong;
  CHECK(validate(broken.string()).first == 1);
}

}  // namespace
}  // namespace tocsin
