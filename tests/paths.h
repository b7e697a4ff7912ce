// SPDX-License-Identifier: Apache-2.0
//
// Paths: where a test finds the source tree, the real data and the program.
//
// Threads: pure functions over the environment.
// Tested by: every test that reads a file
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace tocsin::testing {

// The root of the source tree.
std::filesystem::path SourceDir();

// The folder of real data named by TOCSIN_CORPUS; nothing when the variable
// is unset or names no folder. Tests that need it then SKIP().
std::optional<std::filesystem::path> Corpus();

// The `tocsin` program of this build.
std::filesystem::path TocsinBinary();

// A new empty folder, deleted with everything in it at the end of scope.
class TempDir {
 public:
  explicit TempDir(std::string_view name = "test");
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tocsin::testing
