// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/veris_words.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "engine/base/fold.h"
#include "engine/base/status.h"

namespace tocsin {
namespace {

constexpr std::string_view kEnumerations =
#include "engine/plan/veris/enumerations.inc"
    ;

struct Tables {
  std::vector<VerisEnum> enums;
  std::map<std::string_view, size_t> by_path;
  std::vector<std::string_view> discovery;  // of all three discoverers
};

constexpr std::array<std::string_view, 3> kDiscoverers = {
    "internal", "external", "partner"};

std::string DiscoveryPath(std::string_view discoverer) {
  return StrCat("discovery_method.", discoverer, ".variety");
}

std::vector<VerisEnum> ParseEnumerations(std::string_view text) {
  std::vector<VerisEnum> enums;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("  ")) {
      enums.back().words.push_back(line.substr(2));
    } else {
      enums.push_back({line, {}});
    }
  }
  return enums;
}

Tables MakeTables() {
  Tables tables;
  tables.enums = ParseEnumerations(kEnumerations);
  for (size_t i = 0; i < tables.enums.size(); ++i) {
    tables.by_path.emplace(tables.enums[i].path, i);
  }
  for (const std::string_view discoverer : kDiscoverers) {
    const size_t index = tables.by_path.at(DiscoveryPath(discoverer));
    for (const std::string_view word : tables.enums[index].words) {
      if (std::ranges::find(tables.discovery, word) == tables.discovery.end()) {
        tables.discovery.push_back(word);
      }
    }
  }
  return tables;
}

const Tables& TheTables() {
  static const Tables tables = MakeTables();
  return tables;
}

std::string_view FindIn(std::span<const std::string_view> words,
                        std::string_view text) {
  for (const std::string_view word : words) {
    if (EqualFolded(word, text)) return word;
  }
  return "";
}

constexpr std::array<std::string_view, 10> kAxes = {
    "actor",        "action",    "asset",  "confidentiality", "integrity",
    "availability", "discovery", "impact", "confidence",      "targeted"};
constexpr std::array<std::string_view, 4> kActors = {"external", "internal",
                                                     "partner", "unknown"};
constexpr std::array<std::string_view, 8> kActions = {
    "hacking", "malware",  "social",        "error",
    "misuse",  "physical", "environmental", "unknown"};

bool IsNamed(std::string_view axis) {
  return axis == "actor" || axis == "action";
}
bool IsScalar(std::string_view axis) {
  return axis == "discovery" || axis == "impact" || axis == "confidence" ||
         axis == "targeted";
}
bool IsVarieties(std::string_view axis) {
  return axis == "integrity" || axis == "availability";
}

// `path` where the schema has such an enumeration, else "".
std::string PathIfKnown(const std::string& path) {
  return VerisWords(path).empty() ? std::string() : path;
}

std::span<const std::string_view> WordsOf(std::string_view path) {
  return path == "discovery_method" ? std::span(TheTables().discovery)
                                    : VerisWords(path);
}

class Resolver {
 public:
  explicit Resolver(VerisEntry* entry) : entry_(*entry) {}

  std::vector<VerisProblem> Run() {
    const std::string_view axis = FindIn(kAxes, entry_.axis);
    if (axis.empty()) {
      Form(VerisPart::kAxis, 0, entry_.axis,
           StrCat("a veris block has no '", entry_.axis, "'"), kAxes);
      return std::move(problems_);
    }
    entry_.axis = axis;
    if (!ResolveName()) return std::move(problems_);
    const VerisPaths paths = PathsOf(entry_);
    ResolveList(VerisPart::kValue, paths.values, "varieties", &entry_.values);
    ResolveList(VerisPart::kVia, paths.via, "vectors", &entry_.via);
    ResolveList(VerisPart::kMotive, paths.motive, "motives", &entry_.motive);
    return std::move(problems_);
  }

 private:
  // The name, or what stands for it. False: the rest means nothing.
  bool ResolveName() {
    if (IsScalar(entry_.axis)) return ResolveScalar();
    const std::string written = entry_.name;
    if (IsNamed(entry_.axis)) {
      const std::span<const std::string_view> names =
          entry_.axis == "actor" ? std::span<const std::string_view>(kActors)
                                 : std::span<const std::string_view>(kActions);
      entry_.name = FindIn(names, written);
      if (!entry_.name.empty()) return true;
      Form(VerisPart::kName, 0, written,
           written.empty() ? StrCat("the ", entry_.axis, " is not named")
                           : StrCat("'", written, "' is no ", entry_.axis),
           names);
      return false;
    }
    if (written.empty() && entry_.values.empty()) {
      Form(VerisPart::kAxis, 0, "", StrCat("'", entry_.axis, "' names no word"),
           WordsOf(PathsOf(entry_).values));
      return false;
    }
    if (written.empty()) return true;
    const std::string path = PathsOf(entry_).name;
    if (path.empty()) {
      Form(VerisPart::kName, 0, written,
           StrCat("the words of '", entry_.axis, "' are texts in quotes"),
           WordsOf(PathsOf(entry_).values));
      return false;
    }
    const std::string_view word = Word(VerisPart::kName, 0, path, written);
    if (IsVarieties(entry_.axis)) {
      entry_.name.clear();
      if (!word.empty()) {
        entry_.values.insert(entry_.values.begin(), std::string(word));
      }
    } else {
      entry_.name = word;
    }
    return true;
  }

