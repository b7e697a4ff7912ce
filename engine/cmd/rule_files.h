// SPDX-License-Identifier: Apache-2.0
//
// Rule files as every command takes them: compiled, with the diagnostics shown
// to the person in front of it.
//
// Threads: main thread only. Tested by: tests/engine/cmd/check_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/cmd/config.h"
#include "engine/plan/plan.h"
#include "rules/compile.h"

namespace tocsin {

// Is this stream (1 stdout, 2 stderr) a terminal?
bool IsTerminal(int descriptor);

// Compiles and prints diagnostics on stderr; warnings alone only where
// `warnings` is true, else their number. kExitOk, or what the process should
// end with: mistakes in rules 1, a path that cannot be read 3.
int CompileRules(const rules::CompileOptions& options, bool warnings,
                 rules::CompileResult* result);

// Rules, constants and limits of a configuration.
rules::CompileOptions RuleOptions(const Config& config);
// Matching threads: as configured, else all cores but one, at least one.
int Workers(const Config& config);

// "1 rule", "12 rules".
std::string Plural(uint64_t count, const std::string& noun);

}  // namespace tocsin
