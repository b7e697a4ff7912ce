// SPDX-License-Identifier: Apache-2.0
//
// tocsin fmt: rule files in the one layout.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "engine/cmd/command.h"
#include "engine/cmd/options.h"
#include "engine/cmd/rule_files.h"
#include "rules/diagnostic.h"
#include "rules/format.h"
#include "rules/parser.h"
#include "rules/paths.h"

namespace tocsin {
namespace {

constexpr const char* kAbout =
    R"(Formats rule files in place. Comments stay; the meaning does not change. A
file with mistakes of grammar is left as it is.)";

constexpr const char* kExamples = R"(Examples:
  tocsin fmt rules/
  tocsin fmt --check rules/    names the files that would change, exit code 1)";

struct Outcome {
  uint64_t changed = 0;
  uint64_t broken = 0;
};

// Beside it and renamed, so that a full disk cannot cost the old text.
Status Replace(const std::string& path, const std::string& text) {
  namespace fs = std::filesystem;
  std::error_code error;
  // A link stays a link.
  const std::string real = fs::canonical(path, error).string();
  const std::string beside = real + ".tmp";
  std::ofstream out(beside, std::ios::binary);
  out << text;
  out.close();
  if (!error && out.good()) {
    fs::permissions(beside, fs::status(real, error).permissions(), error);
    fs::rename(beside, real, error);
    if (!error) return OkStatus();
  }
  std::error_code ignored;
  fs::remove(beside, ignored);
  return Unavailable(StrCat("cannot write ", path));
}

Status FormatFile(const std::string& path, bool check, Outcome* outcome) {
  ASSIGN_OR_RETURN(std::string text, rules::ReadRuleFile(path));
  rules::SourceSet sources;
  rules::Diagnostics diagnostics;
  const rules::FileId id = sources.Add(path, std::move(text));
  const rules::ast::File tree = rules::Parse(sources, id, &diagnostics);
  if (diagnostics.has_errors()) {
    rules::RenderOptions render;
    render.color = IsTerminal(STDERR_FILENO);
    std::cerr << rules::RenderDiagnostics(sources, diagnostics, render);
    ++outcome->broken;
    return OkStatus();
  }
  const std::string formatted = rules::Format(sources.file(id), tree);
  if (formatted == sources.file(id).text()) return OkStatus();
  ++outcome->changed;
  std::cout << path << "\n";
  return check ? OkStatus() : Replace(path, formatted);
}

}  // namespace

int RunFmt(const Arguments& arguments) {
  std::vector<std::string> paths;
  bool check = false;
  Options flags("fmt", kAbout, kExamples);
  flags.Texts("paths", &paths, "rule files and folders").Required();
  flags.Flag("--check", &check, "change nothing; 1 if something would");
  int exit_code = kExitOk;
  if (!flags.Parse(arguments, &exit_code)) return exit_code;
  const StatusOr<std::vector<std::string>> files = rules::RuleFiles(paths);
  if (!files.ok()) return CannotRun(files.status());
  Outcome outcome;
  for (const std::string& file : *files) {
    if (rules::IsSigma(file)) continue;
    const Status done = FormatFile(file, check, &outcome);
    if (!done.ok()) return CannotRun(done);
  }
  const bool failed = outcome.broken > 0 || (check && outcome.changed > 0);
  return failed ? kExitDiagnostics : kExitOk;
}

}  // namespace tocsin
