// SPDX-License-Identifier: Apache-2.0
//
// Registry: the table of connectors. Adding one is its own file (or two) and
// one row in registry.cc: configuration, `run --check`, help and wiring read
// the row.
//
// Threads: the table is constant; what it opens says for itself.
// Tested by: tests/connectors/registry_test.cc
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pipeline/ports.h"

namespace tocsin::connectors {

enum class SettingKind { kText, kList, kMap, kBool, kPath };

// One key under the connector's name in the configuration.
struct SettingRow {
  const char* name;
  SettingKind kind;
  bool required;
};

// The keys as read, already checked against the rows.
struct Settings {
  std::map<std::string, std::string> texts;  // kText, kPath
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, std::map<std::string, std::string>> maps;
  std::map<std::string, bool> bools;

  std::string Text(const std::string& name,
                   const std::string& otherwise = "") const;
  std::vector<std::string> List(const std::string& name) const;
  std::map<std::string, std::string> Map(const std::string& name) const;
  bool Bool(const std::string& name) const;
};

// Level as syslog has it (3 error, 4 warning, 6 info), and the text.
using LogFunction = std::function<void(int level, const std::string& text)>;

struct InputRequest {
  Settings settings;
  std::string name;             // of the input
  std::vector<InputId> inputs;  // one per topic, in order of Topics()
  bool bounded = false;         // replay: end at what is the end now
  std::string state;            // folder for journals; "": keep none
  size_t event_bytes = 1 << 20;
  LogFunction log;
};

struct OutputRequest {
  Settings settings;
  LogFunction log;
};

struct Connector {
  const char* name;
  std::span<const SettingRow> input;   // empty: no inputs
  std::span<const SettingRow> output;  // empty: no outputs
  // The topics an input reads; each becomes an InputId.
  std::vector<std::string> (*topics)(const Settings& settings) = nullptr;
  StatusOr<std::unique_ptr<MessageSource>> (*open_input)(
      const InputRequest& request) = nullptr;
  StatusOr<std::unique_ptr<RecordSink>> (*open_output)(
      const OutputRequest& request) = nullptr;
};

std::span<const Connector> Connectors();
// nullptr when there is none of that name.
const Connector* FindConnector(std::string_view name);

}  // namespace tocsin::connectors
