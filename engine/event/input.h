// SPDX-License-Identifier: Apache-2.0
//
// InputInfo: what stages need to know of an input (one topic of one entry
// under `inputs:`), by InputId. Durations are event time.
#pragma once

#include <string>
#include <vector>

#include "engine/base/time.h"

namespace tocsin {

enum class Format : uint8_t { kNdjson, kText };

struct InputInfo {
  std::string name;   // evidence: `input`
  std::string topic;  // tocsin.topic; a file's name without folder and endings
  Format format = Format::kNdjson;
  DurationNs disorder = 10 * kSecond;
  DurationNs lateness = kHour;
  DurationNs ahead = 5 * kSecond;
  DurationNs idle_after = 60 * kSecond;  // kMaxTime: never
  std::vector<std::string> identity;     // field paths; empty: coordinates
};
using Inputs = std::vector<InputInfo>;  // by InputId

}  // namespace tocsin
