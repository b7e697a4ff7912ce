// SPDX-License-Identifier: Apache-2.0
//
// Paths: see paths.h. The build passes the two folders as definitions.
#include "tests/paths.h"

#include <stdlib.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tocsin::testing {

std::filesystem::path SourceDir() { return TOCSIN_SOURCE_DIR; }

std::optional<std::filesystem::path> Corpus() {
  const char* name = std::getenv("TOCSIN_CORPUS");
  if (name == nullptr || !std::filesystem::is_directory(name)) return {};
  return std::filesystem::path(name);
}

std::filesystem::path TocsinBinary() { return TOCSIN_BINARY; }

TempDir::TempDir(std::string_view name) {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "tocsin-").string();
  pattern.append(name).append("-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a folder " + pattern);
  }
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tocsin::testing
