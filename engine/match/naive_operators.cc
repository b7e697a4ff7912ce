// SPDX-License-Identifier: Apache-2.0
//
// Comparisons of the naive matcher, by the name of the operator.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "engine/base/fold.h"
#include "engine/base/utf8.h"
#include "engine/match/naive.h"
#include "engine/plan/network.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {
namespace {

bool HasText(const Value& value) {
  return !value.is_null() && value.kind != Kind::kObject;
}

std::string TextIn(const Value& value, bool cased) {
  const std::string text = CanonicalText(value);
  return cased ? text : Fold(text);
}

bool EqualNumbers(const Value& a, const Value& b) {
  const auto left = ToNumber(a);
  const auto right = ToNumber(b);
  return left && right && CompareNumbers(*left, *right) == 0;
}

// The type is the literal's.
bool EqualsLiteral(const Value& value, const Literal& literal) {
  const Value wanted = literal.value.view();
  if (value.kind == Kind::kObject) return false;
  if (wanted.is_number()) return EqualNumbers(value, wanted);
  if (wanted.kind == Kind::kBool) {
    if (value.kind == Kind::kBool) return value.boolean == wanted.boolean;
    return value.is_text() && Fold(value.text) == CanonicalText(wanted);
  }
  if (!wanted.is_text()) return false;
  return TextIn(value, literal.cased) == TextIn(wanted, literal.cased);
}

bool Ordered(std::string_view op, const Value& a, const Value& b) {
  const auto left = ToNumber(a);
  const auto right = ToNumber(b);
  if (!left || !right) return false;
  const auto order = CompareNumbers(*left, *right);
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  return order >= 0;
}

bool TextHolds(std::string_view op, const std::string& text,
               const std::string& part) {
  if (op == "contains") return text.find(part) != std::string::npos;
  if (part.size() > text.size()) return false;
  const size_t from = op == "startswith" ? 0 : text.size() - part.size();
  return text.compare(from, part.size(), part) == 0;
}

// ------------------------------------------------------------------- like
struct Piece {
  enum Kind { kText, kOne, kRun } kind;
  std::string text;  // one code point
};

std::vector<Piece> Pieces(const std::string& text, bool pattern) {
  std::vector<Piece> pieces;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (pattern && c == '\\' && at + 1 < text.size() &&
        (text[at + 1] == '*' || text[at + 1] == '?' || text[at + 1] == '\\')) {
      pieces.push_back({Piece::kText, text.substr(at + 1, 1)});
      at += 2;
    } else if (pattern && (c == '*' || c == '?')) {
      pieces.push_back({c == '*' ? Piece::kRun : Piece::kOne, ""});
      ++at;
    } else {
      const Utf8Step step = NextUtf8(text, at);
      pieces.push_back({Piece::kText, text.substr(at, step.size)});
      at += step.size;
    }
  }
  return pieces;
}

bool LikeHolds(const std::string& pattern, const std::string& text) {
  const std::vector<Piece> wanted = Pieces(pattern, true);
  const std::vector<Piece> given = Pieces(text, false);
  // fits[j]: the pieces of the pattern so far fit the first j characters.
  std::vector<bool> fits(given.size() + 1);
  fits[0] = true;
  for (const Piece& piece : wanted) {
    std::vector<bool> next(given.size() + 1);
    for (size_t j = 0; j <= given.size(); ++j) {
      if (piece.kind == Piece::kRun) {
        next[j] = fits[j] || (j > 0 && next[j - 1]);
      } else if (j > 0 && fits[j - 1]) {
        next[j] = piece.kind == Piece::kOne || piece.text == given[j - 1].text;
      }
    }
    fits = next;
  }
  return fits[given.size()];
}

// ------------------------------------------------------- one value, literal
bool MatchesRegex(const std::string& text, const std::string& pattern,
                  const Limits& limits) {
  // Only so that a test does not compile each of them a million times.
  thread_local std::map<std::string, std::unique_ptr<re2::RE2>> known;
  auto& regex = known[pattern];
  if (regex == nullptr) {
    auto made = CompileRegex(pattern, limits);
    if (!made.ok()) return false;
    regex = *std::move(made);
  }
  return re2::RE2::PartialMatch(text, *regex);
}

