// SPDX-License-Identifier: Apache-2.0
//
// LowerLists: `list` blocks into lists of the plan, their files read. A list
// without `type` holds text; an inline list of nothing but numbers holds
// numbers.
//
// Threads: one. Tested by: tests/rules/fields_test.cc
#pragma once

#include <optional>
#include <string>

#include "rules/lowering.h"

namespace tocsin::rules {

// The key that an inline value is: a text, a number, or a constant of a file;
// nothing for anything else.
std::optional<std::string> InlineKey(Lowering* lowering, const ast::Expr& value,
                                     bool* is_number);

// Every list of the names; sets ListDecl::id where there is no mistake.
void LowerLists(Lowering* lowering);

}  // namespace tocsin::rules
