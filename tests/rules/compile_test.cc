// SPDX-License-Identifier: Apache-2.0
#include "rules/compile.h"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <set>

#include "rules/shipped/shipped.h"
#include "tests/paths.h"
#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

namespace fs = std::filesystem;

void Write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string Rule(std::string_view name) {
  return "rule " + std::string(name) + " { when x == 1 }\n";
}

std::vector<std::string> RuleNames(const Plan& plan) {
  std::vector<std::string> names;
  for (const tocsin::Rule& rule : plan.rules) names.push_back(rule.name);
  return names;
}

TEST_CASE("the rules of examples/ compile without a mistake") {
  CompileOptions options;
  options.paths = {(testing::SourceDir() / "examples").string()};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  CHECK(RenderDiagnostics(result->sources, result->diagnostics) == "");
  REQUIRE(result->plan != nullptr);
  CHECK(result->plan->rules.size() >= 8);
  CHECK(result->tests.size() >= 16);
}

TEST_CASE(
    "of the language's sixteen detections only constructs of later "
    "versions are refused, each by name") {
  CompileOptions options;
  options.paths = {
      (testing::SourceDir() / "tests/data/language/detections.rule").string()};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  CHECK(result->plan == nullptr);
  std::set<std::string> others;
  size_t refused = 0;
  for (const Diagnostic* diagnostic : result->diagnostics.Sorted()) {
    if (diagnostic->code() == "E190") {
      ++refused;
    } else if (diagnostic->severity() == Severity::kError) {
      others.insert(RenderDiagnostic(result->sources, *diagnostic));
    }
  }
  CHECK(others.empty());
  for (const std::string& other : others) UNSCOPED_INFO(other);
  CHECK(refused >= 10);
}

TEST_CASE(
    "folders are read recursively, files in the order of arguments and "
    "then of their paths' bytes, each once") {
  const testing::TempDir folder;
  Write(folder.path() / "b/z.rule", Rule("z"));
  Write(folder.path() / "b/deep/y.rule", Rule("y"));
  Write(folder.path() / "B.rule", Rule("upper"));
  Write(folder.path() / "notes.txt", "no rule file");
  Write(folder.path() / "a.rule", Rule("first"));
  CompileOptions options;
  options.shipped_sources = false;
  options.paths = {(folder.path() / "a.rule").string(), folder.path().string()};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  REQUIRE(result->plan != nullptr);
  CHECK(RuleNames(*result->plan) ==
        std::vector<std::string>{"first", "upper", "y", "z"});
}

TEST_CASE("what cannot be read is a Status, not a diagnostic") {
  const testing::TempDir folder;
  CompileOptions options;
  options.paths = {(folder.path() / "none.rule").string()};
  CHECK(Compile(options).status().code() == absl::StatusCode::kNotFound);
  options.paths = {folder.path().string()};
  CHECK(Compile(options).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a Sigma file is refused by name") {
  CompileOptions options;
  options.files = {{"sigma/a.yml", "title: x\n"}};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  CHECK(result->plan == nullptr);
  REQUIRE(result->diagnostics.errors() == 1);
  CHECK(result->diagnostics.Sorted()[0]->code() == "E191");
}

TEST_CASE("one run tells the mistakes of all files, and gives no plan") {
  CompileOptions options;
  options.shipped_sources = false;
  options.files = {{"a.rule", "rule a { when faild }"},
                   {"b.rule", "rule b { when x == }"},
                   {"c.rule", "rule a { when y == 1 }"}};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  CHECK(result->plan == nullptr);
  CHECK(result->tests.empty());
  CHECK(result->diagnostics.errors() == 3);
}

TEST_CASE("two hundred mistakes are two hundred diagnostics") {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += "rule r" + std::to_string(i) + " { when nothing_such }\n";
  }
  CHECK(CompileText(text).diagnostics.errors() == 200);
}

TEST_CASE(
    "a constant of a file is replaced by the configuration, by one of "
    "its kind only") {
  const std::string text =
      "most = 20\nname = \"ana\"\n"
      "rule r { when n > most and user == name }";
  CompileOptions options;
  options.constants = {{"most", "30"}, {"name", "bob"}};
  const CompileResult result = CompileText(text, options);
  REQUIRE(result.plan != nullptr);
  CHECK(DumpExpr(*result.plan, result.plan->rules[0].tests[0].test) ==
        "n > 30 and user == \"bob\"");
  options.constants = {{"most", "5m"}};
  CHECK(CompileText(text, options).plan == nullptr);
  options.constants = {{"mosst", "5"}};
  options.files = {{"test.rule", text}};
  CHECK_FALSE(Compile(options).ok());
}

