// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/inputs.h"

#include <filesystem>
#include <iostream>
#include <utility>

#include "engine/pipeline/combined_source.h"

namespace tocsin {

StatusOr<OpenedInputs> OpenInputs(const Config& config, bool bounded,
                                  const connectors::LogFunction& log) {
  OpenedInputs opened;
  std::vector<CombinedSource::Member> members;
  for (const InputConfig& input : config.inputs) {
    connectors::InputRequest request;
    request.settings = input.settings;
    request.name = input.info.name;
    request.bounded = bounded;
    request.state = bounded ? "" : config.state;
    request.event_bytes = static_cast<size_t>(config.limits.event_bytes);
    request.log = log;
    for (const std::string& topic : input.connector->topics(input.settings)) {
      request.inputs.push_back(
          InputId{static_cast<uint32_t>(opened.inputs.size())});
      opened.inputs.push_back(input.info);
      opened.inputs.back().topic = topic;
    }
    CombinedSource::Member member;
    member.inputs = request.inputs;
    ASSIGN_OR_RETURN(member.source, input.connector->open_input(request));
    members.push_back(std::move(member));
  }
  if (members.size() == 1) {
    opened.source = std::move(members[0].source);
  } else {
    opened.source = std::make_unique<CombinedSource>(std::move(members));
  }
  return opened;
}

namespace {

std::string NameOf(const std::string& path, const Config& config) {
  const std::string name = std::filesystem::path(path).filename().string();
  for (const InputConfig& other : config.inputs) {
    if (other.info.name == name) return path;
  }
  return name;
}

}  // namespace

Config ConfigOfFiles(const std::vector<std::string>& paths, Format format,
                     DurationNs disorder) {
  Config config;
  for (const std::string& path : paths) {
    InputConfig input;
    input.connector = connectors::FindConnector("file");
    input.settings.texts["path"] = path;
    // Evidence names a file without its folder, so that ids do not change when
    // it is moved; two files of one name keep their folders.
    input.info.name = NameOf(path, config);
    input.info.format = format;
    input.info.disorder = disorder;
    input.info.idle_after = kMaxTime;
    config.inputs.push_back(std::move(input));
  }
  return config;
}

void LogToStderr(int level, const std::string& text) {
  constexpr int kWarning = 4;  // syslog's
  if (level <= kWarning) std::cerr << "tocsin: " << text << "\n";
}

}  // namespace tocsin