bool InNetwork(const std::string& text, const std::string& written) {
  const auto address = ParseAddress(text);
  const auto network = ParseNetwork(written);
  return address && network && Contains(*network, *address);
}

bool LiteralHolds(std::string_view op, const Value& value,
                  const Literal& literal, const Limits& limits) {
  if (op == "==" || op == "!=" || op == "in") {
    return EqualsLiteral(value, literal);
  }
  const Value wanted = literal.value.view();
  if (op.front() == '<' || op.front() == '>') return Ordered(op, value, wanted);
  if (!HasText(value)) return false;
  const std::string written = CanonicalText(wanted);
  if (op == "in cidr") return InNetwork(CanonicalText(value), written);
  if (op == "matches") {
    return MatchesRegex(CanonicalText(value), written, limits);
  }
  const std::string text = TextIn(value, literal.cased);
  if (op == "like") {
    return LikeHolds(literal.cased ? written : Fold(written), text);
  }
  return TextHolds(op, text, TextIn(wanted, literal.cased));
}

bool SomeValueHolds(std::string_view op, const NaiveValues& values,
                    const Literal& literal, const Limits& limits) {
  if (values.missing()) {
    const bool equality = op == "==" || op == "in";
    return equality && literal.value.value.is_null();
  }
  for (const StoredValue& value : values.values) {
    if (LiteralHolds(op, value.view(), literal, limits)) return true;
  }
  return false;
}

bool InRange(const LiteralSet& set, const NaiveValues& values) {
  for (const StoredValue& value : values.values) {
    if (Ordered(">=", value.view(), set.items[0].value.view()) &&
        Ordered("<=", value.view(), set.items[1].value.view())) {
      return true;
    }
  }
  return false;
}

bool PairHolds(std::string_view op, const Value& a, const Value& b) {
  if (op == "==" || op == "!=") {
    if (a.is_text() && b.is_text()) return Fold(a.text) == Fold(b.text);
    if (a.kind == Kind::kBool && b.kind == Kind::kBool) {
      return a.boolean == b.boolean;
    }
    return EqualNumbers(a, b);
  }
  if (op.front() == '<' || op.front() == '>') {
    return !(a.is_text() && b.is_text()) && Ordered(op, a, b);
  }
  return a.is_text() && b.is_text() &&
         TextHolds(op, Fold(a.text), Fold(b.text));
}

}  // namespace

bool NaiveMember(const Operator& op, const LiteralSet& set,
                 const NaiveValues& values, const Limits& limits) {
  const std::string_view name = op.name;
  if (name == "in ..") return InRange(set, values);
  if (name == "!=") {
    if (values.missing()) return false;
    for (const Literal& literal : set.items) {
      if (SomeValueHolds(name, values, literal, limits)) return false;
    }
    return true;
  }
  for (const Literal& literal : set.items) {
    if (SomeValueHolds(name, values, literal, limits) != set.all) {
      return !set.all;
    }
  }
  return set.all;
}

bool NaiveCompare(const Operator& op, const NaiveValues& left,
                  const NaiveValues& right) {
  if (left.missing() || right.missing()) return false;
  bool some = false;
  for (const StoredValue& a : left.values) {
    for (const StoredValue& b : right.values) {
      some = some || PairHolds(op.name, a.view(), b.view());
    }
  }
  return std::string_view(op.name) == "!=" ? !some : some;
}

bool NaiveInList(const List& list, const Value& value, uint32_t* row) {
  if (!HasText(value)) return false;
  const std::string text = CanonicalText(value);
  int longest = -1;
  for (uint32_t i = 0; i < list.keys().size(); ++i) {
    const std::string& key = list.keys()[i];
    if (list.type() == ListType::kCidr) {
      const auto network = ParseNetwork(key);
      if (network->length <= longest || !InNetwork(text, key)) continue;
      longest = network->length;
      *row = i;
      continue;
    }
    const bool equal = list.type() == ListType::kText
                           ? Fold(text) == Fold(key)
                           : EqualNumbers(value, Value::Text(key));
    if (!equal) continue;
    *row = i;
    return true;
  }
  return longest >= 0;
}

}  // namespace tocsin
