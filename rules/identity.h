// SPDX-License-Identifier: Apache-2.0
//
// Identity: the two hashes of a rule (LANGUAGE.md section 11), of what was
// lowered and never of the text, so that reformatting, comments and the order
// of unrelated files leave them alone.
//
// *Logic* names findings: pattern, tests, thresholds, windows, keys and what
// the sources do to the fields used; lists by name. *State* says which state
// a rule may go on with after a reload: pattern kind, keys, measured fields,
// window; for counts and sequences the tests too, thresholds never.
//
// Source: hashes of trees after R. Merkle, "A Digital Signature Based on a
// Conventional Encryption Function", CRYPTO '87; SHA-256 through IdHasher.
// Threads: pure functions. Tested by: tests/rules/identity_test.cc
#pragma once

#include "engine/plan/plan.h"

namespace tocsin::rules {

// Sets rule->logic and rule->state; everything else of `rule` is final, and
// every index in it belongs to `plan`.
void SetIdentity(const Plan& plan, Rule* rule);

}  // namespace tocsin::rules
