// SPDX-License-Identifier: Apache-2.0
#include "engine/event/time_format.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

std::string Read(const char* format, const char* zone, std::string_view text,
                 std::string_view record = "") {
  const auto made = TimeFormat::Make(format, zone);
  REQUIRE(made.ok());
  const auto received = ParseRfc3339(record);
  const auto time = made->Parse(text, received ? *received : kMinTime);
  return time ? FormatTime(*time) : "none";
}

TEST_CASE("a time is read in its format and zone") {
  CHECK(Read("%Y-%m-%d %H:%M:%E*S", "UTC", "2026-01-05 10:00:00.123") ==
        "2026-01-05T10:00:00.123Z");
  CHECK(Read("%Y-%m-%d %H:%M:%E*S", "Europe/Madrid",
             "2026-07-05 10:00:00.123") == "2026-07-05T08:00:00.123Z");
  CHECK(Read("%d/%b/%Y:%H:%M:%S %Ez", "Europe/Madrid",
             "05/Jan/2026:10:00:00 -01:00") == "2026-01-05T11:00:00Z");
  CHECK(Read("%s", "UTC", "1767607200") == "2026-01-05T10:00:00Z");
}

TEST_CASE("what does not fit the format is no time") {
  for (const char* text :
       {"", "yesterday", "2026-01-05 10:00", "2026-13-05 10:00:00",
        "2026-01-05 10:00:00Z", "2026-01-05 10:00:00 trailing",
        "12026-01-05 10:00:00"}) {
    INFO(text);
    CHECK(Read("%Y-%m-%d %H:%M:%E*S", "UTC", text) == "none");
  }
  CHECK_FALSE(TimeFormat::Make("%Y", "Mars/Olympus").ok());
}

TEST_CASE("a format without a year takes the record's") {
  constexpr const char* kSyslog = "%b %e %H:%M:%S";
  CHECK(Read(kSyslog, "UTC", "Jan  5 00:00:59", "2026-11-25T00:00:00Z") ==
        "2026-01-05T00:00:59Z");
  CHECK(Read(kSyslog, "UTC", "Nov 25 13:00:00", "2026-11-25T00:00:00Z") ==
        "2026-11-25T13:00:00Z");
  // The last lines of a year arrive in the next one.
  CHECK(Read(kSyslog, "UTC", "Dec 31 23:59:58", "2026-01-01T00:00:03Z") ==
        "2025-12-31T23:59:58Z");
  CHECK(Read(kSyslog, "UTC", "Feb 29 01:00:00", "2024-03-01T00:00:00Z") ==
        "2024-02-29T01:00:00Z");
  CHECK(Read(kSyslog, "UTC", "Feb 29 01:00:00", "2026-03-01T00:00:00Z") ==
        "none");
  CHECK(Read(kSyslog, "UTC", "Feb 29 01:00:00") == "1972-02-29T01:00:00Z");
  CHECK(Read(kSyslog, "UTC", "no time", "2026-03-01T00:00:00Z") == "none");
}

}  // namespace
}  // namespace tocsin
