// SPDX-License-Identifier: Apache-2.0
//
// NaiveDetect: what findings the matches of a whole run give, by the words of
// LANGUAGE.md sections 5 to 7 and nothing else: all matches are sorted into the
// total order, everything is kept, and each window, bucket and choice of a
// sequence is looked up afresh. It shares with the engine only the evaluator
// of expressions.
//
// Threads: one. Tested by: tests/differential/detect_differential_test.cc
#pragma once

#include <string>
#include <vector>

#include "engine/detect/finding.h"
#include "engine/log/record.h"
#include "engine/plan/plan.h"

namespace tocsin::testing {

// A finding as one line: when, of which rule and key, id, whether held back,
// what it resolves, evidence, measures and kept values.
std::string LineOf(const Finding& finding, const Plan& plan);

// The lines of all findings by (at, rule, key, id). `start`: the place of the
// first event; what is due at or after `end` has not happened.
std::vector<std::string> NaiveDetect(const Plan& plan,
                                     const std::vector<MatchRecord>& records,
                                     TimeNs start, TimeNs end);

}  // namespace tocsin::testing
