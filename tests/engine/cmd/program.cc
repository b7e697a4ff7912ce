// SPDX-License-Identifier: Apache-2.0
//
// Program: see program.h. Output goes through files, so that no pipe can fill.
#include "tests/engine/cmd/program.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>

#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin::testing {
namespace {

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace

ProgramResult RunProgram(const std::vector<std::string>& arguments,
                         std::string_view input) {
  const TempDir folder("program");
  const std::string base = folder.path().string();
  WriteFile(base + "/in", input);
  std::string command = Quoted(TocsinBinary().string());
  for (const std::string& argument : arguments) {
    command += " " + Quoted(argument);
  }
  command += " <" + base + "/in >" + base + "/out 2>" + base + "/err";
  const int status = std::system(command.c_str());
  ProgramResult result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  result.out = ReadFile(base + "/out");
  result.err = ReadFile(base + "/err");
  return result;
}

void WriteFile(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  REQUIRE(out.good());
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace tocsin::testing
