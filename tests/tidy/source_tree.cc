// SPDX-License-Identifier: Apache-2.0
//
// SourceTree: see source_tree.h. Forbidden words are spelt here as patterns
// that do not match themselves.
#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <set>

#include <re2/re2.h>

#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin::testing {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxLines = 600;

// The folders of engine/ in the order in which data flows.
constexpr std::array<std::string_view, 10> kEngineOrder = {
    "engine/base",     "engine/event", "engine/plan",   "engine/match",
    "engine/log",      "engine/state", "engine/detect", "engine/incident",
    "engine/pipeline", "engine/cmd"};

size_t Rank(std::string_view layer) {
  return static_cast<size_t>(std::ranges::find(kEngineOrder, layer) -
                             kEngineOrder.begin());
}

bool IsEngine(std::string_view layer) {
  return Rank(layer) < kEngineOrder.size();
}

std::string Extension(std::string_view path) {
  return fs::path(path).extension().string();
}

bool IsOurs(const fs::path& relative) {
  static const std::set<std::string> kExtensions = {
      ".cc", ".h",    ".txt",        ".md",           ".sh",        ".rule",
      ".py", ".in",   ".yml",        ".yaml",         ".json",      ".xml",
      "",    ".supp", ".properties", ".clang-format", ".clang-tidy"};
  const std::string path = relative.generic_string();
  if (path.starts_with("tests/golden/") || path.starts_with("tests/data/") ||
      path.starts_with("tests/fuzz/corpus/"))
    return false;
  if (path == "LICENSE") return false;
  return kExtensions.contains(relative.extension().string());
}

bool Skipped(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name == "build" || name == "__pycache__" ||
         (name.starts_with('.') && name != ".ci");
}

std::string At(const SourceFile& file, size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

// Calls `visit(line_number, line)` for each line, counting from 1.
template <typename Visit>
void ForEachLine(std::string_view text, Visit visit) {
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    visit(++number, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), text.size()};
}

struct Ban {
  std::string pattern;
  std::string why;
  bool cpp_only = true;
  std::string_view allowed_in = "";
};

const std::vector<Ban>& Bans() {
  static const std::vector<Ban> bans = {
      {R"(\bTO[D]O\b|\bFIX[M]E\b)", "finish it or leave it out", false, ""},
      {R"(absl::[H]ash)", "seeded per process; use StableHash", true, ""},
      {R"(\bstd::[r]and\b|\b[s]rand\()", "use a seeded engine", true, ""},
      {R"(system_clock::[n]ow)", "only Clock knows the time of day", true,
       "engine/base/clock.h"},
      {R"((^|[^\w.])/(work|root)/)", "a path of one machine", false, ""},
      {R"(\b(deb|security)\.debian\.org|\brepo1?\.maven(\.apache)?\.org)"
       R"(|\bregistry\.npmjs\.org|\bpypi\.org|\bpythonhosted\.org)"
       R"(|\bcrates\.io|\bproxy\.golang\.org)",
       "the host of a package registry", false, ""},
  };
  return bans;
}

// The header of a .cc describes both; a test describes itself by its names.
bool IsDescribedElsewhere(std::string_view path) {
  if (path.ends_with("_test.cc")) return true;
  if (!path.ends_with(".cc")) return false;
  const fs::path header = (SourceDir() / path).replace_extension(".h");
  return fs::exists(header);
}

std::vector<std::string_view> LeadingComment(std::string_view text) {
  std::vector<std::string_view> lines;
  bool open = true;
  ForEachLine(text, [&](size_t, std::string_view line) {
    open = open && line.starts_with("//");
    if (open) lines.push_back(line);
  });
  return lines;
}

}  // namespace

