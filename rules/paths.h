// SPDX-License-Identifier: Apache-2.0
//
// Paths: which rule files the arguments of a command mean, and their text.
//
// Threads: pure functions over the file system.
// Tested by: tests/rules/compile_test.cc
#pragma once

#include <string>
#include <vector>

#include "engine/base/status.h"

namespace tocsin::rules {

// A Sigma file, by its ending.
bool IsSigma(const std::string& path);

// The files that `paths` mean: a folder is read recursively for *.rule, *.yml
// and *.yaml, in the order of the bytes of their paths; each file once.
// NotFound: a path that does not exist, a folder without rule files.
StatusOr<std::vector<std::string>> RuleFiles(
    const std::vector<std::string>& paths);

StatusOr<std::string> ReadRuleFile(const std::string& path);

}  // namespace tocsin::rules
