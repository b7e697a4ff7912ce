// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics as a person and a script see them; see diagnostic.h. All text
// of a rule file that reaches a terminal goes through AppendVisible().
#include <algorithm>

#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/base/utf8.h"
#include "rules/diagnostic.h"

namespace tocsin::rules {
namespace {

// Of a line longer than this only the neighbourhood of the caret is shown.
constexpr size_t kLineBytes = 240;
constexpr size_t kBytesBefore = 100;

constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kBlue = "\x1b[1;34m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

// Characters that would move the cursor, colour the text, or turn its
// direction around.
bool Hostile(int32_t code) {
  return (code >= 0x80 && code < 0xA0) || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

// Appends `text`, one column for each code point; returns the columns.
size_t AppendVisible(std::string_view text, std::string* out) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size(); ++columns) {
    const Utf8Step step = NextUtf8(text, at);
    if (step.code == '\t') {
      out->push_back(' ');
    } else if (step.code >= 0 && step.code < 0x20) {
      AppendUtf8(0x2400 + step.code, out);
    } else if (step.code == 0x7F) {
      AppendUtf8(0x2421, out);
    } else if (step.code < 0 || Hostile(step.code)) {
      out->append(kReplacement);
    } else {
      out->append(text.substr(at, step.size));
    }
    at += step.size;
  }
  return columns;
}

bool Continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

class Renderer {
 public:
  Renderer(const SourceSet& sources, bool color)
      : sources_(sources), color_(color) {}

  std::string Render(const Diagnostic& diagnostic) {
    const bool error = diagnostic.severity() == Severity::kError;
    const std::string_view color = error ? kRed : kYellow;
    width_ = NumberWidth(diagnostic);
    Paint(kBold, [&] { AppendPlace(diagnostic.span); });
    out_ += ": ";
    Paint(color, [&] {
      out_ += StrCat(error ? "error[" : "warning[", diagnostic.code(), "]");
    });
    out_ += ": ";
    AppendVisible(diagnostic.message, &out_);
    out_ += '\n';
    AppendSnippet(diagnostic.span, '^', color, "");
    for (const DiagnosticLabel& label : diagnostic.labels) {
      if (label.span.file != diagnostic.span.file) {
        Gutter("", "-->");
        out_ += ' ';
        AppendPlace(label.span);
        out_ += '\n';
      }
      AppendSnippet(label.span, '-', kBlue, label.text);
    }
    AppendHelp(diagnostic.help);
    return std::move(out_);
  }

 private:
  template <typename Body>
  void Paint(std::string_view color, const Body& body) {
    if (color_) out_ += color;
    body();
    if (color_) out_ += kReset;
  }

  uint32_t LineOf(Span span) const {
    return sources_.file(span.file).LineOf(span.begin);
  }

  size_t NumberWidth(const Diagnostic& diagnostic) const {
    uint32_t line = LineOf(diagnostic.span);
    for (const DiagnosticLabel& label : diagnostic.labels) {
      line = std::max(line, LineOf(label.span));
    }
    return std::to_string(line).size();
  }

  void AppendPlace(Span span) {
    const SourceFile& file = sources_.file(span.file);
    const Position at = file.PositionOf(span.begin);
    AppendVisible(file.path(), &out_);
    out_ += StrCat(":", at.line, ":", at.column);
  }

  // " 12 |", right-aligned.
  void Gutter(std::string_view number, std::string_view mark) {
    Paint(kBlue, [&] {
      out_.append(1 + width_ - number.size(), ' ');
      out_ += StrCat(number, " ", mark);
    });
  }

