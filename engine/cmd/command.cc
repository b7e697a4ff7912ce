// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/command.h"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

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
    {"bench", "--rules PATH... --events FILE", "what a rule set costs per event",
     &RunBench},
    {"explain", "--rules PATH... --rule NAME [--events FILE]",
     "why a rule fired, or did not", &RunExplain},
    {"show", "[FILE]", "incidents (NDJSON) as a table", &RunShow},
};

}  // namespace

std::span<const Command> Commands() { return kCommands; }

bool ParseArguments(CLI::App* app, const Arguments& arguments,
                    int* exit_code) {
  Arguments reversed(arguments.rbegin(), arguments.rend());
  try {
    app->parse(reversed);
  } catch (const CLI::ParseError& error) {
    // Help is success; anything else is wrong use, with a word on it.
    const bool help = app->exit(error) == 0;
    *exit_code = help ? kExitOk : kExitUsage;
    return false;
  }
  *exit_code = kExitOk;
  return true;
}

int CannotRun(const Status& status) {
  std::cerr << "tocsin: " << Message(status) << "\n";
  return kExitCannotRun;
}

}  // namespace tocsin
