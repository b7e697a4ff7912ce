// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/severity.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

VerisRecord Stated(std::string_view path, std::string_view word) {
  VerisRecord record;
  record.Add(path, word);
  return record;
}

TEST_CASE("Severity: the level decides where nothing else is stated") {
  CHECK(SeverityOf(Level::kCritical, {}) == Severity::kSev1);
  CHECK(SeverityOf(Level::kHigh, {}) == Severity::kSev2);
  CHECK(SeverityOf(Level::kMedium, {}) == Severity::kSev3);
  CHECK(SeverityOf(Level::kLow, {}) == Severity::kSev3);
  CHECK(SeverityOf(Level::kInformational, {}) == Severity::kSev3);
}

TEST_CASE("Severity: a stated impact raises and lowers") {
  const auto impact = [](Level level, std::string_view word) {
    return SeverityOf(level, Stated("impact.overall_rating", word));
  };
  CHECK(impact(Level::kLow, "Catastrophic") == Severity::kSev1);
  CHECK(impact(Level::kLow, "Damaging") == Severity::kSev1);
  CHECK(impact(Level::kLow, "Painful") == Severity::kSev2);
  CHECK(impact(Level::kCritical, "Painful") == Severity::kSev1);
  CHECK(impact(Level::kHigh, "Distracting") == Severity::kSev2);
  CHECK(impact(Level::kCritical, "Insignificant") == Severity::kSev2);
  CHECK(impact(Level::kHigh, "Insignificant") == Severity::kSev3);
  CHECK(impact(Level::kLow, "Insignificant") == Severity::kSev3);
  CHECK(impact(Level::kHigh, "Unknown") == Severity::kSev2);
}

TEST_CASE("Severity: disclosed data and ransomware are the worst") {
  constexpr std::string_view kDisclosure =
      "attribute.confidentiality.data_disclosure";
  CHECK(SeverityOf(Level::kLow, Stated(kDisclosure, "Yes")) == Severity::kSev1);
  CHECK(SeverityOf(Level::kHigh, Stated(kDisclosure, "Potentially")) ==
        Severity::kSev2);
  VerisRecord ransom = Stated("action.malware.variety", "Ransomware");
  ransom.Add("impact.overall_rating", "Insignificant");
  CHECK(SeverityOf(Level::kLow, ransom) == Severity::kSev1);
}

TEST_CASE("Severity: has the names that DESIGN.md promises") {
  CHECK(std::string_view(SeverityName(Severity::kSev1)) == "SEV1");
  CHECK(std::string_view(SeverityName(Severity::kSev2)) == "SEV2");
  CHECK(std::string_view(SeverityName(Severity::kSev3)) == "SEV3");
}

}  // namespace
}  // namespace tocsin
