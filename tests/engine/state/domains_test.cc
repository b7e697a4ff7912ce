// SPDX-License-Identifier: Apache-2.0
#include "engine/state/domains.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

InputSet Set(std::initializer_list<uint32_t> numbers) {
  InputSet set;
  for (const uint32_t number : numbers) set.push_back(InputId{number});
  return set;
}

TEST_CASE("Domains: rules that read the same inputs share one") {
  Inputs inputs(3);
  inputs[0].topic = "win";
  inputs[1].topic = "Auth";
  inputs[2].topic = "auth";
  Plan plan;
  plan.rules.resize(4);
  plan.rules[0].topics = {"auth"};
  plan.rules[2].topics = {"AUTH"};
  plan.rules[3].topics = {"elsewhere"};
  const Domains domains = MakeDomains(plan, inputs);
  CHECK(domains.of_rule == std::vector<uint32_t>{0, 1, 0, 2});
  CHECK(domains.sets ==
        std::vector<InputSet>{Set({1, 2}), Set({0, 1, 2}), Set({})});
}

TEST_CASE("Domains: a union has each input once, ascending") {
  CHECK(UnionOf(Set({0, 3}), Set({1, 3})) == Set({0, 1, 3}));
  CHECK(UnionOf(Set({}), Set({2})) == Set({2}));
}

}  // namespace
}  // namespace tocsin
