// SPDX-License-Identifier: Apache-2.0
#include "rules/paths.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

namespace tocsin::rules {
namespace {

namespace fs = std::filesystem;

// The rule files below a folder, by the bytes of their paths.
StatusOr<std::vector<std::string>> FilesOf(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  fs::recursive_directory_iterator walk(
      folder, fs::directory_options::follow_directory_symlink, error);
  while (!error && walk != fs::recursive_directory_iterator()) {
    const fs::path& path = walk->path();
    if ((path.extension() == ".rule" || IsSigma(path.string())) &&
        walk->is_regular_file(error)) {
      found.push_back(path.generic_string());
    }
    walk.increment(error);
  }
  if (error) {
    return Unavailable(
        StrCat("cannot read folder ", folder, ": ", error.message()));
  }
  if (found.empty()) {
    return NotFound(StrCat("no rule files (*.rule) in ", folder));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

bool IsSigma(const std::string& path) {
  const fs::path extension = fs::path(path).extension();
  return extension == ".yml" || extension == ".yaml";
}

StatusOr<std::vector<std::string>> RuleFiles(
    const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return NotFound(StrCat("no such path: ", path));
    std::vector<std::string> some = {path};
    if (fs::is_directory(status)) {
      ASSIGN_OR_RETURN(some, FilesOf(path));
    }
    for (std::string& file : some) {
      const fs::path real = fs::weakly_canonical(file, error);
      if (seen.insert(error ? file : real.string()).second) {
        files.push_back(std::move(file));
      }
    }
  }
  return files;
}

StatusOr<std::string> ReadRuleFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || file.bad()) {
    return Unavailable(StrCat("cannot read rule file ", path));
  }
  return text.str();
}

}  // namespace tocsin::rules
