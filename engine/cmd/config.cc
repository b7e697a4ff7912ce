// SPDX-License-Identifier: Apache-2.0
//
// Reads the YAML by one table of keys per mapping: a key that no table names
// is an error that offers the nearest one. yaml-cpp's exceptions stay here.
#include "engine/cmd/config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace tocsin {
namespace {

namespace fs = std::filesystem;

struct Key {
  std::string name;
  std::function<void(const YAML::Node&)> read;
};

// Collects mistakes while reading on, so that one run shows all of them.
class Reader {
 public:
  Reader(std::string path, Environment environment)
      : path_(std::move(path)), environment_(environment) {}

  void Error(const YAML::Node& node, const std::string& message) {
    const YAML::Mark mark = node.Mark();
    errors_ += StrCat(path_, ":", mark.line + 1, ":", mark.column + 1,
                      ": error: ", message, "\n");
  }
  const std::string& errors() const { return errors_; }

  // Reads a mapping: every key must be one of `keys`.
  void Mapping(const YAML::Node& node, const std::string& what,
               const std::vector<Key>& keys) {
    if (!node.IsMap()) {
      Error(node, StrCat(what, " must be a mapping of ", Names(keys)));
      return;
    }
    for (const auto& entry : node) {
      const std::string name = entry.first.Scalar();
      const auto key =
          std::find_if(keys.begin(), keys.end(),
                       [&](const Key& row) { return row.name == name; });
      if (key == keys.end()) {
        Error(entry.first, StrCat("unknown key '", name, "' in ", what,
                                  "; it knows ", Names(keys)));
      } else {
        key->read(entry.second);
      }
    }
  }

  std::string Text(const YAML::Node& node) {
    if (!node.IsScalar()) {
      Error(node, "expected one value here");
      return "";
    }
    return Expand(node, node.Scalar());
  }

  std::vector<std::string> Texts(const YAML::Node& node) {
    std::vector<std::string> out;
    if (node.IsScalar()) return {Text(node)};
    if (!node.IsSequence()) Error(node, "expected a list of values");
    for (const auto& item : node) out.push_back(Text(item));
    return out;
  }

  bool Bool(const YAML::Node& node) {
    const std::string text = Text(node);
    if (text == "true") return true;
    if (text != "false") Error(node, "expected true or false");
    return false;
  }

  int64_t Int(const YAML::Node& node) {
    const std::string text = Text(node);
    char* end = nullptr;
    const long long value = std::strtoll(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || value < 0) {
      Error(node, StrCat("expected a whole number, not '", text, "'"));
      return 0;
    }
    return value;
  }

  DurationNs Duration(const YAML::Node& node) {
    const std::string text = Text(node);
    const std::optional<DurationNs> value = ParseDuration(text);
    if (!value) {
      Error(node,
            StrCat("'", text, "' is no duration; write 10s, 5m or 1h30m"));
      return 0;
    }
    return *value;
  }

  // A path, made absolute relative to the configuration file.
  std::string Path(const YAML::Node& node) {
    const std::string text = Text(node);
    if (text.empty() || text == "-") return text;
    const fs::path path(text);
    if (path.is_absolute()) return text;
    return (fs::path(path_).parent_path() / path).lexically_normal().string();
  }

  std::map<std::string, std::string> Map(const YAML::Node& node) {
    std::map<std::string, std::string> out;
    if (!node.IsMap()) {
      Error(node, "expected a mapping of names to values");
      return out;
    }
    for (const auto& entry : node) {
      out[entry.first.Scalar()] = Text(entry.second);
    }
    return out;
  }

 private:
  static std::string Names(const std::vector<Key>& keys) {
    std::string out;
    for (const Key& key : keys) {
      out += (out.empty() ? "" : ", ") + key.name;
    }
    return out;
  }

