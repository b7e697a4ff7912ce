// SPDX-License-Identifier: Apache-2.0
//
// Severity: how urgently people have to act, a function of the level and of
// what the rules' `veris` blocks state, and of nothing else. VERIS itself has
// no severity before the impact is known; the steps are those that Atlassian
// publishes for incidents (1 critical, 2 major, 3 minor).
//
//   level critical                                             SEV1
//   level high                                                 SEV2
//   else                                                       SEV3
//   stated impact Catastrophic or Damaging, stated disclosure
//   Yes, stated malware Ransomware                             SEV1
//   stated impact Painful                                      at least SEV2
//   stated impact Insignificant, none of the above             one step lower
//
// What ATT&CK tags suggest does not count: it is a guess. The function's name
// is in each record; a change of the table changes the name.
//
// Threads: pure. Tested by: tests/engine/incident/severity_test.cc
#pragma once

#include <string_view>

#include "engine/incident/incident.h"
#include "engine/incident/veris_record.h"

namespace tocsin {

inline constexpr std::string_view kSeverityFunction = "tocsin-severity-1";

Severity SeverityOf(Level level, const VerisRecord& stated);

}  // namespace tocsin
