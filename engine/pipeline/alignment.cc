// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/alignment.h"

#include <algorithm>

namespace tocsin {
namespace {

// Hysteresis: hold from half full on, let go below a quarter.
constexpr double kHoldFill = 0.5;
constexpr double kReleaseFill = 0.25;

}  // namespace

const std::set<Partition>& Alignment::Update(
    const std::vector<Position>& positions, double buffer_fill) {
  TimeNs slowest = kMaxTime;
  for (const Position& position : positions) {
    if (!position.caught_up) slowest = std::min(slowest, position.watermark);
  }
  if (buffer_fill < kReleaseFill) held_.clear();
  if (buffer_fill < kHoldFill && held_.empty()) return held_;
  for (const Position& position : positions) {
    const bool ahead = slowest != kMaxTime && position.watermark != kMinTime &&
                       SubSaturating(position.watermark, kAhead) > slowest;
    if (!ahead) held_.erase(position.partition);
    if (ahead && buffer_fill >= kHoldFill) held_.insert(position.partition);
  }
  return held_;
}

}  // namespace tocsin
