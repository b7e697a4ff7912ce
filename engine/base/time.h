// SPDX-License-Identifier: Apache-2.0
//
// Time: event time as nanoseconds since 1970-01-01T00:00Z, and durations.
//
// Threads: all functions are pure.
// Tested by: tests/engine/base/time_test.cc
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

using TimeNs = int64_t;      // nanoseconds since 1970-01-01T00:00Z
using DurationNs = int64_t;  // nanoseconds

inline constexpr TimeNs kMinTime = std::numeric_limits<TimeNs>::min();
inline constexpr TimeNs kMaxTime = std::numeric_limits<TimeNs>::max();
inline constexpr DurationNs kMillisecond = 1'000'000;
inline constexpr DurationNs kSecond = 1'000 * kMillisecond;
inline constexpr DurationNs kMinute = 60 * kSecond;
inline constexpr DurationNs kHour = 60 * kMinute;
inline constexpr DurationNs kDay = 24 * kHour;
inline constexpr DurationNs kWeek = 7 * kDay;

// a + b and a - b that stop at kMinTime and kMaxTime instead of wrapping.
constexpr TimeNs AddSaturating(TimeNs a, DurationNs b) {
  TimeNs sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return b < 0 ? kMinTime : kMaxTime;
  return sum;
}
constexpr TimeNs SubSaturating(TimeNs a, DurationNs b) {
  TimeNs difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) {
    return b < 0 ? kMaxTime : kMinTime;
  }
  return difference;
}

// Quotient rounded towards minus infinity; `divisor` > 0.
constexpr int64_t FloorDiv(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Days from 1970-01-01 to a date of the Gregorian calendar.
int64_t DaysFromCivil(int64_t year, int month, int day);
// Does the calendar have this day?
bool ValidDate(int64_t year, int month, int day);
// The year in UTC.
int64_t YearOf(TimeNs time);

// RFC 3339 in UTC with as many of 0, 3, 6 or 9 fraction digits as needed:
// "2026-01-05T00:00:00Z", "2026-01-05T00:00:00.250Z".
std::string FormatTime(TimeNs time);

// "5m", "1h30m", "250ms", "0s": the form that the rule language reads, in
// days and less; what is below a millisecond is dropped, "-" in front of a
// negative one (which the language does not read).
std::string FormatDuration(DurationNs duration);

// The reverse of FormatDuration; nothing when the text is no duration.
std::optional<DurationNs> ParseDuration(std::string_view text);

// RFC 3339 ("T" or a blank between date and time; the zone also as "+0100";
// optional only when `zone_optional`, then UTC); nothing when the text is
// something else or outside the years 1677 to 2262.
std::optional<TimeNs> ParseRfc3339(std::string_view text,
                                   bool zone_optional = false);

// A date at 00:00Z or an RFC 3339 time.
std::optional<TimeNs> ParseInstant(std::string_view text);

}  // namespace tocsin
