// SPDX-License-Identifier: Apache-2.0
//
// Case domains: which inputs can still change a case. A case waits for all
// inputs of all rules that share its name; rules that no configured input
// feeds add none and so hold nothing back.
//
// Threads: pure. Tested by: tests/engine/incident/cases_test.cc
#pragma once

#include "engine/event/input.h"
#include "engine/plan/plan.h"
#include "engine/state/domains.h"

namespace tocsin {

// The domain of each rule's case; rules of one case name have the same.
Domains MakeCaseDomains(const Plan& plan, const Inputs& inputs);

}  // namespace tocsin