  // Replaces ${VAR} and ${file:PATH}; "$$" is one dollar sign.
  std::string Expand(const YAML::Node& node, const std::string& text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text.compare(i, 2, "$$") == 0) {
        out += '$';
        ++i;
      } else if (text.compare(i, 2, "${") == 0) {
        const size_t end = text.find('}', i);
        if (end == std::string::npos) {
          Error(node, "'${' without '}'; write $$ for a dollar sign");
          return out;
        }
        out += Lookup(node, text.substr(i + 2, end - i - 2));
        i = end;
      } else {
        out += text[i];
      }
    }
    return out;
  }

  std::string Lookup(const YAML::Node& node, const std::string& name) {
    if (name.starts_with("file:")) {
      std::ifstream in(name.substr(5));
      std::string line;
      if (!std::getline(in, line)) {
        Error(node, StrCat("cannot read a line from ", name.substr(5)));
      }
      return line;
    }
    const std::optional<std::string> value = environment_(name);
    if (!value)
      Error(node, StrCat("environment variable ", name, " is not set"));
    return value.value_or("");
  }

  std::string path_;
  Environment environment_;
  std::string errors_;
};

// Reads one connector's mapping by its rows. A file may be named by its path
// alone.
connectors::Settings ReadSettings(
    Reader* in, const YAML::Node& node, const std::string& name,
    std::span<const connectors::SettingRow> rows) {
  using connectors::SettingKind;
  connectors::Settings settings;
  if (node.IsScalar() && rows[0].kind == SettingKind::kPath) {
    settings.texts[rows[0].name] = in->Path(node);
    return settings;
  }
  std::vector<Key> keys;
  for (const connectors::SettingRow& row : rows) {
    keys.push_back({row.name, [&settings, &row, in](const YAML::Node& n) {
                      switch (row.kind) {
                        case SettingKind::kText:
                          settings.texts[row.name] = in->Text(n);
                          break;
                        case SettingKind::kPath:
                          settings.texts[row.name] = in->Path(n);
                          break;
                        case SettingKind::kList:
                          settings.lists[row.name] = in->Texts(n);
                          break;
                        case SettingKind::kMap:
                          settings.maps[row.name] = in->Map(n);
                          break;
                        case SettingKind::kBool:
                          settings.bools[row.name] = in->Bool(n);
                          break;
                      }
                    }});
  }
  in->Mapping(node, name, keys);
  for (const connectors::SettingRow& row : rows) {
    if (row.required && settings.Text(row.name).empty() &&
        settings.List(row.name).empty()) {
      in->Error(node, StrCat(name, " needs `", row.name, "`"));
    }
  }
  return settings;
}

DurationNs ReadIdleAfter(Reader* in, const YAML::Node& node) {
  if (node.IsScalar() && node.Scalar() == "never") return kMaxTime;
  return in->Duration(node);
}

Format ReadFormat(Reader* in, const YAML::Node& node) {
  const std::string text = in->Text(node);
  if (text == "text") return Format::kText;
  if (text != "ndjson") in->Error(node, "format is ndjson or text");
  return Format::kNdjson;
}

// Adds a key per connector that can be an input (or an output).
template <typename Target>
void AddConnectors(Reader* in, bool input, Target* target,
                   std::vector<Key>* keys) {
  for (const connectors::Connector& row : connectors::Connectors()) {
    const auto settings = input ? row.input : row.output;
    if (settings.empty()) continue;
    keys->push_back({row.name, [=, &row](const YAML::Node& n) {
                       if (target->connector != nullptr) {
                         in->Error(n, "only one connector can be named here");
                       }
                       target->connector = &row;
                       target->settings =
                           ReadSettings(in, n, row.name, settings);
                     }});
  }
}

InputConfig ReadInput(Reader* in, const YAML::Node& node) {
  InputConfig input;
  InputInfo& info = input.info;
  std::vector<Key> keys = {
      {"name", [&](const auto& n) { info.name = in->Text(n); }},
      {"format", [&](const auto& n) { info.format = ReadFormat(in, n); }},
      {"disorder", [&](const auto& n) { info.disorder = in->Duration(n); }},
      {"lateness", [&](const auto& n) { info.lateness = in->Duration(n); }},
      {"ahead", [&](const auto& n) { info.ahead = in->Duration(n); }},
      {"idle_after",
       [&](const auto& n) { info.idle_after = ReadIdleAfter(in, n); }},
      {"identity", [&](const auto& n) { info.identity = in->Texts(n); }}};
  AddConnectors(in, true, &input, &keys);
  in->Mapping(node, "an input", keys);
  if (info.name.empty()) in->Error(node, "an input needs `name`");
  if (input.connector == nullptr) {
    in->Error(node, "an input needs a connector, such as `kafka` or `file`");
  }
  return input;
}

