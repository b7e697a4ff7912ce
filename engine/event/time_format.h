// SPDX-License-Identifier: Apache-2.0
//
// TimeFormat: `time PATH as FORMAT in ZONE` of a source. The format is that of
// strptime with Abseil's additions (%E*S reads fractions of a second, %Ez a
// zone like +01:00); a zone in the text wins over the declared one.
//
// A format without a year takes the year of the record's time (of a file: of
// its last writing), or the year before where that would lie more than a day
// later (a line of 31 December that was received in January). Without either,
// as on standard input, it is 1972, which has every day of the calendar.
//
// Errors: a zone that does not exist. Threads: immutable.
// Tested by: tests/engine/event/time_format_test.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin {

class TimeFormat {
 public:
  // `format` is not empty.
  static StatusOr<TimeFormat> Make(std::string_view format,
                                   std::string_view zone);

  // Nothing when the text does not fit the format. `record_time` may be
  // kMinTime.
  std::optional<TimeNs> Parse(std::string_view text, TimeNs record_time) const;

 private:
  std::optional<TimeNs> ParseIn(const std::string& format,
                                std::string_view text) const;

  std::string format_;
  absl::TimeZone zone_;
  bool has_year_ = true;
  bool plain_ = false;  // "%Y-%m-%d %H:%M:%E*S" in UTC: read without strptime
};

}  // namespace tocsin
