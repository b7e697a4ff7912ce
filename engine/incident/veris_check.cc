// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/veris_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

#include "simdjson.h"

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using Path = std::initializer_list<std::string_view>;

// The value at a path of keys; false where there is none.
bool Get(element root, Path path, element* out) {
  for (const std::string_view key : path) {
    simdjson::dom::object object;
    if (root.get(object) || object.at_key(key).get(root)) return false;
  }
  *out = root;
  return true;
}

bool Exists(element root, Path path) {
  element found;
  return Get(root, path, &found);
}

// Is `word` the text at the path, or one of the array there?
bool Has(element root, Path path, std::string_view word) {
  element found;
  if (!Get(root, path, &found)) return false;
  simdjson::dom::array array;
  std::string_view text;
  if (found.get(array)) return !found.get(text) && text == word;
  return std::any_of(array.begin(), array.end(), [&](element item) {
    return !item.get(text) && text == word;
  });
}

double Number(element root, Path path, double otherwise) {
  element found;
  double number = otherwise;
  if (!Get(root, path, &found) || found.get(number)) return otherwise;
  return number;
}

std::vector<element> Items(element root, Path path) {
  element found;
  simdjson::dom::array array;
  if (!Get(root, path, &found) || found.get(array)) return {};
  return {array.begin(), array.end()};
}

bool HasIntegrity(element record, std::string_view word) {
  return Has(record, {"attribute", "integrity", "variety"}, word);
}

bool HasAvailability(element record, std::string_view word) {
  return Has(record, {"attribute", "availability", "variety"}, word);
}

// Each check gives what is wrong, or "".
std::string MalwareInstalls(element record) {
  return Exists(record, {"action", "malware"}) &&
                 !HasIntegrity(record, "Software installation")
             ? "malware needs integrity \"Software installation\""
             : "";
}

std::string SocialAlters(element record) {
  return Exists(record, {"action", "social"}) &&
                 !HasIntegrity(record, "Alter behavior")
             ? "a social action needs integrity \"Alter behavior\""
             : "";
}

std::string SqliRepurposes(element record) {
  return Has(record, {"action", "hacking", "variety"}, "SQLi") &&
                 !HasIntegrity(record, "Repurpose")
             ? "SQLi needs integrity \"Repurpose\""
             : "";
}

std::string ConfirmedHasAttribute(element record) {
  return Has(record, {"security_incident"}, "Confirmed") &&
                 !Exists(record, {"attribute"})
             ? "a confirmed incident needs an attribute"
             : "";
}

std::string TheftLoses(element record) {
  return (Has(record, {"action", "physical", "variety"}, "Theft") ||
          Has(record, {"action", "error", "variety"}, "Loss")) &&
                 !HasAvailability(record, "Loss")
             ? "theft and loss need availability \"Loss\""
             : "";
}

std::string PlusHasConfidentiality(element record) {
  return Exists(record, {"plus", "attribute", "confidentiality"}) &&
                 !Exists(record, {"attribute", "confidentiality"})
             ? "plus has confidentiality, attribute has none"
             : "";
}

std::string DatesAreSane(element record) {
  const auto part = [record](std::string_view name, double otherwise) {
    return static_cast<int64_t>(std::clamp(
        Number(record, {"timeline", "incident", name}, otherwise), -1e6, 1e6));
  };
  const int64_t year = part("year", 2000);
  if (!ValidDate(year, static_cast<int>(part("month", 1)),
                 static_cast<int>(part("day", 1)))) {
    return "no calendar has this timeline.incident";
  }
  const double report = Number(record, {"plus", "dbir_year"}, 1e9);
  return static_cast<double>(year) >= report
             ? "timeline.incident is not before plus.dbir_year"
             : "";
}

std::string LossesAddUp(element record) {
  double losses = 0;
  for (const element loss : Items(record, {"impact", "loss"})) {
    losses += Number(loss, {"amount"}, 0);
  }
  return Number(record, {"impact", "overall_amount"}, losses) < losses
             ? "impact.overall_amount is less than its losses"
             : "";
}

std::string TotalCoversData(element record) {
  double most = 0;
  for (const element data :
       Items(record, {"attribute", "confidentiality", "data"})) {
    most = std::max(most, Number(data, {"amount"}, 0));
  }
  return Number(record, {"attribute", "confidentiality", "data_total"}, most) <
                 most
             ? "data_total is less than one of its amounts"
             : "";
}

