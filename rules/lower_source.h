// SPDX-License-Identifier: Apache-2.0
//
// LowerSources: `source` blocks into sources of the plan. Items are lowered in
// the order in which the engine applies them, whatever their order in the
// text: parse and extract, under, absent, fields (each sees those above it),
// time and order, then where ("Settled" 14).
//
// Threads: one. Tested by: tests/rules/fields_test.cc
#pragma once

#include "rules/lowering.h"
#include "rules/scope.h"

namespace tocsin::rules {

// Every source of the names; sets SourceDecl::id of all of them, so that rules
// can be checked although a source has a mistake.
void LowerSources(Lowering* lowering, EventScope::Pool* scopes);

}  // namespace tocsin::rules
