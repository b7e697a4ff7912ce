// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/veris_sources.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tocsin {
namespace {

// A part of a Sigma log source and the word it shows.
struct Shown {
  std::string SigmaLogsource::*part;
  std::string_view name;
  VerisWord word;
};

constexpr VerisWord kWeb = {"asset.assets.variety", "S - Web application"};
constexpr VerisWord kByWeb = {"action.hacking.vector", "Web application"};
constexpr VerisWord kDatabase = {"asset.assets.variety", "S - Database"};
constexpr VerisWord kCloud = {"asset.cloud", "External Cloud Asset(s)"};

constexpr std::array kShown = {
    Shown{&SigmaLogsource::category, "webserver", kWeb},
    Shown{&SigmaLogsource::category, "webserver", kByWeb},
    Shown{&SigmaLogsource::category, "database", kDatabase},
    Shown{&SigmaLogsource::product, "aws", kCloud},
    Shown{&SigmaLogsource::product, "azure", kCloud},
    Shown{&SigmaLogsource::product, "bitbucket", kCloud},
    Shown{&SigmaLogsource::product, "gcp", kCloud},
    Shown{&SigmaLogsource::product, "github", kCloud},
    Shown{&SigmaLogsource::product, "google_workspace", kCloud},
    Shown{&SigmaLogsource::product, "m365", kCloud},
    Shown{&SigmaLogsource::product, "okta", kCloud},
    Shown{&SigmaLogsource::product, "onelogin", kCloud},
};

bool Shows(const Source& source, const Shown& row) {
  return !source.sigma.empty() &&
         std::ranges::all_of(source.sigma, [&](const SigmaLogsource& sigma) {
           return sigma.*row.part == row.name;
         });
}

}  // namespace

std::vector<VerisWord> WordsOfSources(const Rule& rule, const Plan& plan) {
  std::vector<VerisWord> words;
  if (rule.from.empty()) return words;
  for (const Shown& row : kShown) {
    const bool all = std::ranges::all_of(rule.from, [&](SourceId source) {
      return Shows(plan.sources[source.value], row);
    });
    if (all) words.push_back(row.word);
  }
  return words;
}

}  // namespace tocsin
