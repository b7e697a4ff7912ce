// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/command.h"

#include <iostream>

namespace tocsin {
namespace {

constexpr Command kCommands[] = {
    {"fmt", "PATH... [--check]", "format rule files", &RunFmt},
    {"check", "PATH... [--json]", "compile rules and report every mistake",
     &RunCheck},
    {"test", "PATH...", "run the tests inside rule files", &RunTest},
    {"replay", "--rules PATH... --events FILE | --config FILE",
     "run rules over recorded events", &RunReplay},
    {"run", "--config FILE [--check]", "the daemon", &RunRun},
    {"bench", "--rules PATH... --events FILE",
     "what a rule set costs per event", &RunBench},
    {"explain", "--rules PATH... --rule NAME [--events FILE]",
     "why a rule fired, or did not", &RunExplain},
    {"show", "[FILE]", "incidents (NDJSON) as a table", &RunShow},
};

}  // namespace

std::span<const Command> Commands() { return kCommands; }

int CannotRun(const Status& status) {
  std::cerr << "tocsin: " << Message(status) << "\n";
  return kExitCannotRun;
}

}  // namespace tocsin
