// SPDX-License-Identifier: Apache-2.0
//
// hour, weekday and timestamp. A time is nanoseconds since 1970, RFC 3339
// text, or an epoch number whose unit its size tells: below 10^11 seconds,
// 10^14 milliseconds, 10^17 microseconds, else nanoseconds.
#include <cmath>

#include "absl/time/time.h"
#include "engine/base/time.h"
#include "engine/plan/op/functions.h"

namespace tocsin {
namespace {

absl::string_view Abseil(std::string_view text) {
  return {text.data(), text.size()};
}

bool FindZone(const Value& name, absl::TimeZone* zone) {
  return name.is_text() && absl::LoadTimeZone(Abseil(name.text), zone);
}

// The civil time of `value` in the zone of args[1], UTC without one. Missing
// when the value is no time or the zone is unknown.
std::optional<absl::TimeZone::CivilInfo> CivilTime(CallArgs args) {
  const std::optional<TimeNs> time = TimeOf(args[0]);
  if (!time) return std::nullopt;
  absl::TimeZone zone = absl::UTCTimeZone();
  if (args.size() > 1 && !FindZone(args[1], &zone)) return std::nullopt;
  return zone.At(absl::FromUnixNanos(*time));
}

std::optional<TimeNs> FromEpoch(const Value& number) {
  const double size = std::fabs(number.AsDouble());
  const TimeNs unit = size < 1e11   ? kSecond
                      : size < 1e14 ? kMillisecond
                      : size < 1e17 ? 1'000
                                    : 1;
  if (number.kind == Kind::kInt) {
    TimeNs time = 0;
    if (__builtin_mul_overflow(number.integer, unit, &time))
      return std::nullopt;
    return time;
  }
  const double time = std::round(number.AsDouble() * static_cast<double>(unit));
  if (!(std::fabs(time) < 9.2e18)) return std::nullopt;
  return static_cast<TimeNs>(time);
}

}  // namespace

std::optional<TimeNs> TimeOf(const Value& value) {
  if (value.is_text()) {
    if (const auto time = ParseRfc3339(value.text)) return time;
  }
  const std::optional<Value> number = ToNumber(value);
  if (!number) return std::nullopt;
  return FromEpoch(*number);
}

std::optional<Value> HourOf(CallArgs args, TextPool*) {
  const auto civil = CivilTime(args);
  if (!civil) return std::nullopt;
  return Value::Int(civil->cs.hour());
}

// Monday is 1, Sunday 7 (ISO 8601).
std::optional<Value> WeekdayOf(CallArgs args, TextPool*) {
  const auto civil = CivilTime(args);
  if (!civil) return std::nullopt;
  return Value::Int(
      static_cast<int>(absl::GetWeekday(absl::CivilDay(civil->cs))) + 1);
}

// timestamp(value [, format [, zone]]): the format is that of `time .. as`.
std::optional<Value> Timestamp(CallArgs args, TextPool*) {
  if (args.size() == 1) {
    const std::optional<TimeNs> time = TimeOf(args[0]);
    if (!time) return std::nullopt;
    return Value::Int(*time);
  }
  if (!args[0].is_text() || !args[1].is_text()) return std::nullopt;
  absl::TimeZone zone = absl::UTCTimeZone();
  if (args.size() > 2 && !FindZone(args[2], &zone)) return std::nullopt;
  absl::Time time;
  if (!absl::ParseTime(Abseil(args[1].text), Abseil(args[0].text), zone, &time,
                       nullptr)) {
    return std::nullopt;
  }
  return Value::Int(absl::ToUnixNanos(time));
}

}  // namespace tocsin
