// SPDX-License-Identifier: Apache-2.0
#include "engine/state/domains.h"

#include <algorithm>
#include <iterator>

#include "engine/base/fold.h"

namespace tocsin {

uint32_t Domains::Intern(const InputSet& set) {
  const auto found = std::find(sets.begin(), sets.end(), set);
  const auto number = static_cast<uint32_t>(found - sets.begin());
  if (found == sets.end()) sets.push_back(set);
  return number;
}

InputSet InputsOf(const Rule& rule, const Inputs& inputs) {
  InputSet set;
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    const bool named = std::any_of(rule.topics.begin(), rule.topics.end(),
                                   [&](const std::string& topic) {
                                     return EqualFolded(topic, inputs[i].topic);
                                   });
    if (named || rule.topics.empty()) set.push_back(InputId{i});
  }
  return set;
}

Domains MakeDomains(const Plan& plan, const Inputs& inputs) {
  Domains domains;
  domains.of_rule.reserve(plan.rules.size());
  for (const Rule& rule : plan.rules) {
    domains.of_rule.push_back(domains.Intern(InputsOf(rule, inputs)));
  }
  return domains;
}

InputSet UnionOf(const InputSet& a, const InputSet& b) {
  InputSet both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                 std::back_inserter(both));
  return both;
}

}  // namespace tocsin
