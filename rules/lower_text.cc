// SPDX-License-Identifier: Apache-2.0
#include "rules/lower_text.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/utf8.h"
#include "rules/parser.h"

namespace tocsin::rules {
namespace {

// Where each byte of a text's value stands in the file.
std::vector<uint32_t> Places(const SourceFile& file, const ast::Text& text) {
  const std::string_view written = file.Text(text.span);
  std::vector<uint32_t> places;
  for (size_t at = 1; at + 1 < written.size();) {
    const auto place = static_cast<uint32_t>(text.span.begin + at);
    size_t size = 1;
    size_t bytes = 1;
    if (text.raw) {
      size = written[at] == '\'' ? 2 : 1;
    } else if (written[at] == '\\') {
      size = 2;
      if (written[at + 1] == 'u') {
        const size_t end = std::min(written.find('}', at), written.size());
        const std::string digits(written.substr(at + 2, end - at - 2));
        std::string made;
        if (!digits.empty()) {
          AppendUtf8(static_cast<int32_t>(
                         std::strtol(digits.c_str() + 1, nullptr, 16)),
                     &made);
        }
        size = end + 1 - at;
        bytes = made.size();
      }
    }
    places.insert(places.end(), bytes, place);
    at += size;
  }
  // Never for a text that the lexer took; then all of it is the place.
  if (places.size() != text.value.size()) {
    places.assign(text.value.size(), text.span.begin);
  }
  places.push_back(text.span.end > text.span.begin ? text.span.end - 1
                                                   : text.span.end);
  return places;
}

class TextLowerer {
 public:
  TextLowerer(Lowering* lowering, ExprLowerer* lowerer, const ast::Text& text)
      : lowering_(*lowering),
        lowerer_(lowerer),
        text_(text),
        file_(lowering->sources.file(text.span.file)),
        places_(Places(file_, text)) {}

  Template Run() {
    const std::string_view value = text_.value;
    for (size_t at = 0; at < value.size();) {
      const char c = value[at];
      const bool doubled = at + 1 < value.size() && value[at + 1] == c;
      if ((c == '{' || c == '}') && doubled) {
        plain_ += c;
        at += 2;
      } else if (c == '{') {
        at = Hole(at);
      } else if (c == '}') {
        Bad(At(at, at + 1), "a closing brace that nothing opens");
        ++at;
      } else {
        plain_ += c;
        ++at;
      }
    }
    Flush();
    return std::move(made_);
  }

 private:
  Span At(size_t begin, size_t end) const {
    return {text_.span.file, places_[begin],
            std::max(places_[end], places_[begin])};
  }

  void Bad(Span span, std::string message) {
    lowering_.Add("E260", span, std::move(message))
        .Help(
            "a hole is {field}, {step.field}, {count of step} or "
            "{list[field].column}; a brace itself is {{ or }}");
  }

  void Flush() {
    if (!plain_.empty()) made_.pieces.push_back({std::move(plain_), {}});
    plain_.clear();
  }

  // The place behind the hole that begins at `open`.
  size_t Hole(size_t open) {
    const size_t close = text_.value.find('}', open);
    if (close == std::string::npos) {
      Bad(At(open, open + 1), "this brace is not closed");
      return text_.value.size();
    }
    const Span inside = At(open + 1, close);
    if (text_.value.find_first_not_of(" \t", open + 1) >= close) {
      Bad(At(open, close + 1), "an empty hole");
      return close + 1;
    }
    const ast::ExprPtr expr =
        ParseExpression(file_, inside, &lowering_.diagnostics);
    if (expr != nullptr) Lower(*expr);
    return close + 1;
  }

  void Lower(const ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::kError:
        return;
      case ast::ExprKind::kPath:
      case ast::ExprKind::kMeasure:
      case ast::ExprKind::kListRow:
      case ast::ExprKind::kTimeOf:
        break;
      default:
        Bad(expr.span, "this cannot stand in a hole");
        return;
    }
    if (lowerer_ == nullptr) return;
    const Typed value = lowerer_->Value(expr);
    if (!value.ok) return;
    Flush();
    made_.pieces.push_back({"", lowerer_->Node(value)});
  }

  Lowering& lowering_;
  ExprLowerer* lowerer_;
  const ast::Text& text_;
  const SourceFile& file_;
  std::vector<uint32_t> places_;
  std::string plain_;
  Template made_;
};

}  // namespace

Template LowerText(Lowering* lowering, ExprLowerer* lowerer,
                   const ast::Text& text) {
  return TextLowerer(lowering, lowerer, text).Run();
}

}  // namespace tocsin::rules
