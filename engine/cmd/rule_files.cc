// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/rule_files.h"

#include <algorithm>
#include <iostream>
#include <thread>
#include <utility>

#include <unistd.h>

#include "engine/cmd/command.h"

namespace tocsin {

bool IsTerminal(int descriptor) { return ::isatty(descriptor) == 1; }

int CompileRules(const rules::CompileOptions& options, bool warnings,
                 rules::CompileResult* result) {
  StatusOr<rules::CompileResult> compiled = rules::Compile(options);
  if (!compiled.ok()) return CannotRun(compiled.status());
  *result = std::move(*compiled);
  if (warnings || result->diagnostics.has_errors()) {
    rules::RenderOptions render;
    render.limit = static_cast<size_t>(options.limits.diagnostics);
    render.color = IsTerminal(STDERR_FILENO);
    std::cerr << rules::RenderDiagnostics(result->sources, result->diagnostics,
                                          render);
  } else if (result->diagnostics.warnings() > 0) {
    std::cerr << "tocsin: " << Plural(result->diagnostics.warnings(), "warning")
              << " about the rules; `tocsin check` shows them\n";
  }
  return result->plan != nullptr ? kExitOk : kExitDiagnostics;
}

rules::CompileOptions RuleOptions(const Config& config) {
  rules::CompileOptions options;
  options.paths = config.rules;
  options.constants = config.constants;
  options.limits = config.limits;
  return options;
}

int Workers(const Config& config) {
  if (config.workers > 0) return config.workers;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
}

std::string Plural(uint64_t count, const std::string& noun) {
  return StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace tocsin
