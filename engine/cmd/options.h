// SPDX-License-Identifier: Apache-2.0
//
// Options: what a command takes, with its help. Hides CLI11, whose templates
// would cost every command's file its compile time.
//
//   Options options("check", kAbout, kExamples);
//   options.Texts("paths", &paths, "rule files and folders").Required();
//   options.Flag("--json", &json, "as one JSON document");
//   int exit_code = kExitOk;
//   if (!options.Parse(arguments, &exit_code)) return exit_code;
//
// Names begin with a dash, others are positional. A variable keeps what it was
// where its option is not given; it outlives the call of Parse().
// Threads: main thread only. Tested by: tests/engine/cmd/command_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/cmd/command.h"

namespace tocsin {

class Options {
 public:
  Options(const char* command, const char* about, const char* examples);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  Options& Text(const char* name, std::string* value, const char* help);
  Options& Texts(const char* name, std::vector<std::string>* values,
                 const char* help);
  Options& Choice(const char* name, std::string* value,
                  const std::vector<std::string>& values, const char* help);
  Options& Number(const char* name, int* value, int least, int most,
                  const char* help);
  Options& Flag(const char* name, bool* value, const char* help);

  // Of the option that was added last.
  Options& Required();
  Options& Excludes(const char* other);

  // False: the process should end with `*exit_code` (help was asked for, or
  // the use was wrong; either has been printed).
  bool Parse(const Arguments& arguments, int* exit_code);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin
