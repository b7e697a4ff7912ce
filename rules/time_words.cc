// SPDX-License-Identifier: Apache-2.0
#include "rules/time_words.h"

#include <absl/strings/string_view.h>
#include <absl/time/time.h>

#include <string_view>

#include "engine/base/status.h"

namespace tocsin::rules {
namespace {

absl::string_view Abseil(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

bool CheckTimeZone(Lowering* lowering, const std::string& zone, Span at) {
  absl::TimeZone found;
  if (absl::LoadTimeZone(Abseil(zone), &found)) return true;
  lowering->Add("E250", at, StrCat("no time zone '", zone, "'"))
      .Help("write a name of the IANA database: \"Europe/Madrid\", \"UTC\"");
  return false;
}

// A format is good when it reads what it writes.
bool CheckTimeFormat(Lowering* lowering, const std::string& format, Span at) {
  constexpr int64_t kSomeDay = 1'767'571'200;
  const std::string sample = absl::FormatTime(
      Abseil(format), absl::FromUnixSeconds(kSomeDay), absl::UTCTimeZone());
  absl::Time time;
  std::string error;
  if (format.find('%') != std::string::npos &&
      absl::ParseTime(Abseil(format), sample, absl::UTCTimeZone(), &time,
                      &error)) {
    return true;
  }
  lowering->Add("E250", at, "this is no format of a time")
      .Help(
          "write it with strftime's letters: \"%Y-%m-%d %H:%M:%E*S\"; leave "
          "it out for RFC 3339 and seconds since 1970");
  return false;
}

}  // namespace tocsin::rules
