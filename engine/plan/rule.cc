// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/rule.h"

namespace tocsin {

const char* LevelName(Level level) {
  switch (level) {
    case Level::kInformational:
      return "informational";
    case Level::kLow:
      return "low";
    case Level::kMedium:
      return "medium";
    case Level::kHigh:
      return "high";
    case Level::kCritical:
      return "critical";
  }
  return "";
}

const char* MeasureKindName(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::kCount:
      return "count";
    case MeasureKind::kDistinct:
      return "distinct";
    case MeasureKind::kSum:
      return "sum";
    case MeasureKind::kAvg:
      return "avg";
    case MeasureKind::kMin:
      return "min";
    case MeasureKind::kMax:
      return "max";
  }
  return "";
}

std::string Rule::MeasureText(const Measure& measure) const {
  std::string text = MeasureKindName(measure.kind);
  const char* separator = " ";
  for (const uint32_t capture : measure.captures) {
    text += separator;
    text += captures[capture].name;
    separator = ", ";
  }
  const std::string& test = tests[measure.test].name;
  if (!test.empty()) text += " of " + test;
  return text;
}

}  // namespace tocsin
