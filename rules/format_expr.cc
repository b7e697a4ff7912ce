// SPDX-License-Identifier: Apache-2.0
//
// Expressions, names and texts as they are written; see format.h.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "engine/base/status.h"
#include "engine/base/utf8.h"
#include "rules/format.h"
#include "rules/lexer.h"

namespace tocsin::rules {

using ast::Expr;
using ast::ExprKind;
using ast::ExprPtr;

namespace {

// How tightly an expression binds; an operand that binds less tightly than
// its place asks for gets parentheses.
enum Binding : int { kJoined, kTerm, kCompared, kSummed, kMultiplied, kTight };

Binding BindingOf(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return kJoined;
    case ExprKind::kNot:
    case ExprKind::kQuantified:
    case ExprKind::kUnusually:
      return kTerm;
    case ExprKind::kCompare:
    case ExprKind::kTextOp:
    case ExprKind::kExists:
    case ExprKind::kInSet:
    case ExprKind::kInCidr:
    case ExprKind::kInList:
    case ExprKind::kInRange:
    case ExprKind::kInValue:
      return kCompared;
    case ExprKind::kArithmetic:
      return expr.text == "+" || expr.text == "-" ? kSummed : kMultiplied;
    default:
      return kTight;
  }
}

bool NeedsQuotes(int32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) ||
         (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

// Words that would not be read as a field.
bool IsOperandWord(std::string_view word) {
  static constexpr std::array<std::string_view, 13> kWords = {
      "count",  "distinct",   "sum",      "avg",     "min",   "max", "earliest",
      "latest", "percentile", "sequence", "silence", "first", "rare"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::string Flat(const Expr& expr, Binding least);

std::string FlatValues(const Expr& expr, size_t from) {
  std::string out;
  for (size_t i = from; i < expr.args.size(); ++i) {
    out += StrCat(i > from ? ", " : "", Flat(expr.arg(i), kSummed));
  }
  return out;
}

std::string Size(const Expr& expr) {
  size_t digits = 0;
  while (digits < expr.text.size() &&
         expr.text.find_first_of("KMGT", digits) != digits &&
         expr.text[digits] != ' ' && expr.text[digits] != '\t') {
    ++digits;
  }
  size_t unit = digits;
  while (unit < expr.text.size() &&
         (expr.text[unit] == ' ' || expr.text[unit] == '\t')) {
    ++unit;
  }
  return StrCat(expr.text.substr(0, digits), " ", expr.text.substr(unit));
}

std::string Measure(const Expr& expr) {
  std::string out = expr.text;
  if (expr.text == "percentile") out += StrCat(" ", expr.integer);
  if (!expr.paths.empty()) out += StrCat(" ", FormatPaths(expr.paths));
  if (!expr.name.empty()) out += StrCat(" of ", FormatName(expr.name));
  return out;
}

std::string Field(const Expr& expr) {
  const ast::Path& path = expr.path();
  const ast::Segment& first = path.segments.front();
  const bool alone = path.segments.size() == 1 && !first.quoted;
  return alone && IsOperandWord(first.text) ? StrCat("`", first.text, "`")
                                            : FormatPath(path);
}

std::string Function(const Expr& expr) {
  return StrCat(expr.text, "(", FlatValues(expr, 0), ")");
}

std::string ListRow(const Expr& expr) {
  std::string out = StrCat(FormatName({expr.text, {}, false}), "[",
                           Flat(expr.arg(0), kJoined), "]");
  if (expr.name.empty()) return out;
  const bool quoted = expr.name.quoted || !IsPlainSegment(expr.name.text);
  return StrCat(out, ".", quoted ? "`" : "", expr.name.text, quoted ? "`" : "");
}

// The head of a set, up to its opening parenthesis.
std::string SetHead(const Expr& expr) {
  std::string out = Flat(expr.arg(0), kSummed);
  if (expr.kind == ExprKind::kTextOp) {
    return StrCat(out, " ", expr.text, expr.all ? " all (" : " (");
  }
  return StrCat(out, expr.kind == ExprKind::kInCidr ? " in cidr (" : " in (");
}

std::string Set(const Expr& expr) {
  const std::string values = FlatValues(expr, 1);
  std::string head = SetHead(expr);
  const bool one =
      expr.args.size() == 2 && expr.kind != ExprKind::kInSet &&
      !values.starts_with('(') &&
      (expr.kind != ExprKind::kInCidr || expr.arg(1).kind == ExprKind::kText);
  if (!one) return StrCat(head, values, ")");
  head.pop_back();
  return head + values;
}

std::string Range(const Expr& expr) {
  std::string low = Flat(expr.arg(1), kSummed);
  if (low.starts_with('(') && !expr.arg(1).parenthesized) {
    low = StrCat("(", low, ")");
  }
  return StrCat(Flat(expr.arg(0), kSummed), " in ", low, " .. ",
                Flat(expr.arg(2), kSummed));
}

std::string QuantifiedHead(const Expr& expr) {
  return StrCat(expr.all ? "all " : "any ", FormatName(expr.name), " in ",
                FormatPath(expr.path()), " where (");
}

std::string Joined(const Expr& expr) {
  std::string out;
  for (const ExprPtr& arg : expr.args) {
    if (!out.empty()) out += expr.kind == ExprKind::kAnd ? " and " : " or ";
    out += Flat(*arg, kTerm);
  }
  return out;
}

std::string Bare(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kText:
      return FormatText(expr.text, expr.raw);
    case ExprKind::kSize:
      return Size(expr);
    case ExprKind::kNumber:
    case ExprKind::kDuration:
    case ExprKind::kPercent:
    case ExprKind::kDate:
      return expr.text;
    case ExprKind::kBool:
      return expr.integer != 0 ? "true" : "false";
    case ExprKind::kNull:
      return "null";
    case ExprKind::kRegex:
      return StrCat("/", expr.text, "/", expr.name.text);
    case ExprKind::kPath:
      return Field(expr);
    case ExprKind::kMeasure:
      return Measure(expr);
    case ExprKind::kTimeOf:
      return StrCat("time of ", FormatName(expr.name));
    case ExprKind::kCall:
      return Function(expr);
    case ExprKind::kListRow:
      return ListRow(expr);
    case ExprKind::kNegate:
      return StrCat("-", Flat(expr.arg(0), kTight));
    case ExprKind::kArithmetic: {
      const Binding own = BindingOf(expr);
      const auto right = static_cast<Binding>(own + 1);
      return StrCat(Flat(expr.arg(0), own), " ", expr.text, " ",
                    Flat(expr.arg(1), right));
    }
    case ExprKind::kCompare:
      return StrCat(Flat(expr.arg(0), kSummed), " ", expr.text, " ",
                    Flat(expr.arg(1), kSummed));
    case ExprKind::kTextOp:
    case ExprKind::kInSet:
    case ExprKind::kInCidr:
      return Set(expr);
    case ExprKind::kExists:
      return StrCat(Flat(expr.arg(0), kSummed), " exists");
    case ExprKind::kInList:
      return StrCat(Flat(expr.arg(0), kSummed), " in list ",
                    FormatName(expr.name));
    case ExprKind::kInRange:
      return Range(expr);
    case ExprKind::kInValue:
      return StrCat(Flat(expr.arg(0), kSummed), " in ",
                    Flat(expr.arg(1), kSummed));
    case ExprKind::kQuantified:
      return StrCat(QuantifiedHead(expr), Flat(expr.arg(0), kJoined), ")");
    case ExprKind::kUnusually:
      return StrCat("unusually ", expr.text, " ", Flat(expr.arg(0), kSummed));
    case ExprKind::kNot:
      return StrCat("not ", Flat(expr.arg(0), kTerm));
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return Joined(expr);
    case ExprKind::kError:
      break;
  }
  return "";
}

bool InParentheses(const Expr& expr, Binding least) {
  return expr.parenthesized || BindingOf(expr) < least;
}

std::string Flat(const Expr& expr, Binding least) {
  return InParentheses(expr, least) ? StrCat("(", Bare(expr), ")") : Bare(expr);
}

// `a, b, c`, as many on a line as fit.
std::string Fill(std::span<const ExprPtr> values, size_t column) {
  std::string out;
  size_t at = column;
  for (const ExprPtr& expr : values) {
    const std::string value = Flat(*expr, kSummed);
    if (!out.empty() && at + value.size() + 3 > kFormatWidth) {
      out += StrCat(",\n", std::string(column, ' '));
      at = column;
    } else if (!out.empty()) {
      out += ", ";
      at += 2;
    }
    out += value;
    at += value.size();
  }
  return out;
}

std::string Wrap(const Expr& expr, size_t column, Binding least) {
  std::string flat = Flat(expr, least);
  if (column + flat.size() <= kFormatWidth) return flat;
  if (InParentheses(expr, least)) ++column;
  std::string out;
  switch (expr.kind) {
    case ExprKind::kAnd:
    case ExprKind::kOr: {
      const std::string word = expr.kind == ExprKind::kAnd ? "and " : "or ";
      out = Wrap(expr.arg(0), column, kTerm);
      for (size_t i = 1; i < expr.args.size(); ++i) {
        out += StrCat("\n", std::string(column, ' '), word,
                      Wrap(expr.arg(i), column + word.size(), kTerm));
      }
      break;
    }
    case ExprKind::kNot:
      out = StrCat("not ", Wrap(expr.arg(0), column + 4, kTerm));
      break;
    case ExprKind::kQuantified: {
      const std::string head = QuantifiedHead(expr);
      out = StrCat(head, Wrap(expr.arg(0), column + head.size(), kJoined), ")");
      break;
    }
    case ExprKind::kTextOp:
    case ExprKind::kInSet:
    case ExprKind::kInCidr: {
      if (expr.args.size() < 3) return flat;
      const std::string head = SetHead(expr);
      const size_t values = column + head.size();
      out = head + Fill(std::span(expr.args).subspan(1), values);
      out += ")";
      break;
    }
    default:
      return flat;
  }
  return InParentheses(expr, least) ? StrCat("(", out, ")") : out;
}

}  // namespace

std::string FormatText(std::string_view value, bool raw) {
  bool plain = true;
  for (size_t at = 0; at < value.size();) {
    const Utf8Step step = NextUtf8(value, at);
    plain = plain && (!NeedsQuotes(step.code) || step.code == '\t');
    at += step.size;
  }
  std::string out;
  if (raw && plain) {
    for (const char c : value) out += c == '\'' ? "''" : std::string(1, c);
    return StrCat("'", out, "'");
  }
  for (size_t at = 0; at < value.size();) {
    const Utf8Step step = NextUtf8(value, at);
    constexpr std::string_view kSpecial = "\\\"\n\r\t";
    const size_t special =
        step.size == 1 ? kSpecial.find(value[at]) : std::string_view::npos;
    if (special != std::string_view::npos) {
      out += StrCat("\\", std::string_view("\\\"nrt").substr(special, 1));
    } else if (step.code >= 0 && NeedsQuotes(step.code)) {
      static constexpr char kHex[] = "0123456789abcdef";
      std::string digits;
      for (int32_t code = step.code; code > 0 || digits.empty(); code /= 16) {
        digits.insert(digits.begin(), kHex[code % 16]);
      }
      out += StrCat("\\u{", digits, "}");
    } else {
      out += value.substr(at, step.size);
    }
    at += step.size;
  }
  return StrCat("\"", out, "\"");
}

std::string FormatName(const ast::Name& name) {
  return name.quoted || !IsPlainName(name.text) ? StrCat("`", name.text, "`")
                                                : name.text;
}

std::string FormatPath(const ast::Path& path) {
  std::string out;
  for (const ast::Segment& segment : path.segments) {
    const bool first = out.empty();
    const bool plain =
        !segment.quoted &&
        (first ? IsPlainName(segment.text) : IsPlainSegment(segment.text));
    const char* quote = plain ? "" : "`";
    out += StrCat(first ? "" : ".", quote, segment.text, quote);
  }
  return out;
}

std::string FormatPaths(const std::vector<ast::Path>& paths) {
  std::string out;
  for (const ast::Path& path : paths) {
    out += StrCat(out.empty() ? "" : ", ", FormatPath(path));
  }
  return out;
}

std::string FormatExpr(const Expr& expr) { return Flat(expr, kJoined); }

std::string WrapExpr(const Expr& expr, size_t column) {
  return Wrap(expr, column, kJoined);
}

std::string WrapValues(const std::vector<ExprPtr>& values, size_t column) {
  return Fill(values, column);
}

}  // namespace tocsin::rules
