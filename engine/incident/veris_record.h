// SPDX-License-Identifier: Apache-2.0
//
// VerisRecord: the classification of an incident as words at paths of the
// VERIS schema ("action.hacking.variety": "Brute force"), however it came
// about. Close() makes it whole: what the words imply is added (parents,
// consequences, the value chain) and what the schema asks for and nobody knows
// is Unknown. A closed record of known words is valid, whatever was put in.
//
// Source of the implications: the descriptions of the VERIS 1.4.1 enumerations
// and the project's consistency rules. Threads: values.
// Tested by: tests/engine/incident/veris_test.cc
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json_writer.h"

namespace tocsin {

class VerisRecord {
 public:
  // Adds a word of the enumeration at `path`. False: it was there.
  bool Add(std::string_view path, std::string_view word);

  // One word stands at `path`: of two, the one that says more or worse.
  void Set(std::string_view path, std::string_view word);

  // Adds all words of another record.
  void Merge(const VerisRecord& other);

  bool empty() const { return words_.empty(); }
  bool Has(std::string_view path, std::string_view word) const;
  // Is there a word at `stem` or below it ("action.malware")?
  bool HasAny(std::string_view stem) const;
  // The words at a path, in the order of the schema.
  std::vector<std::string> At(std::string_view path) const;

  // Adds all that follows and all that has to stand there.
  void Close();

  // The members actor, action, asset, attribute, discovery_method,
  // value_chain and impact. Requires Close().
  void Write(JsonWriter* json) const;

 private:
  bool AddImplied();
  void AddActor();
  void AddUnknowns();
  void WriteGroup(size_t number, JsonWriter* json) const;
  void WriteAsset(JsonWriter* json) const;
  void WriteAttribute(JsonWriter* json) const;

  std::map<std::string, std::vector<std::string>, std::less<>> words_;
};

}  // namespace tocsin
