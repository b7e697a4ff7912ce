// SPDX-License-Identifier: Apache-2.0
//
// Golden: see golden.h. The diff cuts equal heads and tails and shows what is
// between; golden files are small enough that no alignment inside is needed.
#include "tests/golden.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/paths.h"

namespace tocsin::testing {
namespace {

constexpr size_t kContext = 2;

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      lines.push_back(text);
      break;
    }
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

void AppendLine(std::string_view mark, std::string_view line,
                std::string* out) {
  out->append(mark).append(line);
  // A last line without its newline is a difference that should be seen.
  if (!line.ends_with('\n')) out->append("\n\\ no newline at the end\n");
}

bool Updating() {
  const char* update = std::getenv("TOCSIN_UPDATE_GOLDEN");
  return update != nullptr && std::string_view(update) == "1";
}

void Write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.flush();
  INFO("cannot write " << path.string());
  REQUIRE(out.good());
}

}  // namespace

std::string LineDiff(std::string_view expected, std::string_view actual) {
  if (expected == actual) return "";
  const auto old_lines = Lines(expected);
  const auto new_lines = Lines(actual);
  const size_t shorter = std::min(old_lines.size(), new_lines.size());
  size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  size_t tail = 0;
  while (tail < shorter - head && old_lines[old_lines.size() - 1 - tail] ==
                                      new_lines[new_lines.size() - 1 - tail]) {
    ++tail;
  }
  std::string out = "@ line " + std::to_string(head + 1) + "\n";
  for (size_t i = head - std::min(head, kContext); i < head; ++i) {
    AppendLine("  ", old_lines[i], &out);
  }
  for (size_t i = head; i < old_lines.size() - tail; ++i) {
    AppendLine("- ", old_lines[i], &out);
  }
  for (size_t i = head; i < new_lines.size() - tail; ++i) {
    AppendLine("+ ", new_lines[i], &out);
  }
  const size_t after = old_lines.size() - tail;
  for (size_t i = after; i < after + std::min(tail, kContext); ++i) {
    AppendLine("  ", old_lines[i], &out);
  }
  return out;
}

std::string ReadFile(std::string_view path) {
  std::ifstream in(std::string(path), std::ios::binary);
  INFO("cannot read " << path);
  REQUIRE(in.good());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void CompareGolden(std::string_view relative_path, std::string_view actual) {
  const auto path = SourceDir() / "tests" / "golden" / relative_path;
  if (Updating()) {
    Write(path, actual);
    SUCCEED("written");
    return;
  }
  if (!std::filesystem::exists(path)) {
    FAIL_CHECK("no golden file tests/golden/"
               << relative_path << "; TOCSIN_UPDATE_GOLDEN=1 writes it:\n"
               << actual);
    return;
  }
  const std::string diff = LineDiff(ReadFile(path.string()), actual);
  if (diff.empty()) {
    SUCCEED("equal");
    return;
  }
  FAIL_CHECK("tests/golden/" << relative_path
                             << " differs (- golden, + now); "
                                "TOCSIN_UPDATE_GOLDEN=1 accepts:\n"
                             << diff);
}

}  // namespace tocsin::testing