std::vector<SourceFile> LoadSourceTree() {
  const fs::path root = SourceDir();
  std::vector<SourceFile> files;
  for (auto it = fs::recursive_directory_iterator(root);
       it != fs::recursive_directory_iterator(); ++it) {
    if (it->is_directory() && Skipped(it->path())) {
      it.disable_recursion_pending();
      continue;
    }
    const fs::path relative = it->path().lexically_relative(root);
    if (!it->is_regular_file() || !IsOurs(relative)) continue;
    files.push_back({relative.generic_string(), ReadFile(it->path().string())});
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

bool IsCpp(std::string_view path) {
  return path.ends_with(".cc") || path.ends_with(".h");
}

std::string_view LayerOf(std::string_view path) {
  const size_t top = path.find('/');
  const std::string_view head = path.substr(0, top);
  if (head == "rules" || head == "connectors") return head;
  if (head != "engine" || top == std::string_view::npos) return "";
  return path.substr(0, path.find('/', top + 1));
}

std::vector<std::string> QuotedIncludes(std::string_view text) {
  static const RE2 pattern(R"re(^\s*#\s*include\s*"([^"]*)")re");
  std::vector<std::string> includes;
  ForEachLine(text, [&](size_t, std::string_view line) {
    std::string path;
    if (RE2::PartialMatch(Piece(line), pattern, &path)) {
      includes.push_back(path);
    }
  });
  return includes;
}

bool MayInclude(std::string_view from, std::string_view to) {
  if (from == to) return true;
  if (from == "engine/cmd") return true;
  if (from == "rules") return IsEngine(to) && Rank(to) <= Rank("engine/plan");
  if (from == "connectors") {
    return IsEngine(to) && Rank(to) <= Rank("engine/pipeline");
  }
  return IsEngine(from) && IsEngine(to) && Rank(to) < Rank(from);
}

std::vector<std::string> CheckLayering(const SourceFile& file) {
  std::vector<std::string> complaints;
  const std::string_view layer = LayerOf(file.path);
  if (layer.empty() || !IsCpp(file.path)) return complaints;
  if (layer.starts_with("engine") && !IsEngine(layer)) {
    complaints.push_back(At(file, 1, "a folder outside the layout"));
  }
  const fs::path folder = (SourceDir() / file.path).parent_path();
  for (const std::string& include : QuotedIncludes(file.text)) {
    const std::string_view to = LayerOf(include);
    const bool local = fs::exists(folder / include);
    if (include.starts_with("tests/") || include.starts_with("bench/") ||
        (to.empty() && local)) {
      complaints.push_back(At(file, 1, "includes " + include));
    } else if (!to.empty() && !MayInclude(layer, to)) {
      complaints.push_back(At(
          file, 1, "includes " + include + " against the order of the data"));
    }
  }
  return complaints;
}

std::vector<std::string> CheckHeader(const SourceFile& file) {
  const std::string extension = Extension(file.path);
  const bool cpp = IsCpp(file.path);
  const bool script = extension == ".sh" || extension == ".py" ||
                      file.path == "run" || file.path == ".ci/run";
  if (!cpp && !script) return {};
  std::vector<std::string> lines;
  ForEachLine(file.text, [&](size_t number, std::string_view line) {
    if (number <= 4) lines.emplace_back(line);
  });
  const size_t first = script ? 1 : 0;  // below #!
  const std::string mark = cpp ? "//" : "#";
  lines.resize(4);
  if (lines[first] != mark + " SPDX-License-Identifier: Apache-2.0") {
    return {At(file, first + 1, "no SPDX line")};
  }
  if (IsDescribedElsewhere(file.path)) return {};
  if (extension == ".py" && lines[first + 1].starts_with("\"\"\"")) return {};
  if (lines[first + 1] != mark || !lines[first + 2].starts_with(mark + " ")) {
    return {At(file, first + 2, "no comment that says what this is")};
  }
  return {};
}

std::vector<std::string> CheckLength(const SourceFile& file) {
  if (!IsCpp(file.path)) return {};
  const auto lines = static_cast<size_t>(std::ranges::count(file.text, '\n'));
  if (lines <= kMaxLines) return {};
  return {At(file, lines, "longer than 600 lines")};
}

std::vector<std::string> CheckBannedWords(const SourceFile& file) {
  struct Compiled {
    const Ban& ban;
    RE2 pattern;
  };
  static const auto& compiled = *[] {
    auto* all = new std::vector<std::unique_ptr<Compiled>>;
    for (const Ban& ban : Bans()) {
      all->push_back(
          std::unique_ptr<Compiled>(new Compiled{ban, RE2(ban.pattern)}));
    }
    return all;
  }();
  std::vector<std::string> complaints;
  for (const auto& rule : compiled) {
    if (rule->ban.cpp_only && !IsCpp(file.path)) continue;
    if (rule->ban.allowed_in == file.path) continue;
    ForEachLine(file.text, [&](size_t number, std::string_view line) {
      // A comment may say why a call is not used.
      if (rule->ban.cpp_only) line = line.substr(0, line.find("//"));
      if (RE2::PartialMatch(Piece(line), rule->pattern)) {
        complaints.push_back(At(file, number, rule->ban.why));
      }
    });
  }
  return complaints;
}

std::vector<std::string> CheckTestedBy(const SourceFile& file) {
  if (!IsCpp(file.path) || LayerOf(file.path).empty()) return {};
  static const RE2 name(R"((tests/[\w./-]*[\w/]))");
  std::vector<std::string> complaints;
  for (const std::string_view line : LeadingComment(file.text)) {
    re2::StringPiece rest = Piece(line);
    std::string path;
    while (RE2::FindAndConsume(&rest, name, &path)) {
      if (fs::exists(SourceDir() / path)) continue;
      complaints.push_back(
          At(file, 1, "names " + path + ", which is not there"));
    }
  }
  return complaints;
}

}  // namespace tocsin::testing