OutputConfig ReadOutput(Reader* in, const YAML::Node& node) {
  OutputConfig output;
  std::vector<Key> keys;
  AddConnectors(in, false, &output, &keys);
  in->Mapping(node, "an output", keys);
  if (output.connector == nullptr) {
    in->Error(node, "an output needs a connector, such as `kafka` or `file`");
  }
  return output;
}

// What is named in the contract but has only one choice so far.
void ReadLog(Reader* in, const YAML::Node& node) {
  if (in->Text(node) != "file") in->Error(node, "log is `file`");
}

void ReadInputs(Reader* in, const YAML::Node& node, Config* config) {
  if (!node.IsSequence()) {
    in->Error(node, "inputs must be a list");
    return;
  }
  for (const auto& item : node) {
    InputConfig input = ReadInput(in, item);
    for (const InputConfig& other : config->inputs) {
      if (other.info.name == input.info.name) {
        in->Error(item, StrCat("two inputs are named '", input.info.name, "'"));
      }
    }
    config->inputs.push_back(std::move(input));
  }
}

void ReadLimits(Reader* in, const YAML::Node& node, Limits* limits) {
  if (!node.IsMap()) {
    in->Error(node, "limits must be a mapping of names to numbers");
    return;
  }
  for (const auto& entry : node) {
    const int64_t value = in->Int(entry.second);
    const Status set = SetLimit(entry.first.Scalar(), value, limits);
    if (!set.ok()) in->Error(entry.first, Message(set));
  }
}

void ReadRoot(Reader* in, const YAML::Node& root, Config* config) {
  const auto outputs = [&](const YAML::Node& n) {
    in->Mapping(
        n, "outputs",
        {{"findings",
          [&](const auto& m) { config->findings = ReadOutput(in, m); }},
         {"incidents",
          [&](const auto& m) { config->incidents = ReadOutput(in, m); }},
         {"dead_letters",
          [&](const auto& m) { config->dead_letters = ReadOutput(in, m); }}});
  };
  const auto rules = [&](const YAML::Node& n) {
    for (const auto& item : n) config->rules.push_back(in->Path(item));
    if (!n.IsSequence()) in->Error(n, "rules must be a list of paths");
  };
  const auto status = [&](const YAML::Node& n) {
    in->Mapping(
        n, "status",
        {{"listen", [&](const auto& m) { config->listen = in->Text(m); }}});
  };
  in->Mapping(
      root, "the configuration",
      {{"inputs", [&](const auto& n) { ReadInputs(in, n, config); }},
       {"rules", rules},
       {"state", [&](const auto& n) { config->state = in->Path(n); }},
       {"outputs", outputs},
       {"status", status},
       {"workers",
        [&](const auto& n) { config->workers = static_cast<int>(in->Int(n)); }},
       {"log", [&](const auto& n) { ReadLog(in, n); }},
       {"constants", [&](const auto& n) { config->constants = in->Map(n); }},
       {"limits", [&](const auto& n) { ReadLimits(in, n, &config->limits); }}});
  if (!root.IsMap()) return;
  if (config->inputs.empty()) in->Error(root, "`inputs` needs at least one");
  if (config->rules.empty()) in->Error(root, "`rules` needs at least one path");
}

}  // namespace

std::optional<std::string> ProcessEnvironment(std::string_view variable) {
  const char* value = std::getenv(std::string(variable).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

StatusOr<Config> ParseConfig(const std::string& text, const std::string& path,
                             Environment environment) {
  Reader reader(path, environment);
  Config config;
  try {
    ReadRoot(&reader, YAML::Load(text), &config);
  } catch (const YAML::Exception& error) {
    return InvalidArgument(StrCat(path, ":", error.mark.line + 1, ":",
                                  error.mark.column + 1, ": error: ", error.msg,
                                  "\n"));
  }
  if (!reader.errors().empty()) return InvalidArgument(reader.errors());
  return config;
}

StatusOr<Config> LoadConfig(const std::string& path, Environment environment) {
  std::ifstream in(path);
  if (!in) return NotFound(StrCat("cannot read configuration ", path));
  std::ostringstream text;
  text << in.rdbuf();
  return ParseConfig(text.str(), path, environment);
}

}  // namespace tocsin
