// SPDX-License-Identifier: Apache-2.0
//
// Parsed: the text of a test as a tree with its sources and diagnostics.
//
// Threads: a value.
// Tested by: tests/rules/parser_test.cc
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rules/diagnostic.h"
#include "rules/parser.h"
#include "rules/source.h"

namespace tocsin::rules {

struct Parsed {
  explicit Parsed(std::string text, std::string path = "t.rule") {
    id = sources.Add(std::move(path), std::move(text));
    file = Parse(sources, id, &diagnostics);
  }

  const SourceFile& source() const { return sources.file(id); }
  std::string dump() const { return ast::Dump(file); }
  std::string rendered() const {
    return RenderDiagnostics(sources, diagnostics);
  }
  // "E050 E012": in the order of their places.
  std::string codes() const {
    std::string out;
    for (const Diagnostic* diagnostic : diagnostics.Sorted()) {
      if (!out.empty()) out += ' ';
      out += diagnostic->code();
    }
    return out;
  }

  SourceSet sources;
  Diagnostics diagnostics;
  FileId id = 0;
  ast::File file;
};

}  // namespace tocsin::rules
