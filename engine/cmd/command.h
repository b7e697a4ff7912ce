// SPDX-License-Identifier: Apache-2.0
//
// Command: the table of sub-commands. Adding one is one file with a Run
// function, its declaration here and its row in command.cc.
//
// Threads: main thread only. Tested by: tests/engine/cmd/command_test.cc
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tocsin {

// A contract: scripts depend on it.
enum ExitCode : int {
  kExitOk = 0,
  kExitDiagnostics = 1,  // diagnostics, or failed tests
  kExitUsage = 2,
  kExitCannotRun = 3,  // file, broker, disk
};

// Arguments after the command's name.
using Arguments = std::vector<std::string>;

struct Command {
  const char* name;
  const char* usage;    // "PATH... [--json]"
  const char* summary;  // one line
  int (*run)(const Arguments& arguments);
};

std::span<const Command> Commands();

// Prints "tocsin: MESSAGE" on stderr and gives kExitCannotRun.
int CannotRun(const Status& status);

int RunBench(const Arguments& arguments);
int RunCheck(const Arguments& arguments);
int RunExplain(const Arguments& arguments);
int RunFmt(const Arguments& arguments);
int RunReplay(const Arguments& arguments);
int RunRun(const Arguments& arguments);
int RunShow(const Arguments& arguments);
int RunTest(const Arguments& arguments);

}  // namespace tocsin
