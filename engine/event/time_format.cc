// SPDX-License-Identifier: Apache-2.0
#include "engine/event/time_format.h"

#include <algorithm>

namespace tocsin {
namespace {

constexpr int64_t kYearWithoutRecord = 1972;
constexpr std::string_view kPlain = "%Y-%m-%d %H:%M:%E*S";

absl::string_view Abseil(std::string_view text) {
  return {text.data(), text.size()};
}

// Does the format read a year? Words like %F and %s hold one.
bool ReadsYear(std::string_view format) {
  for (size_t i = 0; i + 1 < format.size(); ++i) {
    if (format[i] != '%') continue;
    ++i;
    while (i + 1 < format.size() && (format[i] == 'E' || format[i] == 'O' ||
                                     (format[i] >= '0' && format[i] <= '9'))) {
      ++i;
    }
    if (std::string_view("YyCGgscDFx+").find(format[i]) !=
        std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// "2026-01-05 10:00:00.123": digits and signs, no zone behind.
bool LooksPlain(std::string_view text) {
  return text.size() >= 19 && text[10] == ' ' &&
         std::all_of(text.begin() + 11, text.end(), [](char c) {
           return (c >= '0' && c <= '9') || c == ':' || c == '.';
         });
}

}  // namespace

StatusOr<TimeFormat> TimeFormat::Make(std::string_view format,
                                      std::string_view zone) {
  TimeFormat made;
  if (!absl::LoadTimeZone(Abseil(zone), &made.zone_)) {
    return NotFound(StrCat("no time zone ", zone));
  }
  made.format_ = format;
  made.has_year_ = ReadsYear(format);
  made.plain_ = format == kPlain && zone == "UTC";
  return made;
}

std::optional<TimeNs> TimeFormat::ParseIn(const std::string& format,
                                          std::string_view text) const {
  absl::Time time;
  if (!absl::ParseTime(Abseil(format), Abseil(text), zone_, &time, nullptr)) {
    return std::nullopt;
  }
  // What 64 bits of nanoseconds do not hold stops at their ends.
  const int64_t nanoseconds = absl::ToUnixNanos(time);
  if (nanoseconds == kMinTime || nanoseconds == kMaxTime) return std::nullopt;
  return nanoseconds;
}

std::optional<TimeNs> TimeFormat::Parse(std::string_view text,
                                        TimeNs record_time) const {
  if (plain_ && LooksPlain(text)) {
    if (const auto time = ParseRfc3339(text, true)) return time;
  }
  if (has_year_) return ParseIn(format_, text);
  const bool recorded = record_time != kMinTime;
  const int64_t year = recorded ? YearOf(record_time) : kYearWithoutRecord;
  const std::string format = "%Y " + format_;
  const auto in_year = [&](int64_t wanted) {
    return ParseIn(format, StrCat(wanted, " ", text));
  };
  const std::optional<TimeNs> time = in_year(year);
  if (!recorded) return time;
  if (time && *time <= AddSaturating(record_time, kDay)) return time;
  return in_year(year - 1);
}

}  // namespace tocsin
