// SPDX-License-Identifier: Apache-2.0
//
// Golden: the comparison that other tests lean on sees every difference.
#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin::testing {
namespace {

TEST_CASE("Golden: equal texts have no diff") {
  CHECK(LineDiff("", "") == "");
  CHECK(LineDiff("a\nb\n", "a\nb\n") == "");
}

TEST_CASE("Golden: a changed line is shown between its neighbours") {
  CHECK(LineDiff("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nfour\n5\n6\n7\n") ==
        "@ line 4\n  2\n  3\n- 4\n+ four\n  5\n  6\n");
}

TEST_CASE("Golden: added, removed and unfinished lines are differences") {
  CHECK(LineDiff("a\n", "a\na\n") == "@ line 2\n  a\n+ a\n");
  CHECK(LineDiff("a\nb\n", "b\n") == "@ line 1\n- a\n  b\n");
  CHECK(LineDiff("a\n", "a") ==
        "@ line 1\n- a\n+ a\n\\ no newline at the end\n");
}

TEST_CASE("Golden: a temporary folder goes away with all it holds") {
  std::filesystem::path path;
  {
    const TempDir dir;
    path = dir.path();
    REQUIRE(std::filesystem::is_directory(path));
    std::filesystem::create_directories(path / "deep" / "er");
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("Golden: the source tree is where the build says") {
  CHECK(std::filesystem::exists(SourceDir() / "CMakePresets.json"));
}

}  // namespace
}  // namespace tocsin::testing
