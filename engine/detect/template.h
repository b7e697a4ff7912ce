// SPDX-License-Identifier: Apache-2.0
//
// Template: texts with holes (summary, case keys) filled from a Moment. Values
// of events are hostile: line ends and control characters, invisible ones and
// those that turn the direction of writing are made harmless, and long values
// are cut. Missing prints "(none)", several values their first five.
//
// Threads: pure but for the thread's RuleEval.
// Tested by: tests/engine/detect/template_test.cc
#pragma once

#include <string>
#include <string_view>

#include "engine/detect/moment.h"
#include "engine/plan/plan.h"

namespace tocsin {

inline constexpr std::string_view kNoValue = "(none)";

// `text` on one line and without surprises; ends in "…" where it was longer
// than `max_bytes`.
std::string SafeText(std::string_view text, size_t max_bytes);

// The values of an expression as a person reads them: times in RFC 3339.
// `eval` looks at the moment already.
std::string RenderValue(const Plan& plan, const Rule& rule, ExprId expr,
                        RuleEval* eval);

std::string Render(const Plan& plan, const Rule& rule, const Template& text,
                   RuleEval* eval);

}  // namespace tocsin
