// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/detector.h"

#include <array>
#include <variant>

namespace tocsin {
namespace {

using Make = std::unique_ptr<Detector> (*)(const DetectorContext&);

// By the alternative of Pattern.
constexpr std::array<Make, std::variant_size_v<Pattern>> kPatterns = {
    MakeEventDetector,
    MakeWindowDetector,
    MakeSequenceDetector,
    MakeSilenceDetector,
};

}  // namespace

std::unique_ptr<Detector> MakeDetector(const DetectorContext& context) {
  return kPatterns[context.of().pattern.index()](context);
}

bool NeedsStart(const Rule& rule) {
  const auto* silence = std::get_if<SilencePattern>(&rule.pattern);
  return silence != nullptr && silence->list.valid();
}

Seen SeenOf(const Turn& turn, uint32_t step, const Rule& rule,
            const Limits& limits) {
  return {turn.place.from, turn.time, step,
          BodyForEvidence(turn.bytes, *turn.body, rule, limits)};
}

}  // namespace tocsin
