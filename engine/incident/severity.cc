// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/severity.h"

#include <algorithm>

namespace tocsin {
namespace {

Severity OfLevel(Level level) {
  switch (level) {
    case Level::kCritical:
      return Severity::kSev1;
    case Level::kHigh:
      return Severity::kSev2;
    case Level::kMedium:
    case Level::kLow:
    case Level::kInformational:
      break;
  }
  return Severity::kSev3;
}

}  // namespace

const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kSev1:
      return "SEV1";
    case Severity::kSev2:
      return "SEV2";
    case Severity::kSev3:
      break;
  }
  return "SEV3";
}

Severity SeverityOf(Level level, const VerisRecord& stated) {
  const auto impact = [&stated](std::string_view word) {
    return stated.Has("impact.overall_rating", word);
  };
  if (impact("Catastrophic") || impact("Damaging") ||
      stated.Has("attribute.confidentiality.data_disclosure", "Yes") ||
      stated.Has("action.malware.variety", "Ransomware")) {
    return Severity::kSev1;
  }
  const Severity severity = OfLevel(level);
  if (impact("Painful")) return std::min(severity, Severity::kSev2);
  if (!impact("Insignificant")) return severity;
  return severity == Severity::kSev1 ? Severity::kSev2 : Severity::kSev3;
}

}  // namespace tocsin
