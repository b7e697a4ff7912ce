// SPDX-License-Identifier: Apache-2.0
//
// SourceTree: the files of the repository as the house rules see them, and
// the rules as pure functions from a file to complaints, so that each rule is
// itself tested on text that breaks it.
//
// Threads: pure functions.
// Tested by: tests/tidy/layering_test.cc, tests/tidy/house_rules_test.cc
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

struct SourceFile {
  std::string path;  // from the root, with "/"
  std::string text;
};

// Every text file of ours, sorted by path: sources, scripts, rules, pages.
// Leaves out build/, hidden folders but .ci, and recorded data.
std::vector<SourceFile> LoadSourceTree();

bool IsCpp(std::string_view path);

// "engine/event/decode.cc" -> "engine/event"; "rules/lexer.cc" -> "rules";
// empty for a file of no layer.
std::string_view LayerOf(std::string_view path);

// The paths of every #include "..." in the text.
std::vector<std::string> QuotedIncludes(std::string_view text);

// True when a file of layer `from` may include a header of layer `to`.
bool MayInclude(std::string_view from, std::string_view to);

// Complaints, each "path:line: what"; empty when all is well.
std::vector<std::string> CheckLayering(const SourceFile& file);
// The licence line, then what the file is (in the header of a .cc, if any).
std::vector<std::string> CheckHeader(const SourceFile& file);
std::vector<std::string> CheckLength(const SourceFile& file);
std::vector<std::string> CheckBannedWords(const SourceFile& file);
// "Tested by:" of a header comment names files that exist.
std::vector<std::string> CheckTestedBy(const SourceFile& file);

}  // namespace tocsin::testing
