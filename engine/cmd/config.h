// SPDX-License-Identifier: Apache-2.0
//
// Config: the daemon's YAML file (DESIGN.md "Command line and
// configuration"). Unknown keys are errors with line and column; `${VAR}` is
// replaced from the environment and `${file:PATH}` by a file's first line, for
// secrets. Relative paths are relative to the configuration file.
//
// Threads: a value. Tested by: tests/engine/cmd/config_test.cc
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/registry.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/event/input.h"

namespace tocsin {

// One entry under `inputs:`.
struct InputConfig {
  InputInfo info;  // its topic is filled in per topic
  const connectors::Connector* connector = nullptr;
  connectors::Settings settings;
};

// Where one kind of record goes; no connector: nowhere.
struct OutputConfig {
  const connectors::Connector* connector = nullptr;
  connectors::Settings settings;
};

struct Config {
  std::vector<InputConfig> inputs;
  std::vector<std::string> rules;
  std::string state;
  OutputConfig findings;
  OutputConfig incidents;
  OutputConfig dead_letters;
  std::optional<std::string> listen;  // status.listen
  int workers = 0;                    // 0: cores - 1, at least 1
  std::map<std::string, std::string> constants;
  Limits limits;
};

// `environment` looks a variable up; nullopt = not set.
using Environment = std::optional<std::string> (*)(std::string_view variable);
std::optional<std::string> ProcessEnvironment(std::string_view variable);

// InvalidArgument lists every mistake, one `file:line:col: error: ...` a line.
StatusOr<Config> LoadConfig(const std::string& path,
                            Environment environment = ProcessEnvironment);
StatusOr<Config> ParseConfig(const std::string& text, const std::string& path,
                             Environment environment = ProcessEnvironment);

}  // namespace tocsin
