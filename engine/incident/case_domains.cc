// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/case_domains.h"

#include <map>
#include <string_view>

namespace tocsin {
namespace {

std::string_view CaseName(const Rule& rule) {
  const std::string& name = rule.incident.case_name;
  return name.empty() ? rule.name : name;
}

}  // namespace

Domains MakeCaseDomains(const Plan& plan, const Inputs& inputs) {
  std::map<std::string_view, InputSet> of_case;
  for (const Rule& rule : plan.rules) {
    if (rule.incident.none) continue;
    InputSet& set = of_case[CaseName(rule)];
    set = UnionOf(set, InputsOf(rule, inputs));
  }
  Domains domains;
  for (const Rule& rule : plan.rules) {
    const auto found = of_case.find(CaseName(rule));
    domains.of_rule.push_back(
        domains.Intern(found == of_case.end() ? InputSet() : found->second));
  }
  return domains;
}

}  // namespace tocsin
