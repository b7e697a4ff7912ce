// SPDX-License-Identifier: Apache-2.0
//
// TempFolder: TempDir with paths by `/`, and files of it in one call.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/paths.h"

namespace tocsin {

class TempFolder : public testing::TempDir {
 public:
  std::string operator/(std::string_view name) const {
    return (path() / name).string();
  }
};

inline void WriteFile(const std::string& path, std::string_view text,
                      bool append = false) {
  std::ofstream out(path, append ? std::ios::app : std::ios::trunc);
  out << text;
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace tocsin
