// SPDX-License-Identifier: Apache-2.0
//
// Golden: compares text with a file under tests/golden/. A difference fails
// the test case and shows the lines; TOCSIN_UPDATE_GOLDEN=1 writes the file
// instead, so that the change is reviewed as a diff.
//
// Example: CompareGolden("plan/spray.plan", plan.Dump());
// Threads: call from the test's thread.
// Tested by: tests/tidy/golden_test.cc
#pragma once

#include <string>
#include <string_view>

namespace tocsin::testing {

// Checks `actual` against tests/golden/`relative_path`.
void CompareGolden(std::string_view relative_path, std::string_view actual);

// The lines in which `expected` and `actual` differ, "- " and "+ " in front,
// with up to two equal lines around them; empty when they are equal.
std::string LineDiff(std::string_view expected, std::string_view actual);

// The whole content of a file; fails the test case when it cannot be read.
std::string ReadFile(std::string_view path);

}  // namespace tocsin::testing
