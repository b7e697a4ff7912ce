// SPDX-License-Identifier: Apache-2.0
//
// tocsin test: the tests inside rule files.
#include <iostream>
#include <string>
#include <vector>

#include "engine/base/limits.h"
#include "engine/cmd/command.h"
#include "engine/cmd/options.h"
#include "engine/cmd/progress.h"
#include "engine/cmd/rule_files.h"
#include "engine/cmd/rule_tests.h"

namespace tocsin {
namespace {

constexpr const char* kAbout =
    R"(Runs the tests inside rule files, each through the whole engine.)";

constexpr const char* kExamples = R"(A test stands in its rule:
  rule root_login {
    from sshd
    when outcome == "success" and user == "root"
    test "root comes in" {
      at 0s { service: "sshd", outcome: "success", user: "root" }
      expect 1 finding { key.user: "root" }
    }
    test "somebody else" {
      at 0s { service: "sshd", outcome: "success", user: "ana" }
      expect nothing
    }
  }

Examples:
  tocsin test rules/
  tocsin test ssh.rule --only "root comes in")";

struct Tally {
  uint64_t passed = 0;
  uint64_t failed = 0;
};

// "ssh.rule:14:7: error: test "..." of rule ...: expected ..."
void PrintFailure(const rules::SourceSet& sources, const rules::TestCase& test,
                  const TestFailure& failure) {
  const rules::SourceFile& file = sources.file(failure.span.file);
  const rules::Position at = file.PositionOf(failure.span.begin);
  std::cout << file.path() << ":" << at.line << ":" << at.column
            << ": error: test \"" << test.name << "\" of " << test.rule << ": "
            << failure.text << "\n\n";
}

// Runs one test; a test with lists of its own has a plan of its own.
Status RunOne(const rules::CompileOptions& options,
              const rules::CompileResult& compiled, const rules::TestCase& test,
              Tally* tally) {
  std::shared_ptr<const Plan> plan = compiled.plan;
  if (!test.lists.empty()) {
    ASSIGN_OR_RETURN(const rules::CompileResult own,
                     rules::Compile(rules::WithLists(options, test)));
    if (own.plan == nullptr) {
      ++tally->failed;
      std::cout << rules::RenderDiagnostics(own.sources, own.diagnostics);
      PrintFailure(compiled.sources, test,
                   {test.span, "its lists do not fit the rules"});
      return OkStatus();
    }
    plan = own.plan;
  }
  ASSIGN_OR_RETURN(const std::vector<TestFailure> failures,
                   RunTestCase(plan, test));
  for (const TestFailure& failure : failures) {
    PrintFailure(compiled.sources, test, failure);
  }
  ++(failures.empty() ? tally->passed : tally->failed);
  return OkStatus();
}

}  // namespace

int RunTest(const Arguments& arguments) {
  rules::CompileOptions options;
  std::string only;
  bool verbose = false;
  Options flags("test", kAbout, kExamples);
  flags.Texts("paths", &options.paths, "rule files and folders").Required();
  flags.Text("--only", &only, "the tests, or the rule, of this name");
  flags.Flag("-v,--verbose", &verbose, "name each test that passes");
  int exit_code = kExitOk;
  if (!flags.Parse(arguments, &exit_code)) return exit_code;
  rules::CompileResult compiled;
  exit_code = CompileRules(options, false, &compiled);
  if (exit_code != kExitOk) return exit_code;
  Tally tally;
  {
    Progress progress("test");
    for (const rules::TestCase& test : compiled.tests) {
      if (!only.empty() && test.name != only && test.rule != only) continue;
      const uint64_t failed = tally.failed;
      const Status run = RunOne(options, compiled, test, &tally);
      if (!run.ok()) return CannotRun(run);
      if (verbose && tally.failed == failed) {
        std::cout << "ok: " << test.rule << ": " << test.name << "\n";
      }
      progress.Show(tally.passed + tally.failed, "tests");
    }
  }
  if (!only.empty() && tally.passed + tally.failed == 0) {
    std::cerr << "tocsin test: no test and no rule is named \"" << only
              << "\"\n";
    return kExitUsage;
  }
  std::cout << Plural(tally.passed, "test") << " passed, " << tally.failed
            << " failed\n";
  return tally.failed == 0 ? kExitOk : kExitDiagnostics;
}

}  // namespace tocsin