TEST_CASE("a test's lists take the place of the declared rows") {
  const testing::TempDir folder;
  Write(folder.path() / "assets.csv", "host,tier\ndb-7,1\n");
  Write(folder.path() / "r.rule",
        "list assets { type text  file \"assets.csv\"  key host }\n"
        "rule r { when assets[host].tier == 1\n"
        "  test \"t\" { list assets (\"h1\", 2) expect nothing } }\n");
  CompileOptions options;
  options.paths = {folder.path().string()};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  REQUIRE(result->plan != nullptr);
  CHECK(result->plan->lists[0].keys() == std::vector<std::string>{"db-7"});
  REQUIRE(result->tests.size() == 1);
  const StatusOr<CompileResult> again =
      Compile(WithLists(options, result->tests[0]));
  REQUIRE(again.ok());
  REQUIRE(again->plan != nullptr);
  CHECK(again->plan->lists[0].keys() == std::vector<std::string>{"h1", "2"});
  CHECK(again->plan->lists[0].columns() ==
        std::vector<std::string>{"host", "tier"});
  CHECK(again->plan->rules[0].logic == result->plan->rules[0].logic);
  CHECK(again->plan->bundle != result->plan->bundle);
}

TEST_CASE(
    "the shipped sources compile, and a user's of the same name takes "
    "the place of one") {
  CompileOptions options;
  options.files = {{"mine.rule",
                    "source linux_sshd { where mine == 1 }\n"
                    "rule r { from linux_sshd, windows_sysmon when x == 1 }"}};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  INFO(RenderDiagnostics(result->sources, result->diagnostics));
  REQUIRE(result->plan != nullptr);
  size_t found = 0;
  for (const tocsin::Source& source : result->plan->sources) {
    if (source.name != "linux_sshd") continue;
    ++found;
    CHECK(DumpExpr(*result->plan, source.where) == "mine == 1");
  }
  CHECK(found == 1);
  CHECK(ShippedFiles().size() >= 3);
}

TEST_CASE("a rule reads the topics of its sources, or any") {
  const std::string sources =
      "source a { where tocsin.topic == \"one\" }\n"
      "source b { where tocsin.topic in (\"two\", \"three\") and x == 1 }\n"
      "source c { where tocsin.topic == \"one\" or x == 1 }\n";
  const auto topics = [&sources](std::string_view from) {
    return PlanOf(sources + "rule r { from " + std::string(from) +
                  " when y == 1 }")
        ->rules[0]
        .topics;
  };
  CHECK(topics("a, b") == std::vector<std::string>{"one", "two", "three"});
  CHECK(topics("a, c").empty());
}

TEST_CASE("a definition with its own source keeps it inside another rule") {
  const auto plan = PlanOf(
      "source a { where k == 1  field user = name }\n"
      "source b { where k == 2 }\n"
      "reset = from a where user == \"x\"\n"
      "rule r { from b  failed = y == 1\n"
      "  when sequence by user within 5m { 2+ of failed  reset } }\n");
  const tocsin::Rule& rule = plan->rules[0];
  REQUIRE(rule.tests.size() == 2);
  CHECK(DumpExpr(*plan, rule.tests[0].test) == "from b and y == 1");
  CHECK(DumpExpr(*plan, rule.tests[1].test) == "from a and user == \"x\"");
  CHECK(rule.tests[0].key != rule.tests[1].key);
  CHECK(rule.from.size() == 2);
}

TEST_CASE("at most by the rule's own key is not moved to another shard") {
  const auto plan = PlanOf(
      "rule a { when count >= 3 by user, host within 5m\n"
      "  at most 1 by host, user per 1h }\n"
      "rule b { when count >= 3 by user, host within 5m\n"
      "  at most 1 by user per 1h }\n");
  CHECK(plan->rules[0].at_most->by_key);
  CHECK_FALSE(plan->rules[0].whole());
  CHECK_FALSE(plan->rules[1].at_most->by_key);
  CHECK(plan->rules[1].whole());
}

}  // namespace
}  // namespace tocsin::rules
