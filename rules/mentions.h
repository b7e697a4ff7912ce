// SPDX-License-Identifier: Apache-2.0
//
// Mentions: the fields that a rule speaks of, in order of appearance. Evidence
// shows them.
//
// Threads: pure functions.
#pragma once

#include <vector>

#include "rules/ast.h"
#include "rules/names.h"

namespace tocsin::rules {

// Each path once; NAME.field of a step gives the field. Names of values are
// among them, names of tests give what the test mentions.
std::vector<ast::Path> MentionedPaths(const ast::Rule& rule, Names* names);

// Does the expression measure something, directly or through a value?
bool Measures(const ast::Expr& expr, const ast::Rule* rule, Names* names);

}  // namespace tocsin::rules
