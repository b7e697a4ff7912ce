// SPDX-License-Identifier: Apache-2.0
//
// Witness: what an event must show for a test to hold, in a form that an
// index answers: one of a few literals in a field, a number, or a field that
// is there. Of all sets of that kind that are necessary the one that usual
// events show least often.
//
// Threads: pure functions.
// Tested by: tests/engine/match/witness_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/ids.h"
#include "engine/event/value.h"
#include "engine/match/literal_index.h"
#include "engine/plan/eval.h"
#include "engine/plan/plan.h"

namespace tocsin {

struct WitnessItem {
  enum class Kind : uint8_t { kLiteral, kNumber, kPresent };
  Kind kind = Kind::kPresent;
  ExprId left;             // the values that it is about
  IndexedLiteral literal;  // kLiteral: occurs in one of them, folded
  Value number;            // kNumber: one of them equals it
};

struct WitnessSet {
  double cost = 0;  // how often usual events show it, only to compare
  // Whenever the test holds, one of these does. None: it never holds.
  std::vector<WitnessItem> items;
};

// Nothing where the test may hold on events that show nothing (`x == null`).
std::optional<WitnessSet> WitnessOf(const Plan& plan, const Prepared& prepared,
                                    ExprId test);

// The event belongs to one of these whenever the test holds; nothing where it
// may belong to none.
std::optional<std::vector<SourceId>> RequiredSources(const Plan& plan,
                                                     ExprId test);

}  // namespace tocsin
