// SPDX-License-Identifier: Apache-2.0
//
// Dates are proleptic Gregorian. Source of the two conversions: H. Hinnant,
// "chrono-Compatible Low-Level Date Algorithms" (public domain).
#include "engine/base/time.h"

#include <array>
#include <cstdio>

namespace tocsin {
namespace {

struct Civil {
  int64_t year;
  int month;  // 1..12
  int day;    // 1..31
};

Civil CivilFromDays(int64_t days) {
  days += 719'468;
  const int64_t era = FloorDiv(days, 146'097);
  const int64_t doe = days - era * 146'097;
  const int64_t yoe = (doe - doe / 1'460 + doe / 36'524 - doe / 146'096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const auto day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const auto month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

struct DurationUnit {
  const char* name;
  DurationNs size;
};
// Longest first, as FormatDuration writes them; "ms" before "m" and "s", as
// ParseDuration must try them.
constexpr std::array<DurationUnit, 6> kUnits = {{{"w", kWeek},
                                                 {"d", kDay},
                                                 {"h", kHour},
                                                 {"ms", kMillisecond},
                                                 {"m", kMinute},
                                                 {"s", kSecond}}};

// Reads `count` digits at the front of `text`; -1 when they are not there.
int TakeDigits(std::string_view* text, size_t count) {
  if (text->size() < count) return -1;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text->remove_prefix(count);
  return value;
}

bool Take(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

// "2026-01-05" as days since 1970.
std::optional<int64_t> TakeDate(std::string_view* text) {
  const int year = TakeDigits(text, 4);
  if (year < 0 || !Take(text, '-')) return std::nullopt;
  const int month = TakeDigits(text, 2);
  if (month < 0 || !Take(text, '-')) return std::nullopt;
  const int day = TakeDigits(text, 2);
  if (!ValidDate(year, month, day)) return std::nullopt;
  return DaysFromCivil(year, month, day);
}

// ".250" as nanoseconds; digits beyond the ninth are dropped.
std::optional<DurationNs> TakeFraction(std::string_view* text) {
  if (!Take(text, '.')) return 0;
  DurationNs fraction = 0;
  DurationNs unit = kSecond;
  size_t digits = 0;
  for (; digits < text->size(); ++digits) {
    const char c = (*text)[digits];
    if (c < '0' || c > '9') break;
    unit /= 10;
    fraction += (c - '0') * unit;
  }
  if (digits == 0) return std::nullopt;
  text->remove_prefix(digits);
  return fraction;
}

// "Z", "+01:00" or "+0100" as the offset from UTC.
std::optional<DurationNs> TakeZone(std::string_view* text) {
  if (Take(text, 'Z') || Take(text, 'z')) return 0;
  const bool minus = Take(text, '-');
  if (!minus && !Take(text, '+')) return std::nullopt;
  const int hours = TakeDigits(text, 2);
  if (hours < 0 || hours > 23) return std::nullopt;
  Take(text, ':');
  const int minutes = TakeDigits(text, 2);
  if (minutes < 0 || minutes > 59) return std::nullopt;
  const DurationNs offset = hours * kHour + minutes * kMinute;
  return minus ? -offset : offset;
}

// Days and the time in them as TimeNs, unless out of range.
std::optional<TimeNs> Assemble(int64_t days, int64_t seconds,
                               DurationNs fraction) {
  int64_t total = days * 86'400 + seconds;
  if (total < 0) {
    // Towards zero, so that the first representable instant is reached.
    total += 1;
    fraction -= kSecond;
  }
  TimeNs time = 0;
  if (__builtin_mul_overflow(total, kSecond, &time) ||
      __builtin_add_overflow(time, fraction, &time)) {
    return std::nullopt;
  }
  return time;
}

}  // namespace

int64_t DaysFromCivil(int64_t year, int month, int day) {
  if (month <= 2) --year;
  const int64_t era = FloorDiv(year, 400);
  const int64_t yoe = year - era * 400;
  const int64_t doy =
      (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146'097 + doe - 719'468;
}

bool ValidDate(int64_t year, int month, int day) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30,
                                                31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const int last = kDays[static_cast<size_t>(month - 1)];
  return day <= (month == 2 && leap ? 29 : last);
}

int64_t YearOf(TimeNs time) { return CivilFromDays(FloorDiv(time, kDay)).year; }

std::string FormatTime(TimeNs time) {
  const int64_t days = FloorDiv(time, kDay);
  const Civil date = CivilFromDays(days);
  // Unsigned: days * kDay is below kMinTime on the first representable day.
  const uint64_t rest =
      static_cast<uint64_t>(time) -
      static_cast<uint64_t>(days) * static_cast<uint64_t>(kDay);
  const auto seconds = static_cast<int>(rest / kSecond);
  const auto fraction = static_cast<int64_t>(rest % kSecond);
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d",
                static_cast<int>(date.year), date.month, date.day,
                seconds / 3'600, seconds / 60 % 60, seconds % 60);
  std::string out = text;
  if (fraction != 0) {
    std::snprintf(text, sizeof(text), ".%09d", static_cast<int>(fraction));
    const std::string_view digits = text;
    out += digits.substr(0, fraction % 1'000 != 0       ? 10
                            : fraction % 1'000'000 != 0 ? 7
                                                        : 4);
  }
  return out + 'Z';
}

std::string FormatDuration(DurationNs duration) {
  std::string out = duration < 0 ? "-" : "";
  uint64_t rest = duration < 0 ? 0 - static_cast<uint64_t>(duration)
                               : static_cast<uint64_t>(duration);
  rest /= kMillisecond;
  if (rest == 0) return "0s";
  const auto take = [&](const char* name, DurationNs size) {
    const uint64_t unit = static_cast<uint64_t>(size / kMillisecond);
    if (rest < unit) return;
    out += std::to_string(rest / unit) + name;
    rest %= unit;
  };
  take("d", kDay);
  take("h", kHour);
  take("m", kMinute);
  take("s", kSecond);
  take("ms", kMillisecond);
  return out;
}

std::optional<DurationNs> ParseDuration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  DurationNs total = 0;
  while (!text.empty()) {
    int64_t count = 0;
    size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9';
         ++digits) {
      if (__builtin_mul_overflow(count, int64_t{10}, &count) ||
          __builtin_add_overflow(count, int64_t{text[digits] - '0'}, &count)) {
        return std::nullopt;
      }
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    const DurationUnit* found = nullptr;
    for (const DurationUnit& unit : kUnits) {
      if (found == nullptr && text.starts_with(unit.name)) found = &unit;
    }
    if (found == nullptr ||
        __builtin_mul_overflow(count, found->size, &count) ||
        __builtin_add_overflow(total, count, &total)) {
      return std::nullopt;
    }
    text.remove_prefix(std::string_view(found->name).size());
  }
  return total;
}

std::optional<TimeNs> ParseRfc3339(std::string_view text, bool zone_optional) {
  const std::optional<int64_t> days = TakeDate(&text);
  if (!days) return std::nullopt;
  if (!Take(&text, 'T') && !Take(&text, 't') && !Take(&text, ' ')) {
    return std::nullopt;
  }
  const int hour = TakeDigits(&text, 2);
  if (hour < 0 || hour > 23 || !Take(&text, ':')) return std::nullopt;
  const int minute = TakeDigits(&text, 2);
  if (minute < 0 || minute > 59 || !Take(&text, ':')) return std::nullopt;
  const int second = TakeDigits(&text, 2);
  // A leap second counts as the second after it.
  if (second < 0 || second > 60) return std::nullopt;
  const std::optional<DurationNs> fraction = TakeFraction(&text);
  if (!fraction) return std::nullopt;
  DurationNs offset = 0;
  if (!text.empty() || !zone_optional) {
    const std::optional<DurationNs> zone = TakeZone(&text);
    if (!zone || !text.empty()) return std::nullopt;
    offset = *zone;
  }
  const int64_t seconds = hour * int64_t{3'600} + minute * 60 + second;
  return Assemble(*days, seconds - offset / kSecond, *fraction);
}

std::optional<TimeNs> ParseInstant(std::string_view text) {
  std::string_view rest = text;
  const std::optional<int64_t> days = TakeDate(&rest);
  if (days && rest.empty()) return Assemble(*days, 0, 0);
  return ParseRfc3339(text);
}

}  // namespace tocsin
