// SPDX-License-Identifier: Apache-2.0
#include "connectors/registry.h"

#include <set>

#include <catch2/catch_test_macros.hpp>

#include "connectors/file.h"
#include "tests/connectors/temp_folder.h"

namespace tocsin::connectors {
namespace {

void NoLog(int, const std::string&) {}

TEST_CASE("Registry: every row has a name of its own and is whole") {
  std::set<std::string> names;
  for (const Connector& row : Connectors()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(FindConnector(row.name) == &row);
    // What can be configured can be opened, and the reverse.
    CHECK(row.input.empty() == (row.open_input == nullptr));
    CHECK(row.input.empty() == (row.topics == nullptr));
    CHECK(row.output.empty() == (row.open_output == nullptr));
    for (const auto& rows : {row.input, row.output}) {
      std::set<std::string> settings;
      for (const SettingRow& setting : rows) {
        CHECK(settings.insert(setting.name).second);
      }
    }
  }
  CHECK(names == std::set<std::string>{"file", "kafka"});
  CHECK(FindConnector("carrier-pigeon") == nullptr);
}

TEST_CASE("Registry: settings that are not there have a plain default") {
  Settings settings;
  settings.texts["group"] = "soc";
  CHECK(settings.Text("group", "tocsin") == "soc");
  CHECK(settings.Text("start", "earliest") == "earliest");
  CHECK(settings.List("topics").empty());
  CHECK(settings.Map("properties").empty());
  CHECK_FALSE(settings.Bool("follow"));
}

TEST_CASE("Registry: a file's topic is its name without folder and endings") {
  CHECK(FileTopic("/var/log/auth.log") == "auth");
  CHECK(FileTopic("events.2026.ndjson.gz") == "events");
  CHECK(FileTopic("plain") == "plain");
  CHECK(FileTopic("/tmp/.hidden.log") == ".hidden");
  CHECK(FileTopic("-") == "-");
}

TEST_CASE("Registry: the kafka row reads its topics and names a wrong start") {
  const Connector* kafka = FindConnector("kafka");
  REQUIRE(kafka != nullptr);
  InputRequest request;
  request.name = "win";
  request.settings.texts = {{"brokers", "127.0.0.1:1"}, {"start", "middle"}};
  request.settings.lists = {{"topics", {"a", "b"}}};
  request.inputs = {InputId{0}, InputId{1}};
  request.log = &NoLog;
  CHECK(kafka->topics(request.settings) == std::vector<std::string>{"a", "b"});
  const Status refused = kafka->open_input(request).status();
  CHECK(absl::IsInvalidArgument(refused));
  CHECK(Message(refused).find("win") != std::string::npos);
  CHECK(Message(refused).find("middle") != std::string::npos);
  request.settings.texts["start"] = "latest";
  CHECK(kafka->open_input(request).ok());
}

TEST_CASE("Registry: the file rows open what the settings name") {
  const TempFolder folder;
  const Connector* file = FindConnector("file");
  REQUIRE(file != nullptr);
  OutputRequest output;
  output.settings.texts["path"] = folder / "out.ndjson";
  output.log = &NoLog;
  {
    auto sink = file->open_output(output);
    REQUIRE(sink.ok());
    REQUIRE((*sink)->Write({"", "{\"a\":1}", {}}).ok());
    REQUIRE((*sink)->Flush().ok());
  }
  InputRequest input;
  input.name = "auth";
  input.settings.texts["path"] = folder / "out.ndjson";
  input.settings.bools["follow"] = true;
  input.inputs = {InputId{7}};
  input.state = folder.path().string();
  input.log = &NoLog;
  CHECK(file->topics(input.settings) == std::vector<std::string>{"out"});
  auto source = file->open_input(input);
  REQUIRE(source.ok());
  REQUIRE((*source)->Start({}).ok());
  Batch batch;
  REQUIRE((*source)->Poll(0, 10, 1000, &batch).ok());
  REQUIRE(batch.messages.size() == 1);
  CHECK(batch.messages[0].partition.input == InputId{7});
  CHECK_FALSE((*source)->finished());
  CHECK(ReadFile(folder / "auth.journal") != "");

  // Bounded, the same settings end at the end.
  input.bounded = true;
  input.state.clear();
  auto once = file->open_input(input);
  REQUIRE(once.ok());
  REQUIRE((*once)->Start({}).ok());
  batch.Clear();
  REQUIRE((*once)->Poll(0, 10, 1000, &batch).ok());
  CHECK((*once)->finished());
  CHECK((*once)->Partitions()[0].ended);
}

}  // namespace
}  // namespace tocsin::connectors
