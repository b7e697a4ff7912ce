// SPDX-License-Identifier: Apache-2.0
//
// Subset match of JSON, as `expect .. {..}` in tests of rules has it
// (LANGUAGE.md section 9): every key of the expected object must be there with
// a value that fits; the rest does not matter. Values fit as in the language:
// text folded, a number literal also fits decimal text. An array fits if each
// of its expected elements does, and one value fits an array that holds it.
//
// Threads: pure functions.
// Tested by: tests/engine/cmd/json_subset_test.cc
#pragma once

#include <string>
#include <vector>

#include <simdjson.h>

namespace tocsin {

struct JsonDifference {
  std::string path;      // "key.user"
  std::string expected;  // JSON
  std::string found;     // JSON; "nothing" where the key is missing
};

// Appends each place where `actual` is not what was expected.
void CompareSubset(simdjson::dom::element expected,
                   simdjson::dom::element actual, const std::string& path,
                   std::vector<JsonDifference>* differences);

}  // namespace tocsin
