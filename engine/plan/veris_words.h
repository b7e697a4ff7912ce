// SPDX-License-Identifier: Apache-2.0
//
// VerisWords: the words of the VERIS 1.4.1 enumerations, and what a line of a
// rule's `veris` block means in them. The checker asks it, so that a record
// can only be built of words that the schema knows.
//
//   axis                            name           values   via     motive
//   actor external|internal         -              variety  -       motive
//   actor partner                   -              -        -       motive
//   actor unknown                   -              -        -       -
//   action hacking|malware|social|error|misuse|physical
//                                   -              variety  vector  -
//   action environmental            -              variety  -       -
//   action unknown                  -              -        -       -
//   asset                           -              variety  -       -
//   confidentiality                 disclosure     data     -       -
//   integrity, availability         variety (one)  variety  -       -
//   discovery, impact, confidence, targeted        one word, in either place
//
// Words are found whatever their case and kept as VERIS spells them.
// Threads: pure functions over tables built on first use.
// Data: veris/enumerations.inc, CC BY-SA 4.0.
// Tested by: tests/engine/plan/veris_words_test.cc
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/rule.h"

namespace tocsin {

inline constexpr std::string_view kVerisVersion = "1.4.1";

// One enumeration of the schema. Items of arrays carry the path of the array:
// "action.hacking.variety", "asset.assets.variety", "confidence".
struct VerisEnum {
  std::string_view path;
  std::vector<std::string_view> words;  // in the order of the schema
};

// All of them, in the order of the schema.
std::span<const VerisEnum> VerisEnums();

// The words allowed at `path`; empty where the schema has no enumeration.
std::span<const std::string_view> VerisWords(std::string_view path);

// The word at `path` as VERIS spells it; "" where there is no such word.
std::string_view FindVerisWord(std::string_view path, std::string_view text);

enum class VerisPart : uint8_t { kAxis, kName, kValue, kVia, kMotive };

// What is wrong with one line of a `veris` block.
struct VerisProblem {
  VerisPart part = VerisPart::kAxis;
  size_t index = 0;   // of the value, for kValue, kVia and kMotive
  bool form = false;  // the line has the wrong form; else: no such word
  std::string word;   // as written; "" where something is absent
  // "an action has no motive", "'Brutforce' is no action.hacking.variety"
  std::string message;
  // The words that may stand here: the nearest is to be offered.
  std::span<const std::string_view> candidates;
};

// Checks one line and puts its words into VERIS' spelling: a scalar's word
// and the disclosure go into `name`, all else into the lists; repeated values
// are dropped. Empty: the line is well formed.
std::vector<VerisProblem> ResolveVeris(VerisEntry* entry);

// Where a well-formed line's words belong, as paths of VERIS; "" where the
// line cannot have such words.
struct VerisPaths {
  std::string name;    // "attribute.confidentiality.data_disclosure"
  std::string values;  // "action.hacking.variety"
  std::string via;     // "action.hacking.vector"
  std::string motive;  // "actor.external.motive"
};
VerisPaths PathsOf(const VerisEntry& entry);

// Who discovered it, of a word of `discovery`: "internal", "external" or
// "partner", the first of these that knows the word; "" where none does.
std::string_view DiscovererOf(std::string_view word);

}  // namespace tocsin
