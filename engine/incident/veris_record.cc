// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/veris_record.h"

#include <algorithm>
#include <array>

#include "engine/base/status.h"
#include "engine/plan/veris_words.h"

namespace tocsin {
namespace {

constexpr std::string_view kUnknown = "Unknown";
constexpr std::string_view kDisclosure =
    "attribute.confidentiality.data_disclosure";
constexpr std::string_view kData = "attribute.confidentiality.data.variety";

// A word implies another; `if_word` "" is any word at or below the path.
struct Implication {
  std::string_view if_path;
  std::string_view if_word;
  std::string_view then_path;
  std::string_view then_word;
};

constexpr std::string_view kHacking = "action.hacking.variety";
constexpr std::string_view kMalware = "action.malware.variety";
constexpr std::string_view kMalwareVector = "action.malware.vector";
constexpr std::string_view kTarget = "action.social.target";
constexpr std::string_view kAsset = "asset.assets.variety";
constexpr std::string_view kIntegrity = "attribute.integrity.variety";
constexpr std::string_view kAvailability = "attribute.availability.variety";
constexpr std::string_view kEitherUser = "End-user or employee";
constexpr std::string_view kClickOrMine =
    "Click fraud and cryptocurrency mining";

constexpr std::array kImplications = {
    // Actions and what they do to attributes.
    Implication{"action.malware", "", kIntegrity, "Software installation"},
    Implication{"action.social", "", kIntegrity, "Alter behavior"},
    Implication{kHacking, "SQLi", kIntegrity, "Repurpose"},
    Implication{"action.physical.variety", "Theft", kAvailability, "Loss"},
    Implication{"action.error.variety", "Loss", kAvailability, "Loss"},
    Implication{kIntegrity, "Defacement", kAvailability, "Interruption"},
    Implication{kIntegrity, "Register MFA device", kIntegrity,
                "Modify authentication"},
    Implication{kIntegrity, "Created account", kIntegrity,
                "Modify authentication"},
    // Parents.
    Implication{kMalware, "RAT", kMalware, "Backdoor"},
    Implication{kMalware, "RAT", kMalware, "Trojan"},
    Implication{kMalware, "C2", kMalware, "Backdoor or C2"},
    Implication{kMalware, "Backdoor", kMalware, "Backdoor or C2"},
    Implication{kMalware, "Click fraud", kMalware, kClickOrMine},
    Implication{kMalware, "Cryptocurrency mining", kMalware, kClickOrMine},
    Implication{kMalwareVector, "Email attachment", kMalwareVector, "Email"},
    Implication{kMalwareVector, "Email autoexecute", kMalwareVector, "Email"},
    Implication{kMalwareVector, "Email link", kMalwareVector, "Email"},
    Implication{kMalwareVector, "Email unknown", kMalwareVector, "Email"},
    Implication{kMalwareVector, "Email other", kMalwareVector, "Email"},
    Implication{kMalwareVector, "Web application - download", kMalwareVector,
                "Web application"},
    Implication{kMalwareVector, "Web application - drive-by", kMalwareVector,
                "Web application"},
    Implication{kTarget, "End-user", kTarget, kEitherUser},
    Implication{kTarget, "Other employee", kTarget, kEitherUser},
    Implication{kAsset, "P - End-user", kAsset, "P - End-user or employee"},
    Implication{kAsset, "P - Other employee", kAsset,
                "P - End-user or employee"},
    Implication{kAsset, "U - Desktop", kAsset, "U - Desktop or laptop"},
    Implication{kAsset, "U - Laptop", kAsset, "U - Desktop or laptop"},
    Implication{kData, "Medical", kData, "Personal"},
    Implication{kData, "Sensitive Personal", kData, "Personal"},
    Implication{kData, "Bank", kData, "Personal"},
    Implication{kData, "Payment", kData, "Personal"},
    Implication{kData, "API key", kData, "Credentials"},
    Implication{kData, "Digital certificate", kData, "Credentials"},
    Implication{kData, "Multi-factor credential", kData, "Credentials"},
    Implication{kData, "Session key", kData, "Credentials"},
    // What was attacked.
    Implication{"action.hacking.vector", "Web application", kAsset,
                "S - Web application"},
    // The value chain.
    Implication{"action.social.variety", "Phishing",
                "value_chain.development.variety", "Email"},
    Implication{"action.social.variety", "Phishing",
                "value_chain.targeting.variety", "Email addresses"},
    Implication{"action.social.vector", "Email",
                "value_chain.distribution.variety", "Email"},
    Implication{kMalwareVector, "C2",
                "value_chain.non-distribution services.variety", "C2"},
    Implication{kMalware, "Ransomware", "value_chain.cash-out.variety",
                "Cryptocurrency"},
};

// Children of the hacking variety "Exploit vuln".
constexpr auto kExploits =
    std::to_array<std::string_view>({"Buffer overflow",
                                     "Cache poisoning",
                                     "Cryptanalysis",
                                     "CSRF",
                                     "Forced browsing",
                                     "Format string attack",
                                     "Fuzz testing",
                                     "HTTP request smuggling",
                                     "HTTP request splitting",
                                     "HTTP response smuggling",
                                     "HTTP response splitting",
                                     "Insecure deserialization",
                                     "Integer overflows",
                                     "LDAP injection",
                                     "Mail command injection",
                                     "AitM",
                                     "Null byte injection",
                                     "OS commanding",
                                     "Path traversal",
                                     "Reverse engineering",
                                     "RFI",
                                     "Routing detour",
                                     "Session fixation",
                                     "Session prediction",
                                     "Session replay",
                                     "Soap array abuse",
                                     "Special element injection",
                                     "SQLi",
                                     "SSI injection",
                                     "URL redirector abuse",
                                     "User breakout",
                                     "Virtual machine escape",
                                     "XML attribute blowup",
                                     "XML entity expansion",
                                     "XML external entities",
                                     "XML injection",
                                     "XPath injection",
                                     "XQuery injection",
                                     "XSS"});

// Scalars whose strongest word is not the first of the schema.
struct Strength {
  std::string_view path;
  std::array<std::string_view, 4> words;  // strongest first
};
constexpr std::array kStrengths = {
    Strength{kDisclosure, {"Yes", "Potentially", "Unknown", "No"}},
    Strength{"targeted", {"Targeted", "Opportunistic", "Unknown", "NA"}},
};

size_t Rank(std::string_view path, std::string_view word) {
  for (const Strength& row : kStrengths) {
    if (row.path != path) continue;
    return static_cast<size_t>(std::ranges::find(row.words, word) -
                               row.words.begin());
  }
  const auto words = VerisWords(path);
  return static_cast<size_t>(std::ranges::find(words, word) - words.begin());
}

// What has to be beside any word of an action or actor.
struct Required {
  std::string_view stem;
  std::array<std::string_view, 3> members;
};
constexpr std::array kRequired = {
    Required{"action.hacking", {"variety", "vector"}},
    Required{"action.malware", {"variety", "vector"}},
    Required{"action.social", {"variety", "vector", "target"}},
    Required{"action.error", {"variety", "vector"}},
    Required{"action.misuse", {"variety", "vector"}},
    Required{"action.physical", {"variety", "vector"}},
    Required{"action.environmental", {"variety"}},
    Required{"actor.external", {"variety", "motive"}},
    Required{"actor.internal", {"variety", "motive"}},
    Required{"actor.partner", {"motive", "country"}},
    Required{"asset", {"assets.variety", "cloud"}},
};

void WriteWords(const std::vector<std::string>& words, JsonWriter* json) {
  json->BeginArray();
  for (const std::string& word : words) json->Text(word);
  json->EndArray();
}

// Objects whose members are arrays of words: {"hacking": {"variety": [..]}}.
struct Group {
  std::string_view name;
  std::vector<std::string_view> parts;
  std::vector<std::string_view> members;
};
const std::vector<Group>& Groups() {
  static const std::vector<Group> groups = {
      {"actor",
       {"external", "internal", "partner"},
       {"variety", "motive", "country"}},
      {"action",
       {"hacking", "malware", "social", "error", "misuse", "physical",
        "environmental", "unknown"},
       {"variety", "vector", "target", "result"}},
      {"discovery_method", {"external", "internal", "partner"}, {"variety"}},
      {"value_chain",
       {"development", "non-distribution services", "targeting", "distribution",
        "cash-out"},
       {"variety"}},
  };
  return groups;
}

}  // namespace

bool VerisRecord::Add(std::string_view path, std::string_view word) {
  auto found = words_.find(path);
  if (found == words_.end()) {
    found = words_.emplace(path, std::vector<std::string>()).first;
  }
  std::vector<std::string>& words = found->second;
  if (std::ranges::find(words, word) != words.end()) return false;
  words.emplace_back(word);
  return true;
}

void VerisRecord::Set(std::string_view path, std::string_view word) {
  const auto found = words_.find(path);
  if (found == words_.end()) {
    Add(path, word);
  } else if (Rank(path, word) < Rank(path, found->second.front())) {
    found->second = {std::string(word)};
  }
}

void VerisRecord::Merge(const VerisRecord& other) {
  for (const auto& [path, words] : other.words_) {
    for (const std::string& word : words) Add(path, word);
  }
}

bool VerisRecord::Has(std::string_view path, std::string_view word) const {
  const auto found = words_.find(path);
  return found != words_.end() &&
         std::ranges::find(found->second, word) != found->second.end();
}

bool VerisRecord::HasAny(std::string_view stem) const {
  const auto found = words_.lower_bound(stem);
  if (found == words_.end() || !found->first.starts_with(stem)) return false;
  const std::string_view rest =
      std::string_view(found->first).substr(stem.size());
  return rest.empty() || rest.front() == '.';
}

std::vector<std::string> VerisRecord::At(std::string_view path) const {
  const auto found = words_.find(path);
  if (found == words_.end()) return {};
  std::vector<std::string> words = found->second;
  std::ranges::sort(words, {}, [path](const std::string& word) {
    return std::pair(Rank(path, word), word);
  });
  return words;
}

bool VerisRecord::AddImplied() {
  bool added = false;
  for (const Implication& row : kImplications) {
    const bool holds = row.if_word.empty() ? HasAny(row.if_path)
                                           : Has(row.if_path, row.if_word);
    added = (holds && Add(row.then_path, row.then_word)) || added;
  }
  for (const std::string_view exploit : kExploits) {
    if (!Has(kHacking, exploit)) continue;
    added = Add(kHacking, "Exploit vuln") || added;
  }
  if (Has(kMalware, "Backdoor") && Has(kMalware, "Trojan")) {
    added = Add(kMalware, "RAT") || added;
  }
  for (const std::string& target : At(kTarget)) {
    added = Add(kAsset, StrCat("P - ", target)) || added;
  }
  return added;
}

void VerisRecord::AddActor() {
  if (HasAny("action.misuse") && !HasAny("actor.internal") &&
      !HasAny("actor.partner")) {
    Add("actor.internal.variety", kUnknown);
  }
  // Denial of service by malware uses this victim against another one.
  if (!Has(kMalware, "DoS")) return;
  for (const std::string_view actor : {"external", "internal", "partner"}) {
    if (!HasAny(StrCat("actor.", actor))) continue;
    Add(StrCat("actor.", actor, ".motive"), "Secondary");
  }
}

void VerisRecord::AddUnknowns() {
  for (const Required& row : kRequired) {
    if (row.stem != "asset" && !HasAny(row.stem)) continue;
    for (const std::string_view member : row.members) {
      if (member.empty()) continue;
      const std::string path = StrCat(row.stem, ".", member);
      if (!HasAny(path)) Add(path, kUnknown);
    }
  }
  if (HasAny(kData) && !HasAny(kDisclosure)) Add(kDisclosure, kUnknown);
  if (!HasAny("discovery_method")) {
    Add("discovery_method.internal.variety", "Log review");
  }
}

void VerisRecord::Close() {
  // Unknown says nothing beside a word that is known.
  for (auto& [path, words] : words_) {
    if (words.size() > 1) std::erase(words, kUnknown);
  }
  AddActor();
  // A social action's target names an asset, so it has to be known first.
  if (HasAny("action.social") && !HasAny(kTarget)) Add(kTarget, kUnknown);
  while (AddImplied()) {
  }
  AddUnknowns();
}

void VerisRecord::Write(JsonWriter* json) const {
  WriteGroup(0, json);
  WriteGroup(1, json);
  WriteAsset(json);
  WriteAttribute(json);
  WriteGroup(2, json);
  if (HasAny("value_chain")) WriteGroup(3, json);
  const std::vector<std::string> impact = At("impact.overall_rating");
  if (impact.empty()) return;
  json->Key("impact");
  json->BeginObject();
  json->TextField("overall_rating", impact.front());
  json->EndObject();
}

void VerisRecord::WriteGroup(size_t number, JsonWriter* json) const {
  const Group& group = Groups()[number];
  json->Key(group.name);
  if (!HasAny(group.name)) {
    json->Raw(R"({"unknown":{}})");
    return;
  }
  json->BeginObject();
  for (const std::string_view part : group.parts) {
    const std::string stem = StrCat(group.name, ".", part);
    if (!HasAny(stem)) continue;
    json->Key(part);
    json->BeginObject();
    for (const std::string_view member : group.members) {
      const std::vector<std::string> words = At(StrCat(stem, ".", member));
      if (words.empty()) continue;
      json->Key(member);
      WriteWords(words, json);
    }
    json->EndObject();
  }
  json->EndObject();
}

void VerisRecord::WriteAsset(JsonWriter* json) const {
  json->Key("asset");
  json->BeginObject();
  json->Key("assets");
  json->BeginArray();
  for (const std::string& variety : At(kAsset)) {
    json->BeginObject();
    json->TextField("variety", variety);
    json->EndObject();
  }
  json->EndArray();
  json->Key("cloud");
  WriteWords(At("asset.cloud"), json);
  json->EndObject();
}

void VerisRecord::WriteAttribute(JsonWriter* json) const {
  json->Key("attribute");
  if (!HasAny("attribute")) {
    json->Raw(R"({"unknown":{}})");
    return;
  }
  json->BeginObject();
  if (HasAny("attribute.confidentiality")) {
    json->Key("confidentiality");
    json->BeginObject();
    json->TextField("data_disclosure", At(kDisclosure).front());
    if (HasAny(kData)) {
      json->Key("data");
      json->BeginArray();
      for (const std::string& variety : At(kData)) {
        json->BeginObject();
        json->TextField("variety", variety);
        json->EndObject();
      }
      json->EndArray();
    }
    json->EndObject();
  }
  for (const std::string_view part : {"integrity", "availability"}) {
    const std::vector<std::string> words =
        At(StrCat("attribute.", part, ".variety"));
    if (words.empty()) continue;
    json->Key(part);
    json->BeginObject();
    json->Key("variety");
    WriteWords(words, json);
    json->EndObject();
  }
  json->EndObject();
}

}  // namespace tocsin
