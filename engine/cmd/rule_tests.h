// SPDX-License-Identifier: Apache-2.0
//
// Runs the `test` blocks of rules (LANGUAGE.md section 9) through the pipeline
// that the daemon has: decoding, sources, matching, watermarks, cases.
//
// A test is one input. The record time of an event is the test's start plus
// its own `at`; a time that its source declares still counts. `expect` moves
// event time on to what the lines before it reached, then judges the findings
// of the test's rule, and the incidents that it contributed to. What `at most`
// held back is not counted, nor that a silence is over.
//
// Threads: pure, one test a call.
// Tested by: tests/engine/cmd/rule_tests_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/plan/plan.h"
#include "rules/rule_test.h"

namespace tocsin {

struct TestFailure {
  rules::Span span;  // of the `expect`
  // What was expected, what was found and, where an object was given, in what
  // the nearest one differs; several lines.
  std::string text;
};

// The expectations that did not hold. `plan` was compiled with the test's
// lists. Internal: the pipeline is broken.
StatusOr<std::vector<TestFailure>> RunTestCase(
    const std::shared_ptr<const Plan>& plan, const rules::TestCase& test);

}  // namespace tocsin
