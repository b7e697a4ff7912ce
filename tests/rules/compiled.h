// SPDX-License-Identifier: Apache-2.0
//
// Compiled: rule text to a plan in one call, for tests. Without the shipped
// sources, so that plans stay short.
//
// Threads: call from the test's thread.
// Tested by: tests/rules/compile_test.cc
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

#include "rules/compile.h"

namespace tocsin::rules {

inline CompileResult CompileText(std::string_view text,
                                 CompileOptions options = {}) {
  options.files.push_back({"test.rule", std::string(text)});
  options.shipped_sources = false;
  StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  return std::move(result).value();
}

// The plan of text without mistakes.
inline std::shared_ptr<const Plan> PlanOf(std::string_view text) {
  const CompileResult result = CompileText(text);
  INFO(RenderDiagnostics(result.sources, result.diagnostics));
  REQUIRE(result.plan != nullptr);
  return result.plan;
}

// "E151 W300": the codes of a text, in order of their places.
inline std::string CodesOf(std::string_view text) {
  const CompileResult result = CompileText(text);
  std::string codes;
  for (const Diagnostic* diagnostic : result.diagnostics.Sorted()) {
    if (diagnostic->code() == "W300") continue;
    codes += codes.empty() ? "" : " ";
    codes += diagnostic->code();
  }
  return codes;
}

}  // namespace tocsin::rules
