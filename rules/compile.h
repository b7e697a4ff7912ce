// SPDX-License-Identifier: Apache-2.0
//
// Compile: rule text in, Plan out; the front door of rules/. Files are read,
// parsed, checked and lowered; every mistake of the run is collected, and a
// plan exists only where there is none.
//
//   ASSIGN_OR_RETURN(CompileResult result, Compile({.paths = {"rules/"}}));
//   std::cerr << RenderDiagnostics(result.sources, result.diagnostics);
//   if (result.plan == nullptr) return 1;
//
// Threads: Compile may run in several threads at once; a result is a value.
// Tested by: tests/rules/compile_test.cc
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/plan/plan.h"
#include "rules/diagnostic.h"
#include "rules/rule_test.h"
#include "rules/source.h"

namespace tocsin::rules {

// A rule file that is not on disk. Its lists' files are relative to the
// folder of `path`.
struct MemoryFile {
  std::string path;
  std::string text;
};

struct CompileOptions {
  // Files and folders. Folders are read recursively for *.rule (and *.yml,
  // *.yaml, which are refused for now); the order of files is that of the
  // arguments, within a folder that of the bytes of their paths. A file that
  // is named twice is read once.
  std::vector<std::string> paths;
  // After `paths`, in this order.
  std::vector<MemoryFile> files;
  // File-level constants by name, as literals of the rule language: "30",
  // "90%", "5m", or plain text for a text constant.
  std::map<std::string, std::string> constants;
  // Content of lists in place of what is declared: `list fleet (..)` in a
  // test of a rule (TestCase::lists).
  std::map<std::string, std::vector<std::string>> lists;
  Limits limits;
  // Sources that come with Tocsin (rules/shipped/). Tests of the compiler
  // leave them out so that plans stay short.
  bool shipped_sources = true;
};

struct CompileResult {
  // Null when there is any error; warnings do not matter.
  std::shared_ptr<const Plan> plan;
  // The `test` blocks of all rules, in order of files and positions. Empty
  // when there is any error.
  std::vector<TestCase> tests;
  Diagnostics diagnostics;
  SourceSet sources;
};

// A Status only for what could not be read (a path that does not exist, a
// folder without rule files); mistakes in what was read are diagnostics.
StatusOr<CompileResult> Compile(const CompileOptions& options);

// The options with the lists of one test put in.
CompileOptions WithLists(CompileOptions options, const TestCase& test);

}  // namespace tocsin::rules
