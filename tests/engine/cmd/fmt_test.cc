// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/cmd/program.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::ProgramResult;
using testing::ReadFile;
using testing::RunProgram;
using testing::TempDir;
using testing::WriteFile;

constexpr const char* kUgly = "rule   a{when user==\"x\"   # why\n}\n";

TEST_CASE("fmt writes in place, once") {
  const TempDir folder("fmt");
  const std::string path = folder.path().string() + "/t.rule";
  WriteFile(path, kUgly);
  const ProgramResult first = RunProgram({"fmt", path});
  CHECK(first.exit_code == 0);
  CHECK(first.out == path + "\n");
  const std::string formatted = ReadFile(path);
  CHECK(formatted != kUgly);
  CHECK(formatted.find("# why") != std::string::npos);
  const ProgramResult second = RunProgram({"fmt", path});
  CHECK(second.exit_code == 0);
  CHECK(second.out.empty());
  CHECK(ReadFile(path) == formatted);
  CHECK(!std::filesystem::exists(path + ".tmp"));
}

TEST_CASE("fmt --check changes nothing and says what it would") {
  const TempDir folder("fmt");
  const std::string path = folder.path().string() + "/t.rule";
  WriteFile(path, kUgly);
  const ProgramResult result = RunProgram({"fmt", "--check", path});
  CHECK(result.exit_code == 1);
  CHECK(result.out == path + "\n");
  CHECK(ReadFile(path) == kUgly);
}

TEST_CASE("a file with mistakes is left as it is, the others are formatted") {
  const TempDir folder("fmt");
  const std::string base = folder.path().string();
  WriteFile(base + "/a.rule", "rule a { when == }\n");
  WriteFile(base + "/b.rule", kUgly);
  const ProgramResult result = RunProgram({"fmt", base});
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("a.rule:1:") != std::string::npos);
  CHECK(ReadFile(base + "/a.rule") == "rule a { when == }\n");
  CHECK(ReadFile(base + "/b.rule") != kUgly);
}

TEST_CASE("the examples are formatted") {
  const ProgramResult result = RunProgram(
      {"fmt", "--check", (testing::SourceDir() / "examples").string()});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
}

}  // namespace
}  // namespace tocsin
