// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/event/gzip_lines.h"

#include <zlib.h>
#include <catch2/catch_test_macros.hpp>

namespace tocsin::testing {

std::vector<std::string> GzipLines(const std::string& path, size_t bytes) {
  gzFile file = gzopen(path.c_str(), "rb");
  INFO(path);
  REQUIRE(file != nullptr);
  std::string text(bytes, '\0');
  const int got = gzread(file, text.data(), static_cast<unsigned>(bytes));
  gzclose(file);
  REQUIRE(got > 0);
  text.resize(static_cast<size_t>(got));
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos;
       end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace tocsin::testing