  bool ResolveScalar() {
    const bool named = !entry_.name.empty();
    if ((named ? 1 : 0) + entry_.values.size() != 1) {
      Form(named ? VerisPart::kName : VerisPart::kAxis, 0, entry_.name,
           StrCat("'", entry_.axis, "' takes one word"),
           WordsOf(PathsOf(entry_).name));
      return false;
    }
    const std::string written = named ? entry_.name : entry_.values[0];
    entry_.values.clear();
    entry_.name = Word(named ? VerisPart::kName : VerisPart::kValue, 0,
                       PathsOf(entry_).name, written);
    return true;
  }

  void ResolveList(VerisPart part, const std::string& path,
                   std::string_view what, std::vector<std::string>* list) {
    if (list->empty()) return;
    if (path.empty()) {
      const std::string subject =
          entry_.name.empty() || !IsNamed(entry_.axis)
              ? StrCat("'", entry_.axis, "'")
              : StrCat("'", entry_.axis, " ", entry_.name, "'");
      Form(part, 0, list->front(), StrCat(subject, " has no ", what), {});
      list->clear();
      return;
    }
    std::vector<std::string> words;
    for (size_t i = 0; i < list->size(); ++i) {
      const std::string_view word = Word(part, i, path, (*list)[i]);
      if (word.empty() || std::ranges::find(words, word) != words.end()) {
        continue;
      }
      words.emplace_back(word);
    }
    *list = std::move(words);
  }

  std::string_view Word(VerisPart part, size_t index, const std::string& path,
                        const std::string& written) {
    const std::span<const std::string_view> words = WordsOf(path);
    const std::string_view word = FindIn(words, written);
    if (word.empty()) {
      problems_.push_back({part, index, false, written,
                           StrCat("'", written, "' is no ", path), words});
    }
    return word;
  }

  void Form(VerisPart part, size_t index, const std::string& word,
            std::string message, std::span<const std::string_view> words) {
    problems_.push_back({part, index, true, word, std::move(message), words});
  }

  VerisEntry& entry_;
  std::vector<VerisProblem> problems_;
};

}  // namespace

std::span<const VerisEnum> VerisEnums() { return TheTables().enums; }

std::span<const std::string_view> VerisWords(std::string_view path) {
  const Tables& tables = TheTables();
  const auto found = tables.by_path.find(path);
  if (found == tables.by_path.end()) return {};
  return tables.enums[found->second].words;
}

std::string_view FindVerisWord(std::string_view path, std::string_view text) {
  return FindIn(VerisWords(path), text);
}

std::vector<VerisProblem> ResolveVeris(VerisEntry* entry) {
  return Resolver(entry).Run();
}

VerisPaths PathsOf(const VerisEntry& entry) {
  const std::string& axis = entry.axis;
  VerisPaths paths;
  if (IsNamed(axis)) {
    const std::string stem = StrCat(axis, ".", entry.name);
    paths.values = PathIfKnown(stem + ".variety");
    paths.via = PathIfKnown(stem + ".vector");
    paths.motive = PathIfKnown(stem + ".motive");
  } else if (axis == "asset") {
    paths.values = "asset.assets.variety";
  } else if (axis == "confidentiality") {
    paths.name = "attribute.confidentiality.data_disclosure";
    paths.values = "attribute.confidentiality.data.variety";
  } else if (IsVarieties(axis)) {
    paths.name = StrCat("attribute.", axis, ".variety");
    paths.values = paths.name;
  } else if (axis == "discovery") {
    paths.name = "discovery_method";
  } else if (axis == "impact") {
    paths.name = "impact.overall_rating";
  } else if (IsScalar(axis)) {
    paths.name = axis;
  }
  return paths;
}

std::string_view DiscovererOf(std::string_view word) {
  for (const std::string_view discoverer : kDiscoverers) {
    if (!FindVerisWord(DiscoveryPath(discoverer), word).empty()) {
      return discoverer;
    }
  }
  return "";
}

}  // namespace tocsin
