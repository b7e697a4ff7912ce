// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/config.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

std::optional<std::string> NoEnvironment(std::string_view) {
  return std::nullopt;
}

std::optional<std::string> TestEnvironment(std::string_view variable) {
  if (variable == "PASSWORD") return "hunter2";
  return std::nullopt;
}

constexpr const char* kFull = R"(
inputs:
  - {name: win, kafka: {brokers: "b:9092", topics: [events, more], group: g,
     start: latest, properties: {sasl.password: "${PASSWORD}"}},
     disorder: 3s, lateness: 2h, ahead: 1s, idle_after: never,
     identity: [host, RecordNumber]}
  - {name: auth, file: {path: logs/auth.log, follow: true}, format: text}
rules: [rules/, /etc/sigma]
state: state
outputs:
  findings:  {kafka: {brokers: "b:9092", topic: findings}}
  incidents: {file: out.ndjson}
status: {listen: "127.0.0.1:9464"}
workers: 3
log: file
constants: {spray_users: 30}
limits: {event_bytes: 2000}
)";

std::string ErrorOf(const std::string& text) {
  const StatusOr<Config> config = ParseConfig(text, "t.yaml", NoEnvironment);
  REQUIRE(!config.ok());
  CHECK(absl::IsInvalidArgument(config.status()));
  return Message(config.status());
}

bool Has(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

TEST_CASE("every key of the contract is read") {
  const StatusOr<Config> loaded =
      ParseConfig(kFull, "/etc/tocsin/t.yaml", TestEnvironment);
  INFO(loaded.status().ToString());
  REQUIRE(loaded.ok());
  const Config& config = *loaded;
  REQUIRE(config.inputs.size() == 2);
  const InputConfig& win = config.inputs[0];
  CHECK(win.info.name == "win");
  CHECK(std::string(win.connector->name) == "kafka");
  CHECK(win.settings.List("topics").size() == 2);
  CHECK(win.settings.Map("properties").at("sasl.password") == "hunter2");
  CHECK(win.info.disorder == 3 * kSecond);
  CHECK(win.info.lateness == 2 * kHour);
  CHECK(win.info.ahead == kSecond);
  CHECK(win.info.idle_after == kMaxTime);
  CHECK(win.info.identity.size() == 2);
  const InputConfig& auth = config.inputs[1];
  CHECK(auth.info.format == Format::kText);
  CHECK(auth.settings.Bool("follow"));
  CHECK(auth.settings.Text("path") == "/etc/tocsin/logs/auth.log");
  CHECK(config.rules.size() == 2);
  CHECK(config.rules[1] == "/etc/sigma");
  CHECK(config.state == "/etc/tocsin/state");
  CHECK(config.findings.settings.Text("topic") == "findings");
  CHECK(config.incidents.settings.Text("path") == "/etc/tocsin/out.ndjson");
  CHECK(config.dead_letters.connector == nullptr);
  CHECK(config.listen == "127.0.0.1:9464");
  CHECK(config.workers == 3);
  CHECK(config.constants.at("spray_users") == "30");
  CHECK(config.limits.event_bytes == 2000);
}

TEST_CASE("all mistakes are reported at once, each with its place") {
  const std::string error = ErrorOf(
      "inputs:\n"
      "  - {name: a, kafka: {brokers: b, topics: [t]}, disordr: 5s}\n"
      "  - {file: {path: x}, disorder: soon}\n"
      "rules: [r]\n"
      "colour: red\n");
  Has(error, "t.yaml:2:49: error: unknown key 'disordr'");
  Has(error, "'soon' is no duration");
  Has(error, "an input needs `name`");
  Has(error, "t.yaml:5:1: error: unknown key 'colour'");
}

TEST_CASE("what is needed and missing is named") {
  Has(ErrorOf("rules: [r]\n"), "`inputs` needs at least one");
  Has(ErrorOf("inputs: [{name: a, file: x}]\n"), "`rules` needs at least one");
  Has(ErrorOf("inputs: [{name: a}]\nrules: [r]\n"), "needs a connector");
  Has(ErrorOf("inputs: [{name: a, kafka: {brokers: b}}]\nrules: [r]\n"),
      "kafka needs `topics`");
}

TEST_CASE("two inputs of one name are refused") {
  Has(ErrorOf("inputs: [{name: a, file: x}, {name: a, file: y}]\nrules: [r]\n"),
      "two inputs are named 'a'");
}

TEST_CASE("variables that are not set are errors, dollars can be doubled") {
  Has(ErrorOf("inputs: [{name: \"${NOPE}\", file: x}]\nrules: [r]\n"),
      "NOPE is not set");
  const StatusOr<Config> config =
      ParseConfig("inputs: [{name: \"a$$b\", file: x}]\nrules: [r]\n", "t.yaml",
                  NoEnvironment);
  REQUIRE(config.ok());
  CHECK(config->inputs[0].info.name == "a$b");
}

TEST_CASE("secrets can stand in files") {
  const testing::TempDir folder("config");
  const std::string secret = folder.path().string() + "/secret";
  testing::WriteFile(secret, "s3cret\nsecond line\n");
  const StatusOr<Config> config = ParseConfig(
      "inputs: [{name: \"${file:" + secret + "}\", file: x}]\nrules: [r]\n",
      "t.yaml", NoEnvironment);
  REQUIRE(config.ok());
  CHECK(config->inputs[0].info.name == "s3cret");
}

TEST_CASE("an unknown limit offers the nearest") {
  const std::string error = ErrorOf(
      "inputs: [{name: a, file: x}]\nrules: [r]\nlimits: {event_byte: 1}\n");
  Has(error, "event_bytes");
}

TEST_CASE("text that is no YAML is an error with its place") {
  Has(ErrorOf("inputs: [\n"), "t.yaml:");
  Has(ErrorOf("just text\n"), "must be a mapping");
  Has(ErrorOf(""), "t.yaml:");
}

TEST_CASE("a configuration that does not exist is not found") {
  CHECK(absl::IsNotFound(LoadConfig("/nonexistent/t.yaml").status()));
}

}  // namespace
}  // namespace tocsin
