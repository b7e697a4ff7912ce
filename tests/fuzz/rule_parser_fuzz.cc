// SPDX-License-Identifier: Apache-2.0
//
// Fuzzer: any bytes as a rule file. Parsing must not crash, diagnostics must
// render, and what has no mistakes must round-trip through the formatter.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/diagnostic.h"
#include "rules/format.h"
#include "rules/parser.h"
#include "rules/source.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace rules = tocsin::rules;
  if (size > (1 << 16)) return 0;
  rules::SourceSet sources;
  rules::Diagnostics diagnostics;
  const auto id = sources.Add(
      "a.rule", std::string(reinterpret_cast<const char*>(data), size));
  const rules::ast::File file = rules::Parse(sources, id, &diagnostics);
  const std::string dump = rules::ast::Dump(file);
  if (diagnostics.errors() + diagnostics.warnings() > 0) {
    rules::RenderDiagnostics(sources, diagnostics);
    rules::DiagnosticsJson(sources, diagnostics);
  }
  if (diagnostics.has_errors()) return 0;
  if (dump.find("(error)") != std::string::npos) std::abort();
  const std::string text = rules::Format(sources.file(id), file);
  const auto again = sources.Add("b.rule", text);
  const rules::ast::File reparsed = rules::Parse(sources, again, &diagnostics);
  if (diagnostics.has_errors()) std::abort();
  if (rules::ast::Dump(reparsed) != dump) std::abort();
  if (reparsed.comments.size() != file.comments.size()) std::abort();
  if (rules::Format(sources.file(again), reparsed) != text) std::abort();
  return 0;
}
