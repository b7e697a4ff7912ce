// SPDX-License-Identifier: Apache-2.0
#include "engine/base/time.h"

#include <random>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("Time: an instant is written with as many digits as it needs") {
  CHECK(FormatTime(0) == "1970-01-01T00:00:00Z");
  CHECK(FormatTime(1'767'571'200 * kSecond) == "2026-01-05T00:00:00Z");
  CHECK(FormatTime(250 * kMillisecond) == "1970-01-01T00:00:00.250Z");
  CHECK(FormatTime(1'500) == "1970-01-01T00:00:00.000001500Z");
  CHECK(FormatTime(2'000) == "1970-01-01T00:00:00.000002Z");
  CHECK(FormatTime(-1) == "1969-12-31T23:59:59.999999999Z");
  CHECK(FormatTime(kMinTime) == "1677-09-21T00:12:43.145224192Z");
  CHECK(FormatTime(kMaxTime) == "2262-04-11T23:47:16.854775807Z");
}

TEST_CASE("Time: RFC 3339 is read, in UTC and elsewhere") {
  CHECK(ParseRfc3339("2026-01-05T00:00:00Z") == 1'767'571'200 * kSecond);
  CHECK(ParseRfc3339("2026-01-05 00:00:00Z") == 1'767'571'200 * kSecond);
  CHECK(ParseRfc3339("2026-01-05t01:30:00.25+01:30") ==
        1'767'571'200 * kSecond + 250 * kMillisecond);
  CHECK(ParseRfc3339("2026-01-04T19:00:00-0500") == 1'767'571'200 * kSecond);
  CHECK(ParseRfc3339("1970-01-01T00:00:00.1234567899Z") == 123'456'789);
  CHECK(ParseRfc3339("2016-12-31T23:59:60Z") ==
        ParseRfc3339("2017-01-01T00:00:00Z"));
  CHECK(ParseRfc3339("2024-02-29T00:00:00Z"));
  CHECK(ParseRfc3339("2026-01-05T00:00:00", true) == 1'767'571'200 * kSecond);
}

TEST_CASE("Time: what is no RFC 3339 gives nothing") {
  for (const char* text :
       {"", "2026-01-05", "2026-01-05T00:00:00", "2026-1-05T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-05T24:00:00Z", "2026-01-05T00:60:00Z", "2026-01-05T00:00:61Z",
        "2026-01-05T00:00:00.Z", "2026-01-05T00:00:00Zx",
        "2026-01-05X00:00:00Z", "2026-01-05T00:00:00+1",
        "2026-01-05T00:00:00+01:6", "9999-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z", "2262-04-11T23:47:16.854775808Z"}) {
    INFO(text);
    CHECK_FALSE(ParseRfc3339(text));
  }
}

TEST_CASE("Time: every instant reads back from its text") {
  const uint64_t seed = 20'260'105;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    TimeNs time = static_cast<TimeNs>(random());
    if (i % 3 == 1) time -= time % kMillisecond;
    if (i % 3 == 2) time -= time % kSecond;
    const std::string text = FormatTime(time);
    INFO(text);
    REQUIRE(ParseRfc3339(text) == time);
  }
  CHECK(ParseRfc3339(FormatTime(kMinTime)) == kMinTime);
  CHECK(ParseRfc3339(FormatTime(kMaxTime)) == kMaxTime);
}

TEST_CASE("Time: dates are instants at midnight") {
  CHECK(ParseInstant("2026-01-05") == 1'767'571'200 * kSecond);
  CHECK(ParseInstant("2026-01-05T00:00:01Z") == 1'767'571'201 * kSecond);
  CHECK_FALSE(ParseInstant("2026-01-32"));
  CHECK_FALSE(ParseInstant("2026-01-05T"));
  CHECK(DaysFromCivil(1970, 1, 1) == 0);
  CHECK(DaysFromCivil(2000, 3, 1) == 11'017);
  CHECK(YearOf(-1) == 1969);
}

TEST_CASE("Time: durations are written and read in the language's form") {
  CHECK(FormatDuration(0) == "0s");
  CHECK(FormatDuration(5 * kMinute) == "5m");
  CHECK(FormatDuration(90 * kMinute) == "1h30m");
  CHECK(FormatDuration(250 * kMillisecond) == "250ms");
  CHECK(FormatDuration(kWeek) == "7d");
  CHECK(FormatDuration(-kHour) == "-1h");
  CHECK(FormatDuration(kMillisecond - 1) == "0s");
  CHECK(ParseDuration("1h30m") == 90 * kMinute);
  CHECK(ParseDuration("2w") == 2 * kWeek);
  CHECK(ParseDuration("1m1ms") == kMinute + kMillisecond);
  CHECK(ParseDuration("0s") == 0);
  for (const char* text : {"", "5", "m", "5 m", "-5m", "5y", "5mm", "1.5h",
                           "99999999999999999999s", "300000w"}) {
    INFO(text);
    CHECK_FALSE(ParseDuration(text));
  }
  for (const DurationNs duration : {kDay + kMillisecond, 61 * kSecond,
                                    kMaxTime / kMillisecond * kMillisecond}) {
    CHECK(ParseDuration(FormatDuration(duration)) == duration);
  }
}

TEST_CASE("Time: sums stop at the ends and quotients round down") {
  CHECK(AddSaturating(kMaxTime, 1) == kMaxTime);
  CHECK(AddSaturating(kMinTime, -1) == kMinTime);
  CHECK(SubSaturating(kMinTime, 1) == kMinTime);
  CHECK(SubSaturating(kMaxTime, -1) == kMaxTime);
  CHECK(AddSaturating(1, 2) == 3);
  CHECK(FloorDiv(-1, kSecond) == -1);
  CHECK(FloorDiv(-kSecond, kSecond) == -1);
  CHECK(FloorDiv(kSecond - 1, kSecond) == 0);
}

}  // namespace
}  // namespace tocsin
