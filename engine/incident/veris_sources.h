// SPDX-License-Identifier: Apache-2.0
//
// What the log sources of a rule say about the assets, where that is honest: a
// web server's log is about a web application, a cloud's log about assets
// there. Most logs (Windows, firewalls, proxies) do not say what was attacked.
//
// Threads: pure. Tested by: tests/engine/incident/veris_test.cc
#pragma once

#include <vector>

#include "engine/plan/attack_table.h"
#include "engine/plan/plan.h"

namespace tocsin {

// Words that all of the rule's sources agree on.
std::vector<VerisWord> WordsOfSources(const Rule& rule, const Plan& plan);

}  // namespace tocsin
