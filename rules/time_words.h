// SPDX-License-Identifier: Apache-2.0
//
// TimeWords: formats of times and names of zones, wherever a rule writes them.
//
// Threads: pure functions over their arguments.
// Tested by: tests/golden/rules/diag/E250_time_format.rule
#pragma once

#include <string>

#include "rules/lowering.h"

namespace tocsin::rules {

// False after E250 at `at`.
bool CheckTimeFormat(Lowering* lowering, const std::string& format, Span at);
bool CheckTimeZone(Lowering* lowering, const std::string& zone, Span at);

}  // namespace tocsin::rules
