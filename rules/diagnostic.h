// SPDX-License-Identifier: Apache-2.0
//
// Diagnostic: one mistake in a rule file, for a person: where, what is wrong,
// and what to write instead. Diagnostics collects those of a run, so that one
// run reports all mistakes. Rule mistakes are these values, never a Status.
//
//   diagnostics.Add("E123", span, "no list named 'fleat'")
//       .Label(list.name.span, "the nearest name is defined here")
//       .Help("write 'fleet'");
//
// A code that is no row of diagnostic_codes.h does not compile.
// Threads: one Diagnostics per thread.
// Tested by: tests/rules/diagnostic_test.cc
#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "rules/diagnostic_codes.h"
#include "rules/source.h"

namespace tocsin::rules {

struct DiagnosticLabel {
  Span span;
  std::string text;
};

struct Diagnostic {
  const CodeRow* row = nullptr;  // code and severity; never null
  Span span;
  std::string message;  // one line, no full stop
  std::vector<DiagnosticLabel> labels;
  std::string help;  // may have several lines; empty: none

  std::string_view code() const { return row->code; }
  Severity severity() const { return row->severity; }

  // "first defined here" and the like; labels may be of other files.
  Diagnostic& Label(Span at, std::string text);
  Diagnostic& Help(std::string text);
};

class Diagnostics {
 public:
  // So many are kept; further ones are only counted.
  static constexpr size_t kStored = 10'000;

  // An equal one (same code and place) is not added again. The reference
  // stays valid as long as this object.
  Diagnostic& Add(Code code, Span span, std::string message);

  size_t errors() const { return errors_; }
  size_t warnings() const { return warnings_; }
  bool has_errors() const { return errors_ > 0; }

  // By file and position, errors before warnings, then in the order of Add.
  std::vector<const Diagnostic*> Sorted() const;

 private:
  std::deque<Diagnostic> all_;
  std::set<std::tuple<const CodeRow*, FileId, uint32_t, uint32_t>> places_;
  Diagnostic dropped_;  // what Add returns for one that is not kept
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

struct RenderOptions {
  size_t limit = 200;  // Limits::diagnostics
  bool color = false;  // ANSI colours, for a terminal
};

// `file:line:col: error[E012]: message`, the line with a caret below, labels
// and `= help:`. Ends with a newline. Control characters of the source line
// are shown as pictures, so that no file can drive a terminal.
std::string RenderDiagnostic(const SourceSet& sources,
                             const Diagnostic& diagnostic,
                             const RenderOptions& options = {});

// All of them, an empty line between two; beyond `limit` one closing line
// that names the cap. Empty when there are none.
std::string RenderDiagnostics(const SourceSet& sources,
                              const Diagnostics& diagnostics,
                              const RenderOptions& options = {});

// One JSON document:
// {"errors":N,"warnings":N,"shown":N,"diagnostics":[{"file","line","column",
//  "end_line","end_column","severity","code","title","message",
//  "labels":[{"file","line","column","end_line","end_column","text"}],
//  "help"}]}; at most `limit` diagnostics.
std::string DiagnosticsJson(const SourceSet& sources,
                            const Diagnostics& diagnostics, size_t limit = 200);

// The candidate nearest to `word` by edit distance (a swap of neighbours is
// one edit, case is ignored), if near enough to be a slip; else "". Of equals
// the first.
std::string_view Nearest(std::string_view word,
                         std::span<const std::string_view> candidates);
std::string_view Nearest(std::string_view word,
                         std::span<const std::string> candidates);

// "did you mean 'fleet'?", or "" where nothing is near.
std::string DidYouMean(std::string_view word,
                       std::span<const std::string_view> candidates);
std::string DidYouMean(std::string_view word,
                       std::span<const std::string> candidates);

}  // namespace tocsin::rules
