// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/veris.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "engine/base/status.h"
#include "engine/incident/veris_sources.h"
#include "engine/plan/veris_words.h"

namespace tocsin {
namespace {

// What one source of knowledge decides as a whole.
constexpr auto kAxes = std::to_array<std::string_view>(
    {"actor", "action", "asset.assets", "asset.cloud",
     "attribute.confidentiality", "attribute.integrity",
     "attribute.availability"});

constexpr std::string_view kDisclosure =
    "attribute.confidentiality.data_disclosure";

constexpr std::string_view kHackingVector = "action.hacking.vector";

std::string_view AxisOf(std::string_view path) {
  for (const std::string_view axis : kAxes) {
    if (path.starts_with(axis)) return axis;
  }
  return path;
}

void AddEntry(const VerisEntry& entry, VerisRecord* record) {
  const VerisPaths paths = PathsOf(entry);
  if (entry.axis == "discovery") {
    record->Add(
        StrCat("discovery_method.", DiscovererOf(entry.name), ".variety"),
        entry.name);
    return;
  }
  if (entry.axis == "actor" || entry.axis == "action") {
    // Named without words, it is still said to be there.
    const std::string stem = StrCat(entry.axis, ".", entry.name);
    if (!paths.values.empty() && entry.values.empty()) {
      record->Add(paths.values, "Unknown");
    }
    if (!paths.motive.empty() && entry.motive.empty()) {
      record->Add(paths.motive, "Unknown");
    }
  } else if (!entry.name.empty()) {
    record->Set(paths.name, entry.name);
  }
  for (const std::string& word : entry.values) record->Add(paths.values, word);
  for (const std::string& word : entry.via) record->Add(paths.via, word);
  for (const std::string& word : entry.motive) record->Add(paths.motive, word);
}

std::vector<VerisCandidate> Candidates(const Incident& incident,
                                       const Plan& plan) {
  std::map<std::string, VerisCandidate> by_technique;
  for (const RuleId id : incident.rules) {
    const Rule& rule = plan.rule(id);
    for (const std::string& tag : rule.attack) {
      const AttackRow* row = FindAttackRow(tag);
      if (row == nullptr) continue;
      VerisCandidate& candidate = by_technique[tag];
      candidate.technique = tag;
      candidate.row = row;
      candidate.rules.push_back(rule.name);
    }
  }
  std::vector<VerisCandidate> candidates;
  for (auto& [technique, candidate] : by_technique) {
    std::ranges::sort(candidate.rules);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

// The tags' words, where their row leaves no choice.
VerisRecord Suggested(const Incident& incident, const Plan& plan,
                      const std::set<std::string_view>& stated,
                      std::vector<VerisCandidate>* candidates) {
  VerisRecord suggested;
  std::set<std::string> actions;
  for (VerisCandidate& candidate : *candidates) {
    const std::string action(candidate.row->Action());
    if (!candidate.row->reviewed && action.empty()) continue;
    const std::string stem = StrCat("action.", action, ".");
    for (const VerisWord& word : candidate.row->words) {
      const bool other =
          word.path.starts_with("action.") && !word.path.starts_with(stem);
      if (other || word.path.starts_with("value_chain.")) continue;
      if (stated.contains(AxisOf(word.path))) continue;
      if (word.path == kDisclosure) {
        suggested.Set(word.path, word.word);
      } else {
        suggested.Add(word.path, word.word);
      }
      candidate.used = true;
    }
    if (!action.empty()) actions.insert(action);
  }
  if (stated.contains("action")) return suggested;
  if (actions.empty()) actions.insert("unknown");
  for (const RuleId id : incident.rules) {
    for (const std::string& tag : plan.rule(id).attack) {
      const std::string_view result = ResultOfTactic(tag);
      if (result.empty()) continue;
      for (const std::string& action : actions) {
        suggested.Add(StrCat("action.", action, ".result"), result);
      }
    }
  }
  return suggested;
}

// What the log sources show where nothing better is known.
VerisRecord Shown(const Incident& incident, const Plan& plan,
                  const VerisRecord& known) {
  VerisRecord shown;
  for (const RuleId id : incident.rules) {
    for (const VerisWord& word : WordsOfSources(plan.rule(id), plan)) {
      // A vector belongs to an action that is known.
      const bool vector = word.path == kHackingVector;
      if (vector && !known.HasAny("action.hacking")) continue;
      if (known.HasAny(vector ? word.path : AxisOf(word.path))) continue;
      shown.Add(word.path, word.word);
    }
  }
  return shown;
}

}  // namespace

std::vector<std::string> AttackTags(const Incident& incident,
                                    const Plan& plan) {
  std::set<std::string> tags;
  for (const RuleId id : incident.rules) {
    const Rule& rule = plan.rule(id);
    tags.insert(rule.attack.begin(), rule.attack.end());
  }
  return {tags.begin(), tags.end()};
}

Veris Classify(const Incident& incident, const Plan& plan) {
  Veris veris;
  // An axis can be stated without a word: `actor unknown`.
  std::set<std::string_view> stated;
  for (const RuleId id : incident.rules) {
    for (const VerisEntry& entry : plan.rule(id).incident.veris) {
      AddEntry(entry, &veris.stated);
      if (entry.axis == "actor") stated.insert("actor");
      if (entry.axis == "action") stated.insert("action");
    }
  }
  for (const std::string_view axis : kAxes) {
    if (veris.stated.HasAny(axis)) stated.insert(axis);
  }
  veris.candidates = Candidates(incident, plan);
  veris.record = veris.stated;
  const VerisRecord suggested =
      Suggested(incident, plan, stated, &veris.candidates);
  veris.from_tags = !suggested.empty();
  veris.record.Merge(suggested);
  veris.record.Merge(Shown(incident, plan, veris.record));
  veris.record.Close();
  return veris;
}

}  // namespace tocsin
