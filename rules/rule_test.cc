// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_test.h"

#include <algorithm>

#include "engine/base/status.h"

namespace tocsin::rules {

std::string TestEvents::Json(int64_t n) const {
  std::string json;
  for (size_t i = 0; i < pieces.size(); ++i) {
    json += i == 0 ? pieces[i] : StrCat(n, pieces[i]);
  }
  return json;
}

bool TestCase::expects_nothing() const {
  return std::any_of(steps.begin(), steps.end(), [](const TestStep& step) {
    const auto* expectation = std::get_if<TestExpectation>(&step.line);
    return expectation != nullptr && expectation->count == 0;
  });
}

}  // namespace tocsin::rules