  void AppendSnippet(Span span, char mark, std::string_view color,
                     std::string_view text) {
    const SourceFile& file = sources_.file(span.file);
    const uint32_t line = file.LineOf(span.begin);
    const std::string_view whole = file.LineText(line);
    const size_t begin = std::min<size_t>(
        span.begin - std::min(span.begin, file.LineBegin(line)), whole.size());
    const size_t length = span.end - std::min(span.end, span.begin);
    const size_t end = std::min(begin + length, whole.size());
    // The shown part of the line.
    size_t from = 0;
    size_t to = whole.size();
    if (whole.size() > kLineBytes) {
      from = begin - std::min(begin, kBytesBefore);
      to = std::min(from + kLineBytes, whole.size());
      while (from < begin && Continuation(whole[from])) ++from;
      while (to < whole.size() && to > begin && Continuation(whole[to])) --to;
    }

    Gutter(std::to_string(line), "| ");
    if (from > 0) out_ += "...";
    AppendVisible(whole.substr(from, to - from), &out_);
    if (to < whole.size()) out_ += "...";
    out_ += '\n';

    std::string scratch;
    const size_t indent =
        AppendVisible(whole.substr(from, begin - from), &scratch);
    const size_t marks =
        AppendVisible(whole.substr(begin, std::min(end, to) - begin), &scratch);
    Gutter("", "| ");
    out_.append(indent + (from > 0 ? 3 : 0), ' ');
    Paint(color, [&] {
      out_.append(std::max<size_t>(marks, 1), mark);
      if (!text.empty()) {
        out_ += ' ';
        AppendVisible(text, &out_);
      }
    });
    out_ += '\n';
  }

  void AppendHelp(std::string_view help) {
    bool first = true;
    while (!help.empty()) {
      const std::string_view line = help.substr(0, help.find('\n'));
      Gutter("", first ? "= help: " : "        ");
      AppendVisible(line, &out_);
      out_ += '\n';
      help.remove_prefix(std::min(line.size() + 1, help.size()));
      first = false;
    }
  }

  const SourceSet& sources_;
  bool color_;
  size_t width_ = 1;
  std::string out_;
};

void WriteSpan(const SourceSet& sources, Span span, JsonWriter* json) {
  const SourceFile& file = sources.file(span.file);
  const Position begin = file.PositionOf(span.begin);
  const Position end = file.PositionOf(span.end);
  json->TextField("file", file.path());
  json->IntField("line", begin.line);
  json->IntField("column", begin.column);
  json->IntField("end_line", end.line);
  json->IntField("end_column", end.column);
}

void WriteDiagnostic(const SourceSet& sources, const Diagnostic& diagnostic,
                     JsonWriter* json) {
  const bool error = diagnostic.severity() == Severity::kError;
  json->BeginObject();
  WriteSpan(sources, diagnostic.span, json);
  json->TextField("severity", error ? "error" : "warning");
  json->TextField("code", diagnostic.code());
  json->TextField("title", diagnostic.row->title);
  json->TextField("message", diagnostic.message);
  json->Key("labels");
  json->BeginArray();
  for (const DiagnosticLabel& label : diagnostic.labels) {
    json->BeginObject();
    WriteSpan(sources, label.span, json);
    json->TextField("text", label.text);
    json->EndObject();
  }
  json->EndArray();
  json->TextField("help", diagnostic.help);
  json->EndObject();
}

}  // namespace

std::string RenderDiagnostic(const SourceSet& sources,
                             const Diagnostic& diagnostic,
                             const RenderOptions& options) {
  return Renderer(sources, options.color).Render(diagnostic);
}

std::string RenderDiagnostics(const SourceSet& sources,
                              const Diagnostics& diagnostics,
                              const RenderOptions& options) {
  std::string out;
  size_t shown = 0;
  for (const Diagnostic* diagnostic : diagnostics.Sorted()) {
    if (shown == options.limit) break;
    if (shown++ > 0) out += '\n';
    out += RenderDiagnostic(sources, *diagnostic, options);
  }
  const size_t total = diagnostics.errors() + diagnostics.warnings();
  if (total > shown) {
    if (shown > 0) out += '\n';
    out += StrCat(total - shown, " more not shown; the limit 'diagnostics' is ",
                  options.limit, "\n");
  }
  return out;
}

std::string DiagnosticsJson(const SourceSet& sources,
                            const Diagnostics& diagnostics, size_t limit) {
  std::vector<const Diagnostic*> sorted = diagnostics.Sorted();
  if (sorted.size() > limit) sorted.resize(limit);
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.IntField("errors", static_cast<int64_t>(diagnostics.errors()));
  json.IntField("warnings", static_cast<int64_t>(diagnostics.warnings()));
  json.IntField("shown", static_cast<int64_t>(sorted.size()));
  json.Key("diagnostics");
  json.BeginArray();
  for (const Diagnostic* diagnostic : sorted) {
    WriteDiagnostic(sources, *diagnostic, &json);
  }
  json.EndArray();
  json.EndObject();
  return out;
}

}  // namespace tocsin::rules
