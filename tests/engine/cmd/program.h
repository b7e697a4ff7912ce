// SPDX-License-Identifier: Apache-2.0
//
// Program: runs the `tocsin` of this build as a user would and takes what it
// says.
//
// Threads: one call at a time per working file.
// Tested by: every test that runs the program
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

struct ProgramResult {
  int exit_code = -1;  // -1: it was ended by a signal
  std::string out;
  std::string err;
};

// `input` is its stdin.
ProgramResult RunProgram(const std::vector<std::string>& arguments,
                         std::string_view input = "");

void WriteFile(const std::string& path, std::string_view text);
std::vector<std::string> Lines(const std::string& text);
size_t Count(std::string_view text, std::string_view part);

}  // namespace tocsin::testing
