// SPDX-License-Identifier: Apache-2.0
//
// ShippedFiles: the sources that come with Tocsin, compiled in as rule text.
// They come after all files of the user; a user's source of the same name
// replaces one. Adding one: a file here, and its row in shipped.cc.
//
// Threads: pure function. Tested by: tests/rules/compile_test.cc
#pragma once

#include <span>
#include <string_view>

namespace tocsin::rules {

struct ShippedFile {
  std::string_view path;  // "shipped/windows.rule", for diagnostics
  std::string_view text;
};

std::span<const ShippedFile> ShippedFiles();

}  // namespace tocsin::rules
