// SPDX-License-Identifier: Apache-2.0
//
// LowerText: a text with holes, "{count of f} failed logins from {src_ip}",
// into a template. A hole is an expression at rule scope; {{ and }} are
// braces.
//
// Threads: one. Tested by: tests/rules/check_expr_test.cc
#pragma once

#include "rules/lower_expr.h"
#include "rules/lowering.h"

namespace tocsin::rules {

// What `lowerer` makes of the holes; those with a mistake are left out, after
// a report. Null: the holes are only read, for their form.
Template LowerText(Lowering* lowering, ExprLowerer* lowerer,
                   const ast::Text& text);

}  // namespace tocsin::rules
