// SPDX-License-Identifier: Apache-2.0
//
// tocsin check: compiles rules and says what is wrong with them.
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "engine/cmd/command.h"
#include "engine/cmd/options.h"
#include "engine/cmd/rule_files.h"
#include "engine/event/input.h"
#include "rules/ast.h"
#include "rules/parser.h"

namespace tocsin {
namespace {

constexpr const char* kAbout =
    R"(Compiles rules and reports every mistake as file:line:col, with what to
write instead. Ends with 0 when there is none, with 1 otherwise.)";

constexpr const char* kExamples = R"(Examples:
  tocsin check rules/
  tocsin check --json rules/ | jq '.diagnostics[].message'
  tocsin check --dump=ast ssh.rule         what was read
  tocsin check --dump=plan ssh.rule        what the engine will do)";

// How many rules there are and how long each kind waits.
void PrintSummary(const rules::CompileResult& result) {
  const Plan& plan = *result.plan;
  std::vector<std::string> waiting;
  for (const Rule& rule : plan.rules) {
    if (rule.stateful()) waiting.push_back(rule.name);
  }
  std::cout << Plural(plan.rules.size(), "rule") << ", "
            << Plural(plan.sources.size(), "source") << ", "
            << Plural(plan.lists.size(), "list") << ", "
            << Plural(result.tests.size(), "test") << ": no mistakes, "
            << Plural(result.diagnostics.warnings(), "warning") << "\n";
  if (plan.rules.size() > waiting.size()) {
    std::cout << Plural(plan.rules.size() - waiting.size(), "rule")
              << " without delay: single events\n";
  }
  if (waiting.empty()) return;
  std::cout << Plural(waiting.size(), "rule") << " with a delay of "
            << FormatDuration(InputInfo{}.disorder)
            << " (`disorder` of the slowest input; this is the default):";
  for (size_t i = 0; i < waiting.size(); ++i) {
    std::cout << (i == 0 ? " " : ", ") << waiting[i];
  }
  std::cout << "\n";
}

// The tree of each file, without the sources that come with Tocsin.
void DumpTrees(const rules::SourceSet& sources) {
  for (rules::FileId id = 0; id < sources.size(); ++id) {
    if (!std::filesystem::exists(sources.file(id).path())) continue;
    rules::Diagnostics ignored;  // shown already
    std::cout << rules::ast::Dump(rules::Parse(sources, id, &ignored));
  }
}

int CheckAsJson(const rules::CompileOptions& options) {
  const StatusOr<rules::CompileResult> result = rules::Compile(options);
  if (!result.ok()) return CannotRun(result.status());
  std::cout << rules::DiagnosticsJson(
                   result->sources, result->diagnostics,
                   static_cast<size_t>(options.limits.diagnostics))
            << "\n";
  return result->plan != nullptr ? kExitOk : kExitDiagnostics;
}

}  // namespace

int RunCheck(const Arguments& arguments) {
  rules::CompileOptions options;
  bool json = false;
  std::string dump;
  Options flags("check", kAbout, kExamples);
  flags.Texts("paths", &options.paths, "rule files and folders").Required();
  flags.Flag("--json", &json, "diagnostics as one JSON document on stdout");
  flags.Choice("--dump", &dump, {"ast", "plan"},
               "print what was read (ast) or compiled (plan)");
  int exit_code = kExitOk;
  if (!flags.Parse(arguments, &exit_code)) return exit_code;
  if (json) return CheckAsJson(options);
  rules::CompileResult result;
  exit_code = CompileRules(options, true, &result);
  if (exit_code != kExitOk) return exit_code;
  if (dump == "ast") {
    DumpTrees(result.sources);
  } else if (dump == "plan") {
    std::cout << Dump(*result.plan);
  } else {
    PrintSummary(result);
  }
  return kExitOk;
}

}  // namespace tocsin
