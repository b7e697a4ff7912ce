// SPDX-License-Identifier: Apache-2.0
//
// Lexer: numbers, durations, sizes, percentages and dates; see lexer.h.
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/base/fold.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/base/utf8.h"
#include "rules/lexer.h"

namespace tocsin::rules {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWord(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         c == '_' || c == '@' || c == '$';
}

struct DurationUnit {
  std::string_view name;
  DurationNs size;
};

constexpr std::array<DurationUnit, 6> kDurationUnits = {{{"w", kWeek},
                                                         {"d", kDay},
                                                         {"h", kHour},
                                                         {"m", kMinute},
                                                         {"s", kSecond},
                                                         {"ms", kMillisecond}}};

const DurationUnit* FindDurationUnit(std::string_view name) {
  for (const DurationUnit& unit : kDurationUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// What people write for a unit of time.
std::string_view UsualUnit(std::string_view word) {
  struct Word {
    std::string_view word;
    std::string_view unit;
  };
  static constexpr Word kWords[] = {
      {"sec", "s"},   {"secs", "s"},   {"second", "s"},  {"seconds", "s"},
      {"min", "m"},   {"mins", "m"},   {"minute", "m"},  {"minutes", "m"},
      {"hr", "h"},    {"hrs", "h"},    {"hour", "h"},    {"hours", "h"},
      {"day", "d"},   {"days", "d"},   {"week", "w"},    {"weeks", "w"},
      {"msec", "ms"}, {"msecs", "ms"}, {"millis", "ms"}, {"s", "s"},
      {"h", "h"},     {"d", "d"},      {"w", "w"},       {"ms", "ms"},
  };
  const std::string folded = Fold(word);
  for (const Word& row : kWords) {
    if (row.word == folded) return row.unit;
  }
  return "";
}

// The multiplier of KB, MiB, ..; nothing for other words.
std::optional<double> SizeUnit(std::string_view unit) {
  constexpr std::string_view kPrefixes = "KMGT";
  if (unit.size() < 2 || unit.size() > 3 || unit.back() != 'B') {
    return std::nullopt;
  }
  const size_t power = kPrefixes.find(unit[0]);
  if (power == std::string_view::npos) return std::nullopt;
  if (unit.size() == 3 && unit[1] != 'i') return std::nullopt;
  const double base = unit.size() == 3 ? 1024 : 1000;
  double factor = base;
  for (size_t i = 0; i < power; ++i) factor *= base;
  return factor;
}

std::string UsualSize(std::string_view unit) {
  const std::string folded = Fold(unit);
  std::string upper;
  for (const char c : folded) {
    upper += c == 'i' ? c : static_cast<char>(c & ~0x20);
  }
  if (SizeUnit(upper)) return upper;
  if (SizeUnit(upper + "B")) return upper + "B";
  return "";
}

}  // namespace

void Lexer::TakeDigits() {
  while (at_ < end_ && IsDigit(text_[at_])) ++at_;
}

void Lexer::LexNumber(Token* token) {
  const size_t begin = at_;
  token->kind = TokenKind::kNumber;
  if (LexDate(token)) return;
  TakeDigits();
  bool integral = true;
  if (At(at_) == '.' && IsDigit(At(at_ + 1))) {
    integral = false;
    ++at_;
    TakeDigits();
    if (At(at_) == '.' && IsDigit(At(at_ + 1))) {  // 10.0.0.1
      while (at_ < end_ && (IsWord(text_[at_]) || text_[at_] == '.' ||
                            text_[at_] == '/' || text_[at_] == ':')) {
        ++at_;
      }
      const std::string_view written = text_.substr(begin, at_ - begin);
      token->text = written;
      token->broken = true;
      diagnostics_->Add("E013", SpanFrom(begin), "this is no number")
          .Help(StrCat("an address or a version is a text: \"", written, "\""));
      return;
    }
  }
  const char mark = At(at_);
  if (mark == 'e' || mark == 'E') {
    const bool sign = At(at_ + 1) == '+' || At(at_ + 1) == '-';
    if (IsDigit(At(at_ + (sign ? 2 : 1)))) {
      integral = false;
      at_ += sign ? 2 : 1;
      TakeDigits();
    }
  }
  token->text = text_.substr(begin, at_ - begin);
  FinishNumber(token, integral);
  if (token->text.starts_with('.')) {
    token->broken = true;
    diagnostics_->Add("E013", SpanFrom(begin), "a number starts with a digit")
        .Help(StrCat("write 0", token->text));
    return;
  }
  LexUnit(token, integral);
}

void Lexer::FinishNumber(Token* token, bool integral) {
  const std::string& text = token->text;
  const char* first = text.data();
  const char* last = first + text.size();
  const auto parsed = std::from_chars(first, last, token->number);
  if (parsed.ec != std::errc() || !std::isfinite(token->number)) {
    // Too small is as good as 0; too large is a mistake.
    token->number = 0;
    const bool tiny = text.find("e-") != std::string::npos ||
                      text.find("E-") != std::string::npos;
    if (!tiny) {
      token->broken = true;
      diagnostics_->Add("E013", SpanFrom(at_ - text.size()),
                        "this number is too large");
    }
  }
  if (!integral) return;
  const auto whole = std::from_chars(first, last, token->integer);
  token->is_integer = whole.ec == std::errc();
}

// `YYYY-MM-DD`. Four digits and a dash without blanks are meant as a date
// when a second dash follows.
bool Lexer::LexDate(Token* token) {
  size_t at = at_;
  std::array<size_t, 3> digits{};
  std::array<int64_t, 3> values{};
  for (size_t part = 0; part < 3; ++part) {
    if (part > 0 && At(at++) != '-') return false;
    for (; IsDigit(At(at)); ++at) {
      if (++digits[part] > 4) return false;
      values[part] = values[part] * 10 + (At(at) - '0');
    }
    if (digits[part] == 0 || (part == 0 && digits[0] != 4)) return false;
  }
  const size_t begin = at_;
  at_ = at;
  const bool more = at < end_ && (IsWord(text_[at]) || text_[at] == '-');
  while (more && at_ < end_ &&
         (IsWord(text_[at_]) || text_[at_] == '-' || text_[at_] == ':' ||
          text_[at_] == '+' || (text_[at_] == '.' && IsDigit(At(at_ + 1))))) {
    ++at_;
  }
  token->kind = TokenKind::kDate;
  const std::string_view written = text_.substr(begin, at_ - begin);
  const int month = static_cast<int>(values[1]);
  const int day = static_cast<int>(values[2]);
  // Years that nanoseconds since 1970 can hold.
  const bool good = !more && digits[1] == 2 && digits[2] == 2 &&
                    values[0] >= 1678 && values[0] <= 2261 &&
                    ValidDate(values[0], month, day);
  if (good) {
    token->integer = DaysFromCivil(values[0], month, day) * kDay;
    return true;
  }
  token->broken = true;
  diagnostics_
      ->Add("E014", SpanFrom(begin), StrCat("'", written, "' is no date"))
      .Help(more ? StrCat("a time is a text: \"", written, "\"")
                 : "a date is YYYY-MM-DD, a day of the calendar");
  return true;
}

void Lexer::LexUnit(Token* token, bool integral) {
  if (At(at_) == '%') {
    ++at_;
    token->kind = TokenKind::kPercent;
    token->number /= 100;
    return;
  }
  size_t from = at_;
  while (At(from) == ' ' || At(from) == '\t') ++from;
  size_t to = from;
  while (to < end_ && IsWord(text_[to])) ++to;
  const std::string_view unit = text_.substr(from, to - from);
  if (LexSize(unit, token)) {
    at_ = to;
    return;
  }
  if (from != at_ || unit.empty()) return;  // a bare number
  if (integral && LexDuration(unit, token)) return;
  at_ = to;
  BadUnit(unit, token);
}

bool Lexer::LexSize(std::string_view unit, Token* token) {
  const auto factor = SizeUnit(unit);
  if (!factor) return false;
  token->kind = TokenKind::kSize;
  token->number *= *factor;
  // Whole sizes above 2^53 are exact as integers.
  if (token->is_integer) {
    token->is_integer = !__builtin_mul_overflow(
        token->integer, static_cast<int64_t>(*factor), &token->integer);
  }
  if (!token->is_integer && token->number == std::floor(token->number) &&
      token->number < 9007199254740992.0) {
    token->is_integer = true;
    token->integer = static_cast<int64_t>(token->number);
  }
  return true;
}

// `units` is what follows the first number: "m", "h30m".
bool Lexer::LexDuration(std::string_view units, Token* token) {
  int64_t count = token->integer;
  bool fits = token->is_integer;
  DurationNs total = 0;
  DurationNs smaller_than = kMaxTime;
  bool ordered = true;
  std::string_view rest = units;
  while (!rest.empty()) {
    size_t letters = 0;
    while (letters < rest.size() && !IsDigit(rest[letters])) ++letters;
    const DurationUnit* unit = FindDurationUnit(rest.substr(0, letters));
    if (unit == nullptr) return false;
    rest.remove_prefix(letters);
    ordered = ordered && unit->size < smaller_than;
    smaller_than = unit->size;
    int64_t part = 0;
    fits = fits && !__builtin_mul_overflow(count, unit->size, &part) &&
           !__builtin_add_overflow(total, part, &total);
    if (rest.empty()) break;
    size_t digits = 0;
    while (digits < rest.size() && IsDigit(rest[digits])) ++digits;
    fits =
        fits && std::from_chars(rest.data(), rest.data() + digits, count).ec ==
                    std::errc();
    rest.remove_prefix(digits);
    if (rest.empty()) return false;  // 1h30
  }
  const size_t begin = at_ - token->text.size();
  at_ += units.size();
  token->kind = TokenKind::kDuration;
  token->integer = fits ? total : 0;
  token->is_integer = true;
  if (!fits) {
    token->broken = true;
    diagnostics_->Add("E012", SpanFrom(begin), "this duration is too long");
  } else if (!ordered) {
    token->broken = true;
    diagnostics_
        ->Add("E012", SpanFrom(begin),
              "the larger unit stands first, each unit once")
        .Help(StrCat("write ", FormatDuration(total)));
  }
  return true;
}

void Lexer::BadUnit(std::string_view unit, Token* token) {
  const size_t begin = at_ - token->text.size() - unit.size();
  const std::string number = token->text;
  token->broken = true;
  const std::string_view time = UsualUnit(unit);
  const std::string size = UsualSize(unit);
  const DurationUnit* exact = FindDurationUnit(unit);
  const bool duration = !time.empty() || exact != nullptr ||
                        FindDurationUnit(unit.substr(0, 1)) != nullptr ||
                        unit.starts_with("ms");
  if (duration && size.empty()) {
    token->kind = TokenKind::kDuration;
    token->integer = kSecond;
    Diagnostic& bad = diagnostics_->Add(
        "E012", SpanFrom(begin),
        StrCat("'", number, CutUtf8(unit, 40), "' is no duration"));
    const DurationUnit* scale = FindDurationUnit(time.empty() ? unit : time);
    if (scale == nullptr) {
      bad.Help("units are ms s m h d w, each attached to its number: 1h30m");
    } else if (number.find_first_not_of("0123456789") == std::string::npos) {
      bad.Help(StrCat("write ", number, scale->name));
    } else {
      const double exactly = std::strtod(number.c_str(), nullptr) *
                             static_cast<double>(scale->size);
      const bool fits =
          exactly >= static_cast<double>(kMillisecond) && exactly < 9e18;
      bad.Help(fits ? StrCat("write ", FormatDuration(static_cast<DurationNs>(
                                           std::round(exactly))))
                    : "a duration has no fraction");
    }
    return;
  }
  Diagnostic& bad = diagnostics_->Add(
      "E013", SpanFrom(begin),
      StrCat("'", number, CutUtf8(unit, 40), "' is no number"));
  if (unit == "B") {
    bad.Help(StrCat("bytes have no unit: write ", number));
  } else if (!size.empty()) {
    bad.Help(StrCat("write ", number, " ", size,
                    Fold(unit) == "m"
                        ? StrCat(" for bytes, ", number, "m for minutes")
                        : ""));
  } else {
    bad.Help("a number ends before a letter; a text is written in quotes");
  }
}

}  // namespace tocsin::rules
