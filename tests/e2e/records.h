// SPDX-License-Identifier: Apache-2.0
//
// Records: what the program wrote about findings and incidents, by id.
//
// Threads: pure functions. Tested by: tests/e2e/kill_test.cc
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace tocsin::testing {

// A text or number of a JSON object, as text; "" where there is none.
std::string FieldOf(const std::string& json, const char* name);

// Lines by `finding_id` with their time <= `until`. Two different lines of one
// id fail the test; `repeats` counts equal ones.
std::map<std::string, std::string> FindingsById(
    const std::vector<std::string>& lines, TimeNs until, size_t* repeats);

// The last revision of each incident, by `incident_id`. Of one revision all
// copies must be equal.
std::map<std::string, std::string> LastRevisions(
    const std::vector<std::string>& lines);

// What differs between two such maps, in words; "" when nothing does.
std::string Differences(const std::map<std::string, std::string>& wanted,
                        const std::map<std::string, std::string>& got);

}  // namespace tocsin::testing
