// SPDX-License-Identifier: Apache-2.0
//
// LowerTest: a `test` block into a TestCase, its times and objects checked.
//
// Threads: one. Tested by: tests/rules/rule_test_test.cc
#pragma once

#include "rules/lowering.h"
#include "rules/rule_test.h"

namespace tocsin::rules {

TestCase LowerTest(Lowering* lowering, const ast::Rule& rule,
                   const ast::Test& test);

}  // namespace tocsin::rules