std::string MisuseHasInsider(element record) {
  return Exists(record, {"action", "misuse"}) &&
                 !Exists(record, {"actor", "internal"}) &&
                 !Exists(record, {"actor", "partner"})
             ? "misuse needs an internal or partner actor"
             : "";
}

// A region and the sub-regions in it.
struct Region {
  std::string_view code;
  std::initializer_list<std::string_view> parts;
};

bool KnownRegion(std::string_view code) {
  static const std::array<Region, 6> kRegions = {{
      {"000", {}},
      {"002", {"011", "014", "015", "017", "018", "202"}},
      {"009", {"053", "054", "057", "061"}},
      {"019", {"005", "013", "021", "029", "419"}},
      {"142", {"030", "034", "035", "143", "145"}},
      {"150", {"039", "151", "154", "155"}},
  }};
  if (code.size() != 6) return false;
  const std::string_view part = code.substr(3);
  return std::ranges::any_of(kRegions, [&](const Region& region) {
    return region.code == code.substr(0, 3) &&
           (part == "000" || std::find(region.parts.begin(), region.parts.end(),
                                       part) != region.parts.end());
  });
}

std::string RegionsAreKnown(element record) {
  for (const element item : Items(record, {"victim", "region"})) {
    std::string_view code;
    if (item.get(code) || !KnownRegion(code)) {
      return "victim.region is no region and sub-region of the UN's list";
    }
  }
  return "";
}

std::string SecondariesAreCounted(element record) {
  const auto named = static_cast<double>(
      Items(record, {"victim", "secondary", "victim_id"}).size());
  return Number(record, {"victim", "secondary", "amount"}, named) < named
             ? "victim.secondary.amount is less than the victims named"
             : "";
}

std::string ValueChainFollows(element record) {
  const auto chain = [record](std::string_view part, std::string_view word) {
    return Has(record, {"value_chain", part, "variety"}, word);
  };
  if (Has(record, {"action", "social", "variety"}, "Phishing") &&
      !(chain("development", "Email") &&
        chain("targeting", "Email addresses"))) {
    return "Phishing needs value_chain development \"Email\" and targeting "
           "\"Email addresses\"";
  }
  if (Has(record, {"action", "social", "vector"}, "Email") &&
      !chain("distribution", "Email")) {
    return "a social action by Email needs value_chain distribution \"Email\"";
  }
  if (Has(record, {"action", "malware", "vector"}, "C2") &&
      !chain("non-distribution services", "C2")) {
    return "malware by C2 needs value_chain non-distribution services \"C2\"";
  }
  if (Has(record, {"action", "malware", "variety"}, "Ransomware") &&
      !chain("cash-out", "Cryptocurrency")) {
    return "Ransomware needs value_chain cash-out \"Cryptocurrency\"";
  }
  return "";
}

std::string DefacementInterrupts(element record) {
  return HasIntegrity(record, "Defacement") &&
                 !HasAvailability(record, "Interruption")
             ? "Defacement needs availability \"Interruption\""
             : "";
}

constexpr std::array<std::string (*)(element), 14> kChecks = {
    MalwareInstalls,       SocialAlters,         SqliRepurposes,
    ConfirmedHasAttribute, TheftLoses,           PlusHasConfidentiality,
    DatesAreSane,          LossesAddUp,          TotalCoversData,
    MisuseHasInsider,      RegionsAreKnown,      SecondariesAreCounted,
    ValueChainFollows,     DefacementInterrupts,
};

}  // namespace

std::vector<VerisComplaint> CheckVeris(std::string_view json) {
  simdjson::dom::parser parser;
  element record;
  simdjson::dom::object object;
  const simdjson::padded_string padded(json);
  if (parser.parse(padded).get(record) || record.get(object)) {
    return {{0, "the record is no JSON object"}};
  }
  std::vector<VerisComplaint> complaints;
  for (size_t i = 0; i < kChecks.size(); ++i) {
    std::string message = kChecks[i](record);
    if (!message.empty()) {
      complaints.push_back({static_cast<int>(i) + 1, std::move(message)});
    }
  }
  return complaints;
}

}  // namespace tocsin
