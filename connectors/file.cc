// SPDX-License-Identifier: Apache-2.0
#include "connectors/file.h"

#include <filesystem>

#include "connectors/file_sink.h"
#include "connectors/file_source.h"

namespace tocsin::connectors {
namespace {

constexpr SettingRow kInput[] = {
    {"path", SettingKind::kPath, true},
    {"follow", SettingKind::kBool, false},
};
constexpr SettingRow kOutput[] = {
    {"path", SettingKind::kPath, true},
};

StatusOr<std::unique_ptr<MessageSource>> OpenInput(
    const InputRequest& request) {
  FileSourceOptions options;
  options.input = request.inputs[0];
  options.path = request.settings.Text("path");
  options.follow = request.settings.Bool("follow") && !request.bounded;
  options.line_limit = request.event_bytes;
  if (!request.state.empty()) {
    options.journal = request.state + "/" + request.name + ".journal";
  }
  return std::make_unique<FileSource>(options);
}

StatusOr<std::unique_ptr<RecordSink>> OpenOutput(const OutputRequest& request) {
  return OpenFileSink(request.settings.Text("path"), FileMode::kAppend);
}

}  // namespace

std::string FileTopic(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.substr(0, name.find('.', 1));
}

Connector FileConnector() {
  Connector row;
  row.name = "file";
  row.input = kInput;
  row.output = kOutput;
  row.topics = [](const Settings& settings) {
    return std::vector<std::string>{FileTopic(settings.Text("path"))};
  };
  row.open_input = &OpenInput;
  row.open_output = &OpenOutput;
  return row;
}

}  // namespace tocsin::connectors
